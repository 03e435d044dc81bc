//! `spendgate check` and what every command does with a bad policy.

mod common;

use common::{Folder, root};

#[test]
fn a_valid_policy_is_said_to_be_valid() {
    let folder = Folder::new("check-valid").with("p.json", r#"{"version": 3, "budgets": []}"#);
    let out = folder.run(&["check", "p.json"]).expect_code(0);
    assert_eq!(out.stdout, "p.json: valid, version 3, 0 budgets, 0 breakers\n");
    assert_eq!(out.stderr, "");
}

#[test]
fn the_examples_are_valid() {
    let folder = Folder::new("check-examples");
    for entry in std::fs::read_dir(root().join("examples/policies")).unwrap() {
        let path = entry.unwrap().path();
        folder.run(&["check", &path.to_string_lossy()]).expect_code(0).shows(": valid, ");
    }
}

#[test]
fn every_fault_is_named_with_its_path() {
    let policy = r#"{"budgets": [
        {"id": "a", "scope": {"tier": "free"}, "limit": {"usd": "-5"}, "window": "monthly"},
        {"id": "a", "scope": {"tier": "*"}, "limit": {"usd": 1}, "window": {"kind": "daily", "timezone": "Mars/Base"}}]}"#;
    let folder = Folder::new("check-faults").with("p.json", policy);
    let out = folder.run(&["check", "p.json"]).expect_code(1);
    for path in [
        "p.json: budgets[0].limit.usd: ",
        "p.json: budgets[1].scope.tier: ",
        "p.json: budgets[1].window.timezone: ",
    ] {
        assert!(out.stdout.contains(path), "{path} is not in {out:#?}");
    }
    let json = folder.run(&["check", "--json", "p.json"]).expect_code(1).json();
    assert_eq!(json[0]["valid"], false);
    assert_eq!(json[0]["errors"][0]["path"], "budgets[0].limit.usd");
}

#[test]
fn bad_documents_never_panic() {
    let budget = |limit: &str| {
        format!(
            r#"{{"budgets": [{{"id": "a", "scope": {{"global": true}}, "limit": {{"usd": {limit}}}, "window": "daily"}}]}}"#
        )
    };
    let documents = [
        ("", ""),
        ("{", ""),
        ("[]", ""),
        ("null", ""),
        (r#"{"budgetz": []}"#, "budgetz: "),
        (r#"{"version": 1, "version": 2}"#, "version: "),
        (&budget("NaN"), ""),
        (&budget("-1"), "budgets[0].limit.usd: "),
        (&budget("1e400"), ""),
        (&budget("\"99999999999999999999\""), "budgets[0].limit.usd: "),
        (&budget("true"), "budgets[0].limit.usd: "),
    ];
    let folder = Folder::new("check-bad");
    for (text, path) in documents {
        let out = folder.run_with(&["check", "-"], text.as_bytes()).expect_code(1);
        assert!(out.stdout.starts_with(&format!("-: {path}")) && out.stdout.len() > 5, "{text}: {out:#?}");
    }
    let folder = folder.with("latin1.json", b"{\"budgets\": [],\n \"\xe9\": 1}");
    folder.run(&["check", "latin1.json"]).expect_code(1).shows("latin1.json: line 2 is not UTF-8");
}

#[test]
fn a_policy_cannot_steer_the_terminal() {
    let policy = r#"{"bad\u001b[2Jkey\nsecond: valid": 1,
        "budgets": [{"id": "a\u001b]0;x\u0007\u009b1m", "scope": {"tier": "\u202ex\r"}, "limit": {"usd": "\u001b[8m"}, "window": "\u001bc"}]}"#;
    let only_budgets = policy.replace(r#""bad\u001b[2Jkey\nsecond: valid": 1,"#, "");
    let folder = Folder::new("check-escapes").with("a.json", policy).with("b.json", only_budgets);
    for color in ["never", "always"] {
        for args in [
            vec!["check", "a.json", "b.json"],
            vec!["explain", "--policy", "a.json"],
            vec!["explain", "--policy", "b.json"],
        ] {
            let out = folder.run(&[&["--color", color][..], &args].concat()).expect_code(1);
            let said = [&out.stdout[..], &out.stderr].concat().replace("\u{1b}[1m\u{1b}[31m", "");
            let said = said.replace("\u{1b}[31m", "").replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
            let foul = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!said.contains(foul), "{said:?}");
            assert!(said.contains(r"\u{1b}"), "{said:?}");
            assert!(said.lines().all(|line| line.contains(".json: ")), "{said:?}");
        }
    }
}

#[test]
fn trouble_with_files_is_exit_code_2() {
    let folder = Folder::new("check-files");
    folder.run(&["check", "missing.json"]).expect_code(2).says("missing.json: ");
    let folder = folder.with("a.json", "{}").with("b.json", "[]");
    let args = ["check", "a.json", "missing.json", "b.json", "gone.json"];
    let out = folder.run(&args).expect_code(2).says("missing.json: ").says("gone.json: ");
    let out = out.shows("a.json: valid, ").shows("b.json: ");
    assert_eq!(out.stdout.lines().count(), 2);
    let json = folder.run(&[&args[..], &["--json"]].concat()).expect_code(2).json();
    assert_eq!((&json[0]["valid"], &json[1]["valid"], &json[2]), (&true.into(), &false.into(), &().into()));
    folder.run(&["check", "."]).expect_code(2).says(".: is a directory");
    folder.run(&["check"]).expect_code(2).says("<POLICY>");
    folder.run(&["chekc"]).expect_code(2).says("check");
}

#[test]
fn other_commands_refuse_a_bad_policy_the_same_way() {
    let folder = Folder::new("check-others")
        .with("p.json", r#"{"budgets": [7]}"#)
        .with("log.csv", "time,cost\n2026-05-01,1\n");
    folder.run(&["explain", "--policy", "p.json"]).expect_code(1).says("error: p.json: budgets[0]: ");
    let out = folder.run(&["replay", "--policy", "p.json", "--html", "r.html", "log.csv"]).expect_code(1);
    assert!(out.says("error: p.json: budgets[0]: ").stdout.is_empty());
    assert_eq!(folder.files(), ["log.csv", "p.json"]);
}
