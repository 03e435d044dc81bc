//! Programs that behave and programs that do not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests, outside a test function")]

use serde_json::{Value, json};
use spendgate_conformance::{Implementation, Process, run_text};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

fn shell(script: &str) -> Process {
    Process::start("sh", &["-c", script]).unwrap()
}

/// What the first step of a vector is answered, and the next vector's start.
fn asked(mut process: Process) -> (Value, Result<(), Value>) {
    let first = match process.start(&Value::Null, None, 0) {
        Ok(()) => process.step(&json!({"at_ms": 0, "expire": true})),
        Err(refusal) => refusal,
    };
    (first, process.start(&Value::Null, None, 0))
}

/// Answers `start` as it should, then does what the script says.
fn after_start(script: &str) -> Process {
    shell(&format!(r#"read -r line; echo '{{"outcome":"started"}}'; {script}"#))
        .with_patience(Duration::from_secs(5))
}

fn fails_with(process: Process, words: &str) {
    let (first, next) = asked(process);
    assert_eq!(first["error"], "no_answer");
    assert!(first["message"].as_str().unwrap().contains(words), "{first}");
    assert_eq!(next, Err(first), "what is broken stays broken");
}

#[test]
fn lines_are_answered_in_order() {
    let mut echo = shell("cat");
    for n in 0..50_000 {
        echo.send(format!("[{n}]"));
    }
    for n in 0..50_000 {
        assert_eq!(echo.receive(), Ok(format!("[{n}]")));
    }
    assert_eq!(echo.ask(r#"{"é": 1e2}"#.to_owned()), Ok(json!({"é": 100.0})));
}

#[test]
fn one_process_runs_several_vectors() {
    let script = r#"while read -r line; do case $line in
        *start*) echo '{"outcome":"started"}' ;; *) echo "{\"pid\":$$}" ;; esac; done"#;
    let process = Rc::new(RefCell::new(shell(script)));
    let text = r#"[{"name": "a", "steps": [{"at_ms": 1, "expire": true, "expect": {"pid": 0}}]},
                   {"name": "b", "steps": [{"at_ms": 1, "expire": true, "expect": {"pid": 0}}]}]"#;
    let summary = run_text("f", text, &mut || Box::new(Rc::clone(&process)), &mut |_| {});
    let came: Vec<&str> = summary.failures.iter().map(|f| f.came.as_str()).collect();
    assert_eq!(came.len(), 2);
    assert_eq!(came[0], came[1]);
}

#[test]
fn a_program_that_ends_fails_in_words() {
    fails_with(shell("exit 3"), "the program ended (exit status: 3) before it answered");
    fails_with(after_start("exit 0"), "the program ended (exit status: 0) before it answered");
    fails_with(after_start("kill -9 $$"), "signal: 9");
    fails_with(after_start("printf '{\"exp'"), "ended in the middle of an answer");
}

#[test]
fn a_program_that_says_nothing_is_given_up() {
    let silent = after_start("exec sleep 1000").with_patience(Duration::from_millis(200));
    fails_with(silent, "said nothing for 200ms");
    let mute = after_start("exec >/dev/null; exec sleep 1000");
    fails_with(mute, "closed its output");
    // It reads nothing either: more than any pipe holds is on its way.
    let mut deaf = shell("exec sleep 1000").with_patience(Duration::from_millis(200));
    for _ in 0..100 {
        deaf.send("x".repeat(100_000));
    }
    assert!(deaf.receive().unwrap_err().contains("said nothing"));
}

#[test]
fn a_program_that_answers_something_else_fails_in_words() {
    fails_with(after_start("echo 'ready!'; cat"), "answered `ready!`, which is no JSON");
    fails_with(after_start(r"printf '\377\n'; cat"), "no UTF-8");
    fails_with(after_start("echo; cat"), "which is no JSON");
    let (first, _) = asked(shell("read -r line; echo '[]'; cat"));
    assert!(first["message"].as_str().unwrap().contains("`start` was answered with []"), "{first}");
    assert!(Process::start("no-such-program", &[]).unwrap_err().contains("no-such-program"));
}

#[test]
fn the_program_ends_with_its_input() {
    let folder = std::env::temp_dir().join(format!("spendgate-process-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("ended");
    drop(shell(&format!("cat; echo yes >'{}'", file.display())));
    let said = std::fs::read_to_string(&file);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(said.unwrap(), "yes\n");
}
