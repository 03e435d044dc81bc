//! Runs the conformance vectors of `tests/vectors` against the core.

mod common;

use spendgate_conformance::{Implementation, run};
use std::path::PathBuf;

#[test]
fn the_core_passes_every_vector() {
    let vectors = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"));
    let summary = run(
        &[vectors],
        &mut || Box::new(common::Core::default()) as Box<dyn Implementation>,
        &mut |failure| {
            println!("{failure}");
        },
    );
    println!("core: {} passed, {} failed", summary.passed, summary.failed);
    assert!(summary.passed > 200, "only {} vectors were found", summary.passed);
    assert_eq!(summary.failed, 0);
}
