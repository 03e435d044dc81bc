//! The core against the naive model, over random sequences: every answer and every event is the same.
//!
//! `SPENDGATE_SEEDS` says how many sequences (default 150), `SPENDGATE_FIRST_SEED` where they start,
//! `SPENDGATE_STEPS` how long each is (default 150).

#![allow(clippy::expect_used, reason = "helpers of tests, outside a test function")]

mod common;

use spendgate_conformance::Implementation;
use spendgate_reference::{Coverage, Model, differential};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

fn core() -> Box<dyn Implementation> {
    Box::new(common::Core::default())
}

fn model() -> Box<dyn Implementation> {
    Box::new(Model::new().expect("the empty document is a policy"))
}

#[test]
fn the_core_answers_as_the_naive_model_does() {
    let (first, seeds) = (number("SPENDGATE_FIRST_SEED", 0), number("SPENDGATE_SEEDS", 150));
    let steps = usize::try_from(number("SPENDGATE_STEPS", 150)).expect("a length");
    let mut coverage = Coverage::default();
    let mut mismatches = 0;
    for seed in first..first + seeds {
        match differential(&mut core, &mut model, seed, steps) {
            Ok(reached) => coverage.add(reached),
            Err(mismatch) => {
                mismatches += 1;
                println!("{mismatch}\n");
                assert!(mismatches < 10, "ten sequences differ; the rest was not run");
            }
        }
    }
    println!("{seeds} sequences, {} steps compared, {mismatches} differ", coverage.steps);
    assert_eq!(mismatches, 0);
    if seeds >= 100 {
        assert_eq!(coverage.missing(), Vec::<String>::new(), "nothing reached these");
    }
}
