//! The schema of vector files against the runner that reads them.

mod common;

use common::{files, spoiled, vectors_schema};
use serde_json::Value;
use spendgate_conformance::{Implementation, run_text};
use spendgate_core::{Options, wire};

/// Starts an engine, and answers nothing: only the form of a vector matters here.
struct Starts;

impl Implementation for Starts {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        let refusal = |e: spendgate_core::error::Error| serde_json::from_str(&wire::error_text(&e)).unwrap();
        wire::start(prices, policy, now_ms, Options::default()).map(drop).map_err(refusal)
    }

    fn step(&mut self, _: &Value) -> Value {
        Value::Null
    }
}

/// What the runner says of the form of a file, and of the policies it starts with.
fn faults(file: &Value) -> Vec<String> {
    let summary = run_text("f", &file.to_string(), &mut || Box::new(Starts), &mut |_| {});
    let form = |f: &&spendgate_conformance::Failure| {
        ["a well-formed vector", "a policy that is accepted", "vectors"].contains(&f.expected.as_str())
    };
    summary.failures.iter().filter(form).map(|f| f.came.clone()).collect()
}

/// Refusals that no schema says: a date that does not exist, and what only the engine knows of a policy.
const ONLY_THE_RUNNER_KNOWS: [&str; 9] = [
    "`at` that is not a time",
    "is not a time zone",
    "stands twice",
    "is not the id of a budget",
    "has no price",
    "is not cheaper than",
    "is not a period such as",
    "is milder than",
    "is not JSON",
];

#[test]
fn every_file_is_valid() {
    let schema = vectors_schema();
    for (name, text) in files("tests/vectors") {
        let file: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> =
            schema.iter_errors(&file).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
}

#[test]
fn schema_and_runner_refuse_the_same_files() {
    let schema = vectors_schema();
    let mut counts = [0; 3];
    for (name, text) in files("tests/vectors") {
        let file: Value = serde_json::from_str(&text).unwrap();
        // One vector of each file, in a list and by itself; what steps expect is free.
        let mut vector = file.as_array().map_or(&file, |list| list.last().unwrap()).clone();
        for step in vector["steps"].as_array_mut().unwrap() {
            step.as_object_mut().unwrap().remove("expect");
        }
        for (what, spoiled) in spoiled(&vector).into_iter().chain(spoiled(&Value::from(vec![vector]))) {
            let (valid, faults) = (schema.is_valid(&spoiled), faults(&spoiled));
            let at = match (valid, faults.first()) {
                (true, None) => 0,
                (false, None) => panic!("{name}: a false alarm: {what}\n{spoiled}"),
                (false, Some(_)) => 1,
                (true, Some(why)) => {
                    let known = ONLY_THE_RUNNER_KNOWS.iter().any(|known| why.contains(known));
                    assert!(known, "{name}: the runner alone refuses: {what}: {why}\n{spoiled}");
                    2
                }
            };
            counts[at] += 1;
        }
    }
    println!("{} taken, {} refused by both, {} by the runner alone", counts[0], counts[1], counts[2]);
    assert!(counts[0] > 5_000 && counts[1] > 5_000, "{counts:?}");
}

#[test]
fn the_generated_file_is_this_schema() {
    let text = std::fs::read_to_string(common::root().join("docs/schemas/vectors.schema.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), spendgate_conformance::schema());
}
