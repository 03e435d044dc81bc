//! Writes the JavaScript side of a module built with `wasm-bindgen`: `wasm-glue MODULE.wasm FOLDER NAME`.
//!
//! The program `wasm-bindgen` does the same; this one comes with the build, at the release that fits the crate.

use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        eprintln!("usage: wasm-glue MODULE.wasm FOLDER NAME");
        return ExitCode::from(2);
    };
    match generate(module, folder, name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-glue: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn generate(module: &str, folder: &str, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .reset_state_function(true)
        .omit_default_module_path(true)
        .remove_producers_section(true)
        .generate(folder)?;
    Ok(())
}
