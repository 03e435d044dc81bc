//! The schema of vector files against the runner that reads them.

mod common;

use common::{ONLY_THE_ENGINE_KNOWS, files, spoiled, vectors_schema};
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

/// What no schema says of a step: that the digits of a time are a time.
const ONLY_THE_RUNNER_KNOWS: &str = "`at` that is not a time";

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
        // One vector of each file by itself, and the list around it. What stands inside a step's members is free.
        let mut vector = file.as_array().map_or(&file, |list| list.last().unwrap()).clone();
        for step in vector["steps"].as_array_mut().unwrap() {
            for (_, member) in
                step.as_object_mut().unwrap().iter_mut().filter(|(_, member)| !member.is_string())
            {
                *member = if member.is_number() { member.take() } else { Value::Bool(true) };
            }
        }
        let mut all = spoiled(&vector);
        let around = |what: &str| what.ends_with("at ``") || what.ends_with("at `/0`");
        all.extend(spoiled(&Value::from(vec![vector])).into_iter().filter(|(what, _)| around(what)));
        for (what, spoiled) in all {
            if spoiled.get("policy").or(spoiled.pointer("/0/policy")).is_some_and(Value::is_string) {
                // A policy as text is the engine's to read.
                continue;
            }
            let (valid, faults) = (schema.is_valid(&spoiled), faults(&spoiled));
            let at = match (valid, faults.first()) {
                (true, None) => 0,
                (false, None) => panic!("{name}: a false alarm: {what}\n{spoiled}"),
                (false, Some(_)) => 1,
                (true, Some(why)) => {
                    let mut known = ONLY_THE_ENGINE_KNOWS.iter().chain([&ONLY_THE_RUNNER_KNOWS]);
                    assert!(
                        known.any(|known| why.contains(known)),
                        "{name}: the runner alone refuses: {what}: {why}\n{spoiled}"
                    );
                    2
                }
            };
            counts[at] += 1;
        }
    }
    println!("{} taken, {} refused by both, {} by the runner alone", counts[0], counts[1], counts[2]);
    assert!(counts[0] > 2_000 && counts[1] > 20_000, "{counts:?}");
}

#[test]
fn the_generated_file_is_this_schema() {
    let text = std::fs::read_to_string(common::root().join("docs/schemas/vectors.schema.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), spendgate_conformance::schema());
}
