//! The model against the conformance vectors: the two were written apart, from the same text.

use spendgate_conformance::{Implementation, extra_dirs, run};
use spendgate_reference::Model;
use std::path::PathBuf;

/// Vectors that need the built-in price table, which the model does not have.
const NEED_THE_TABLE: [&str; 1] = ["a sibling of another provider is none"];

#[test]
fn the_model_agrees_with_the_vectors() {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let mut dirs = extra_dirs();
    if own.exists() {
        dirs.push(own);
    }
    let mut make = || -> Box<dyn Implementation> { Box::new(Model::new().unwrap()) };
    let summary = run(&dirs, &mut make, &mut |_| {});
    let mut failures = summary.failures.iter();
    let unexpected: Vec<String> = failures
        .by_ref()
        .filter(|f| !NEED_THE_TABLE.contains(&f.vector.as_str()))
        .map(ToString::to_string)
        .collect();
    println!("{summary}");
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}
