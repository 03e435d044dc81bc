//! Runs the conformance vectors of folders on the reference model.
//!
//! `cargo run -p spendgate-reference --example conformance -- DIR…`; exit status 1 on a failure.
//! The model has no built-in price table. A vector that fails and names a model without giving a
//! price is left out, aloud; it says nothing about the model.

use serde_json::Value;
use spendgate_conformance::{Failure, Implementation, extra_dirs, run};
use spendgate_reference::Model;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    folders.extend(extra_dirs());
    let mut failed = 0_usize;
    let summary = run(&folders, &mut model, &mut |failure| {
        if needs_the_table(failure) {
            println!("left out, it needs the built-in price table: {}: {:?}", failure.file, failure.vector);
        } else {
            failed += 1;
            println!("{failure}");
        }
    });
    println!("{} passed, {failed} failed", summary.passed);
    ExitCode::from(u8::from(failed > 0 || summary.passed == 0))
}

fn model() -> Box<dyn Implementation> {
    match Model::new() {
        Ok(model) => Box::new(model),
        Err(error) => {
            eprintln!("the model does not start: {error}");
            std::process::exit(1);
        }
    }
}

/// Whether the vector of a failure names a model and gives no prices at all.
fn needs_the_table(failure: &Failure) -> bool {
    let text = std::fs::read_to_string(&failure.file).unwrap_or_default();
    let file: Value = serde_json::from_str(&text).unwrap_or_default();
    let vectors = file.as_array().cloned().unwrap_or_else(|| vec![file]);
    let vector = vectors.iter().find(|v| v.get("name").and_then(Value::as_str) == Some(&failure.vector));
    vector.is_some_and(|v| has_key(v, "model") && !has_key(v, "prices"))
}

/// Whether a key stands anywhere in a value.
fn has_key(value: &Value, key: &str) -> bool {
    match value {
        Value::Object(map) => map.contains_key(key) || map.values().any(|v| has_key(v, key)),
        Value::Array(list) => list.iter().any(|v| has_key(v, key)),
        _ => false,
    }
}
