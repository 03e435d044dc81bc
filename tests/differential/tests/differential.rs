//! The run itself: it reaches what it is made for, repeats itself, and finds what differs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests, outside a test function")]

use serde_json::Value;
use spendgate_differential::{Line, Program, Script};
use spendgate_reference::Coverage;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn lines(seeds: std::ops::Range<u64>) -> impl Iterator<Item = Line> {
    seeds.flat_map(|seed| Script::of_seed(seed, 300).lines())
}

/// A program that gives the engine's own answers to some seeds, as they are but for what `sed` does to them.
fn scripted(seeds: std::ops::Range<u64>, sed: &str) -> (Program, Vec<(Script, Vec<Line>)>) {
    let scripts: Vec<_> =
        seeds.map(|seed| Script::of_seed(seed, 40)).map(|s| (s.clone(), s.lines())).collect();
    let engine = env!("CARGO_BIN_EXE_spendgate-differential");
    (Program::start(&format!("p=sh -c '{engine} --serve | sed -u \"{sed}\"'")).unwrap(), scripts)
}

/// What is said of each script, after all of them were sent.
fn said(program: &mut Program, scripts: &[(Script, Vec<Line>)]) -> Vec<String> {
    let mut said = Vec::new();
    for (script, lines) in scripts {
        program.send(lines);
        said.extend(program.check(script, lines));
    }
    said
}

#[test]
fn a_seed_is_one_script_and_a_shorter_one_its_beginning() {
    let (whole, again, short) =
        (Script::of_seed(7, 200).lines(), Script::of_seed(7, 200).lines(), Script::of_seed(7, 50).lines());
    assert_eq!(whole, again);
    assert_eq!(short[..], whole[..short.len()]);
    assert_ne!(whole, Script::of_seed(8, 200).lines());
}

#[test]
fn lines_are_json_that_can_be_sent_and_answers_are_canonical() {
    for line in lines(0..40) {
        assert!(!line.asked.contains('\n'), "{}", line.asked);
        assert!(serde_json::from_str::<Value>(&line.asked).is_ok(), "{}", line.asked);
        assert_eq!(serde_json::from_str::<Value>(&line.answer).unwrap().to_string(), line.answer);
    }
}

#[test]
fn every_code_reason_action_outcome_and_event_is_reached_and_much_that_is_odd() {
    let mut coverage = Coverage::default();
    let (mut asked, mut messages) = (String::new(), BTreeSet::new());
    for line in lines(0..60) {
        let answer: Value = serde_json::from_str(&line.answer).unwrap();
        coverage.note(&answer);
        if let Some(message) = answer["message"].as_str() {
            let place = |c: char| if c.is_ascii_digit() { '0' } else { c };
            messages.insert(message.chars().map(place).collect::<String>());
        }
        asked += &line.asked;
    }
    assert_eq!(coverage.missing(), Vec::<String>::new());
    for (key, value) in [("reason", "unavailable"), ("outcome", "unavailable"), ("outcome", "started")] {
        assert!(coverage.seen.contains(&format!("{key} {value}")), "{key} {value}");
    }
    assert!(messages.len() > 600, "only {} messages of errors", messages.len());
    for odd in [
        "9007199254740993",
        "1E+2",
        "1e-400",
        ":-0,",
        "0.30000000000000004",
        "東京",
        "\\\"the builder",
        "\\u0000",
        "__proto__",
        "\"set_policy\":\"{",
        "\"ttl_ms\":",
        "\u{2028}",
        "\"at\":\"2026",
    ] {
        assert!(asked.contains(odd), "no line has {odd}");
    }
}

#[test]
fn the_engine_in_a_process_answers_the_same() {
    let (mut program, scripts) = scripted(0..30, "");
    assert_eq!(said(&mut program, &scripts), Vec::<String>::new());
    assert_eq!(program.summary(), "differential p: 30 passed, 0 failed");
}

#[test]
fn one_byte_that_differs_is_found_and_its_sequence_made_short() {
    let (mut program, scripts) = scripted(0..30, "s/is not a key here/is no key here/");
    let found = said(&mut program, &scripts);
    assert!(program.failed > 3 && program.passed > 0, "{}", program.summary());
    assert_eq!(found.len(), 3, "the first are explained, the others counted");
    for text in &found {
        let lines = text.lines().skip_while(|line| *line != "  lines:").count() - 1;
        assert!((1..=3).contains(&lines), "{text}");
        assert!(text.contains("is not a key here") && text.contains("is no key here"), "{text}");
    }
}

#[test]
fn keys_in_another_order_are_the_same_and_null_is_not_absent() {
    let (mut program, scripts) = scripted(0..10, r#"s/{\\(.outcome.:.started.\\)}/{ \\1 }/"#);
    assert_eq!(said(&mut program, &scripts), Vec::<String>::new());
    let (mut program, scripts) = scripted(0..10, "s/,.held.:null//");
    assert!(!said(&mut program, &scripts).is_empty());
}

#[test]
fn a_program_that_ends_fails_once_and_is_not_asked_again() {
    let (_, scripts) = scripted(0..5, "");
    let mut program = Program::start("p=sh -c 'exit 3'").unwrap();
    let found = said(&mut program, &scripts);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("the program ended (exit status: 3)"), "{}", found[0]);
    assert_eq!((program.passed, program.failed), (0, 1));
}

#[test]
fn the_command_says_what_it_found() {
    let engine = env!("CARGO_BIN_EXE_spendgate-differential");
    let run = |arguments: &[&str]| {
        let out = Command::new(engine).args(arguments).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    let served = format!("a={engine} --serve");
    let (code, printed) = run(&["1", "1200", &served, &served.replacen('a', "b", 1)]);
    assert_eq!(code, Some(0));
    assert!(
        printed.ends_with("differential a: 3 passed, 0 failed\ndifferential b: 3 passed, 0 failed\n"),
        "{printed}"
    );
    assert_eq!(run(&["1", "10", &served, "dead=true"]).0, Some(1));
    for wrong in
        [&["1", "10"][..], &["x", "10", &served], &["1", "0", &served], &["1", "10", "no-such-program"], &[]]
    {
        assert_eq!(run(wrong).0, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_vector_of_it_can_be_read() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_spendgate-differential"))
        .arg("--serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{\"at_ms\":1,\"expire\":true}\n").unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(String::from_utf8(out.stdout).unwrap().contains("not_started"));
    let vector: Value = serde_json::from_str(&Script::of_seed(3, 20).to_vector()).unwrap();
    assert_eq!(vector["steps"].as_array().unwrap().len(), 20);
}
