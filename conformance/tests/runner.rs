//! The runner against a stand-in that answers from a script.

use serde_json::{Value, json};
use spendgate_conformance::{Failure, Implementation, run, run_text};
use std::cell::RefCell;
use std::rc::Rc;

/// Answers every step with its command's own value, and reserves under made-up ids.
struct Echo {
    seen: Rc<RefCell<Vec<Value>>>,
}

impl Implementation for Echo {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        self.seen.borrow_mut().push(json!({"prices": prices, "policy": policy, "now_ms": now_ms}));
        match policy {
            Some(Value::Object(_)) | None => Ok(()),
            Some(_) => Err(json!({"error": "invalid_policy", "path": ""})),
        }
    }

    fn step(&mut self, step: &Value) -> Value {
        self.seen.borrow_mut().push(step.clone());
        match step {
            _ if step.get("reserve").is_some() => step["reserve"].clone(),
            _ if step.get("settle").is_some() => json!({"outcome": "settled", "of": step["settle"]}),
            _ if step.get("events").is_some() => json!([{"kind": "blocked"}]),
            _ => json!({"error": "invalid_call", "path": "x"}),
        }
    }
}

fn run_json(value: &Value) -> (String, Vec<Failure>, Vec<Value>) {
    run_raw(&value.to_string())
}

fn run_raw(text: &str) -> (String, Vec<Failure>, Vec<Value>) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let mut told = Vec::new();
    let summary =
        run_text("f.json", text, &mut || Box::new(Echo { seen: Rc::clone(&seen) }), &mut |failure| {
            told.push(failure.clone())
        });
    assert_eq!(told, summary.failures);
    let seen = seen.borrow().clone();
    (summary.to_string(), summary.failures, seen)
}

#[test]
fn names_become_ids_and_unknown_ones_pass() {
    let (text, failures, seen) =
        run_json(&json!([{"name": "names", "prices": {"m": {}}, "policy": {}, "steps": [
            {"at": "1970-01-01T00:00:07Z", "reserve": {"reservation": "id-7"}, "as": "r1"},
            {"at_ms": 8000, "reserve": {"reservation": null}, "as": "r2"},
            {"at_ms": 9000, "settle": "r1", "expect": {"of": "id-7"}},
            {"at_ms": 9000, "settle": "r2", "expect": {"of": "r2"}},
            {"at_ms": 9000, "settle": "nope", "expect": {"of": "nope"}},
            {"at_ms": 9000, "events": true, "expect": [{"kind": "blocked", "user": null}]},
        {"at_ms": 9000, "events": true},
            {"at_ms": 9000, "preview": {}, "expect": {"error": "invalid_call", "path": "x"}}
        ]}]));
    assert_eq!((text.as_str(), failures.len()), ("1 passed, 0 failed", 0), "{failures:?}");
    assert_eq!(seen[0], json!({"prices": {"m": {}}, "policy": {}, "now_ms": 7000}));
    assert_eq!(seen[1], json!({"at_ms": 7000, "reserve": {"reservation": "id-7"}}));
}

#[test]
fn a_document_with_a_repeated_key_comes_as_its_text() {
    let (_, _, seen) = run_raw(
        r#"{"name": "v", "policy": {"version": 1}, "steps": [
            {"at_ms": 1, "set_policy": {"budgets": [{"id": "a", "limit": {"usd": 1, "usd": 2}}]}},
            {"at_ms": 2, "set_policy": {"budgets": [{"id": "a"}, {"id": "b"}]}},
            {"at_ms": 3, "reserve": {"user": "u", "user": "v"}}]}"#,
    );
    assert_eq!(seen[0]["policy"], json!({"version": 1}));
    let text = r#"{"budgets":[{"id":"a","limit":{"usd":1,"usd":2}}]}"#;
    assert_eq!(seen[1], json!({"at_ms": 1, "set_policy": text}));
    assert_eq!(seen[2]["set_policy"], json!({"budgets": [{"id": "a"}, {"id": "b"}]}));
    assert_eq!(seen[3]["reserve"], json!({"user": "v"}));
    let (text, failures, seen) = run_raw(
        r#"[{"name": "p", "policy": {"version": 1, "version": 1}, "steps": [{"at_ms": 1, "events": true}]}]"#,
    );
    assert_eq!(seen[0]["policy"], r#"{"version":1,"version":1}"#);
    assert_eq!((text.as_str(), failures[0].path.as_str()), ("0 passed, 1 failed", "policy"));
}

#[test]
fn failures_name_file_vector_step_and_key() {
    let (text, failures, _) = run_json(&json!([
        {"name": "wrong", "steps": [
            {"at_ms": 1, "reserve": {"window": {"start": "a"}}, "expect": {"window": {"start": "b"}}},
            {"at_ms": 1, "usage": {}}
        ]},
        {"name": "fine", "steps": [{"at_ms": 1, "settle": "x"}]}
    ]));
    assert_eq!(text, "1 passed, 1 failed");
    let lines: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            r#"f.json: "wrong", step 0, `window.start`: expected "b", came "a""#,
            r#"f.json: "wrong", step 1: expected an answer, came {"error":"invalid_call","path":"x"}"#,
        ]
    );
}

#[test]
fn malformed_vectors_and_refused_policies_are_failures() {
    let (text, failures, _) = run_json(&json!([
        {"name": "no command", "steps": [{"at_ms": 1}]},
        {"name": "odd key", "step": []},
        {"name": "no steps", "steps": []},
        {"steps": [{"at_ms": 1, "events": true}]},
        {"name": "policy", "policy": [], "steps": [{"at_ms": 1, "events": true}]},
        7
    ]));
    assert_eq!(text, "0 passed, 6 failed");
    let lines: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines[0],
        r#"f.json: "no command", step 0: expected a well-formed vector, came a step without a command"#
    );
    assert!(lines[1].contains("`step`"), "{}", lines[1]);
    assert!(lines[2].contains("without steps") && lines[3].contains("without a name"));
    assert!(lines[4].contains("`policy`") && lines[4].contains("invalid_policy"), "{}", lines[4]);
}

#[test]
fn files_that_do_not_parse_and_folders_that_are_not_there() {
    let mut make = || -> Box<dyn Implementation> { Box::new(Echo { seen: Rc::default() }) };
    let summary = run_text("bad.json", "{", &mut make, &mut |_| {});
    assert_eq!(summary.to_string(), "0 passed, 1 failed");
    let summary = run(&["no/such/folder"], &mut make, &mut |_| {});
    assert_eq!(summary.failed, 1);
}

#[test]
fn folders_run_by_name() {
    let folder = std::env::temp_dir().join(format!("spendgate-conformance-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inner.json")).unwrap();
    for (file, name) in [("02-b.json", "b"), ("01-a.json", "a"), ("notes.txt", "c")] {
        let vector = json!({"name": name, "steps": [{"at_ms": 1, "preview": {}}]});
        std::fs::write(folder.join(file), vector.to_string()).unwrap();
    }
    let mut make = || -> Box<dyn Implementation> { Box::new(Echo { seen: Rc::default() }) };
    let summary = run(&[&folder], &mut make, &mut |_| {});
    std::fs::remove_dir_all(&folder).unwrap();
    let names: Vec<_> = summary.failures.iter().map(|f| f.vector.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}
