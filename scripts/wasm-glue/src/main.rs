//! Writes the JavaScript side of a module built with `wasm-bindgen`: `wasm-glue [--trap] MODULE.wasm FOLDER NAME`.
//!
//! The program `wasm-bindgen` does the same; this one comes with the build, at the release that fits the crate. With
//! `--trap` a panic is a trap and no more: see `trap`.

mod trap;

use std::process::ExitCode;
use walrus::Module;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let traps = arguments.first().is_some_and(|first| first == "--trap");
    arguments.drain(..usize::from(traps));
    let [module, folder, name] = arguments.as_slice() else {
        eprintln!("usage: wasm-glue [--trap] MODULE.wasm FOLDER NAME");
        return ExitCode::from(2);
    };
    match generate(module, folder, name, traps) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-glue: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn generate(module: &str, folder: &str, name: &str, traps: bool) -> Result<(), Box<dyn std::error::Error>> {
    let mut module = Module::from_file(module)?;
    if traps {
        trap::instead_of_panics(&mut module)?;
    }
    Bindgen::new()
        .input_module(name, module)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .reset_state_function(true)
        .omit_default_module_path(true)
        .remove_producers_section(true)
        .generate(folder)?;
    Ok(())
}
