//! The differential run itself: it reaches everything, repeats itself, and finds what differs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests, outside a test function")]

use serde_json::{Value, json};
use spendgate_conformance::{Implementation, run_text};
use spendgate_reference::{Coverage, Model, differential, generate};

fn model() -> Box<dyn Implementation> {
    Box::new(Model::new().unwrap())
}

/// A model with one fault: it forgets holds of more than half a dollar.
struct Faulty(Model);

impl Implementation for Faulty {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        self.0.start(prices, policy, now_ms)
    }

    fn step(&mut self, step: &Value) -> Value {
        let mut answer = self.0.step(step);
        if answer["held"] == "0.7" {
            answer["held"] = json!("0");
        }
        answer
    }
}

#[test]
fn every_code_reason_action_outcome_and_event_is_reached() {
    let mut coverage = Coverage::default();
    for seed in 0..60 {
        match differential(&mut model, &mut model, seed, 150) {
            Ok(reached) => coverage.add(reached),
            Err(mismatch) => panic!("{mismatch}"),
        }
    }
    assert_eq!(coverage.missing(), Vec::<String>::new());
    assert_eq!(coverage.steps, 60 * 153);
}

#[test]
fn a_seed_is_one_sequence() {
    assert_eq!(generate::sequence(7, 50), generate::sequence(7, 50));
    assert_ne!(generate::sequence(7, 50).steps, generate::sequence(8, 50).steps);
    let (short, long) = (generate::sequence(7, 20), generate::sequence(7, 50));
    assert_eq!(short.steps, long.steps[..20]);
}

#[test]
fn a_fault_is_found_and_its_sequence_made_short() {
    let mut faulty = || -> Box<dyn Implementation> { Box::new(Faulty(Model::new().unwrap())) };
    let found = (0..60).find_map(|seed| differential(&mut model, &mut faulty, seed, 150).err());
    let found = found.expect("a seed that meets the fault");
    assert!(found.sequence.steps.len() <= 5, "{found}");
    assert_eq!((&found.a["held"], &found.b["held"]), (&json!("0.7"), &json!("0")));
}

#[test]
fn a_sequence_is_a_well_formed_vector() {
    for seed in 0..20 {
        let vector = generate::sequence(seed, 100).to_vector("random");
        let summary = run_text("random", &vector.to_string(), &mut model, &mut |_| {});
        for failure in &summary.failures {
            assert!(failure.came.contains("\"error\""), "{failure}");
        }
    }
}
