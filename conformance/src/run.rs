//! Runs vectors against an implementation.

use crate::failure::{Failure, Summary};
use crate::matching::{Mismatch, compare};
use crate::vector::{self, Vector};
use crate::{Implementation, dirs};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Runs every vector of the given files and folders, in the order given and by name inside a
/// folder, each against a fresh implementation from `make`. Every failure goes to `on_failure` as
/// it is found, and into the summary. Nothing panics: what cannot be read is a failure.
pub fn run<P: AsRef<Path>>(
    paths: &[P],
    make: &mut dyn FnMut() -> Box<dyn Implementation>,
    on_failure: &mut dyn FnMut(&Failure),
) -> Summary {
    let mut summary = Summary::default();
    for path in paths {
        let path = path.as_ref();
        match dirs::files(path) {
            Ok(files) => {
                for file in files {
                    let name = file.display().to_string();
                    match std::fs::read_to_string(&file) {
                        Ok(text) => summary.add(run_text(&name, &text, make, on_failure)),
                        Err(e) => summary.add(unreadable(&name, &e.to_string(), on_failure)),
                    }
                }
            }
            Err(why) => summary.add(unreadable(&path.display().to_string(), &why, on_failure)),
        }
    }
    summary
}

/// Runs the vectors of one file's text; `file` is its name in failures. As [`run`] otherwise.
pub fn run_text(
    file: &str,
    text: &str,
    make: &mut dyn FnMut() -> Box<dyn Implementation>,
    on_failure: &mut dyn FnMut(&Failure),
) -> Summary {
    let vectors = match vector::of_file(text) {
        Ok(vectors) => vectors,
        Err(why) => return unreadable(file, &why, on_failure),
    };
    let mut summary = Summary::default();
    for vector in vectors {
        let failures = match vector {
            Ok(vector) => run_vector(file, &vector, make().as_mut()),
            Err(bad) => vec![malformed(file, bad)],
        };
        failures.iter().for_each(&mut *on_failure);
        if failures.is_empty() {
            summary.passed += 1;
        } else {
            summary.failed += 1;
        }
        summary.failures.extend(failures);
    }
    summary
}

fn run_vector(file: &str, vector: &Vector, engine: &mut dyn Implementation) -> Vec<Failure> {
    let failure = |step, path: &str, expected: &str, came: &str| Failure {
        file: file.to_owned(),
        vector: vector.name.clone(),
        step,
        path: path.to_owned(),
        expected: expected.to_owned(),
        came: came.to_owned(),
    };
    let now_ms = vector.steps.first().map_or(0, |step| step.at_ms);
    if let Err(refusal) = engine.start(&vector.prices, vector.policy.as_ref(), now_ms) {
        return vec![failure(None, "policy", "a policy that is accepted", &refusal.to_string())];
    }
    let mut names: BTreeMap<String, Value> = BTreeMap::new();
    let mut failures = Vec::new();
    for (index, step) in vector.steps.iter().enumerate() {
        let mut command = step.command.clone();
        let named = if matches!(step.kind, "settle" | "release") { step.kind } else { "without" };
        if let Some(name) = command.get_mut(named)
            && let Some(id) = name.as_str().and_then(|n| names.get(n))
        {
            *name = id.clone();
        }
        let answer = engine.step(&Value::Object(command));
        if let Some(name) = &step.name {
            match answer.get("reservation") {
                Some(id) if !id.is_null() => names.insert(name.clone(), id.clone()),
                _ => names.remove(name),
            };
        }
        for found in judge(step.expect.as_ref(), &answer) {
            failures.push(failure(Some(index), &found.path, &found.expected, &found.came));
        }
    }
    failures
}

/// A step that expects nothing fails only by an error.
fn judge(expect: Option<&Value>, answer: &Value) -> Vec<Mismatch> {
    match expect {
        Some(expect) => compare(expect, answer),
        None if answer.is_array() => Vec::new(),
        None => compare(&Value::Object(serde_json::Map::new()), answer),
    }
}

fn malformed(file: &str, bad: vector::Malformed) -> Failure {
    Failure {
        file: file.to_owned(),
        vector: bad.name,
        step: bad.step,
        path: String::new(),
        expected: "a well-formed vector".to_owned(),
        came: bad.why,
    }
}

fn unreadable(file: &str, why: &str, on_failure: &mut dyn FnMut(&Failure)) -> Summary {
    let failure = Failure {
        file: file.to_owned(),
        vector: String::new(),
        step: None,
        path: String::new(),
        expected: "vectors".to_owned(),
        came: why.to_owned(),
    };
    on_failure(&failure);
    Summary { passed: 0, failed: 1, failures: vec![failure] }
}
