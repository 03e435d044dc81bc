//! Runs the conformance vectors of `tests/vectors`, and of the folders in `SPENDGATE_VECTORS`, against the core.

mod common;

use spendgate_conformance::{Implementation, extra_dirs, run};
use std::path::PathBuf;

#[test]
fn the_core_passes_every_vector() {
    let vectors = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"));
    let folders: Vec<PathBuf> = std::iter::once(vectors).chain(extra_dirs()).collect();
    let summary =
        run(&folders, &mut || Box::new(common::Core::default()) as Box<dyn Implementation>, &mut |failure| {
            println!("{failure}");
        });
    println!("core: {} passed, {} failed", summary.passed, summary.failed);
    assert!(summary.passed > 200, "only {} vectors were found", summary.passed);
    assert_eq!(summary.failed, 0);
}
