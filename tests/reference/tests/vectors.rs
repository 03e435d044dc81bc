//! The model against the conformance vectors: the two were written apart, from the same text.

use spendgate_conformance::{Implementation, extra_dirs, run};
use spendgate_reference::Model;
use std::path::PathBuf;

#[test]
fn the_model_agrees_with_the_vectors() {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let mut dirs = extra_dirs();
    if own.exists() {
        dirs.push(own);
    }
    let mut make = || -> Box<dyn Implementation> { Box::new(Model::new().unwrap()) };
    let summary = run(&dirs, &mut make, &mut |failure| println!("{failure}"));
    println!("{summary}");
    assert_eq!(summary.failed, 0, "{summary}");
}
