//! explain, prices, conformance, completions, help.

mod common;

use common::{Folder, root};

const POLICY: &str = r#"{"budgets": [
    {"id": "free", "scope": {"tier": "free"}, "limit": {"usd": 5}, "window": "monthly", "action": "block"},
    {"id": "own", "scope": {"user": "u"}, "limit": {"usd": "0.5"}, "window": "monthly", "action": "block"},
    {"id": "all", "scope": {"global": true}, "limit": {"usd": 100}, "window": "daily"}]}"#;

#[test]
fn explain_lists_candidates_in_order_and_says_why() {
    let folder = Folder::new("explain").with("p.json", POLICY);
    let args =
        ["explain", "--policy", "p.json", "--user", "u", "--tier", "free", "--at", "2026-05-10T12:00:00Z"];
    let out = folder.run(&args).expect_code(0);
    out.shows("narrower budget decides").shows("own, all decide together").shows("allow (within limit)");
    let out = folder.run(&[&args[..], &["--usd", "0.75"]].concat()).expect_code(0);
    out.shows("block (would exceed, own: 0.75 of 0.5 USD, resets at 2026-06-01T00:00:00Z)");
    let json = folder.run(&[&args[..], &["--json", "--usd", "0.75"]].concat()).expect_code(0).json();
    let listed: Vec<_> = json["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["budget"].clone(), c["why"].clone()))
        .collect();
    assert_eq!(
        listed,
        [
            ("free".into(), "overridden".into()),
            ("own".into(), "user_override".into()),
            ("all".into(), "global".into())
        ]
    );
    assert_eq!((&json["decision"]["action"], &json["decision"]["budget"]), (&"block".into(), &"own".into()));
    folder.run(&["explain", "--policy", "p.json", "--at", "yesterday"]).expect_code(2).says("RFC 3339");
    folder.run(&["explain", "--policy", "p.json", "--usd=-1"]).expect_code(2).says("--usd");
    folder.run(&["explain", "--policy", "p.json", "--user", ""]).expect_code(2).says("--user");
}

#[test]
fn explain_says_that_a_price_is_unknown() {
    let folder = Folder::new("explain-unpriced")
        .with("p.json", POLICY)
        .with("block.json", POLICY.replacen('{', r#"{"on_unpriced": "block", "#, 1))
        .with("none.json", "{}");
    let args = |policy| {
        ["explain", "--policy", policy, "--tier", "free", "--model", "no-such", "--input-tokens", "9"]
    };
    let unknown = "No price is known for no-such: ";
    folder.run(&args("p.json")).expect_code(0).shows(unknown).shows("no money is held");
    folder.run(&args("none.json")).expect_code(0).shows(unknown);
    folder.run(&args("block.json")).expect_code(0).shows(unknown).shows("the policy blocks such calls");
    let json = folder.run(&[&args("p.json")[..], &["--json"]].concat()).expect_code(0).json();
    assert_eq!(json["decision"]["unpriced"], true);
    for known in [["--usd", "0.1"], ["--price", "no-such=1,2"]] {
        let out = folder.run(&[&args("p.json")[..], &known].concat()).expect_code(0);
        assert!(!out.stdout.contains("No price"), "{out:#?}");
    }
}

#[test]
fn what_is_below_zero_is_called_so() {
    let folder = Folder::new("negative").with("p.json", POLICY).with("log.csv", "time,cost\n2026-05-01,1\n");
    for (option, value) in
        [("--usd", "-1"), ("--usd", "-0.50"), ("--input-tokens", "-5"), ("--output-tokens", "-5")]
    {
        let out = folder.run(&["explain", "--policy", "p.json", option, value]).expect_code(2);
        out.says(option).says("is below zero");
    }
    for option in ["--users", "--seed"] {
        folder.run(&["replay", option, "-3", "log.csv"]).expect_code(2).says(option).says("is below zero");
    }
    folder.run(&["sample-log", "--calls", "-3"]).expect_code(2).says("is below zero");
    folder
        .run(&["sample-log", "--calls", "4294967295"])
        .expect_code(2)
        .says("at most 100000000 are possible");
    folder.run(&["sample-log", "--users", "-3"]).expect_code(2).says("--users");
    folder.run(&["replay", "--users", "many", "log.csv"]).expect_code(2).says("is not a whole number");
    folder.run(&["explain", "--policy", "p.json", "--usd", "--json"]).expect_code(2).says("--usd");
}

#[test]
fn prices_are_shown_with_how_the_name_was_understood() {
    let folder = Folder::new("prices");
    folder
        .run(&["prices", "openai/gpt-4o-2024-08-06", "--at", "2026-05-01"])
        .expect_code(0)
        .shows("gpt-4o of openai")
        .shows("2.5");
    let json = folder.run(&["prices", "gpt-4o", "no-such-model", "--json"]).expect_code(1).json();
    assert_eq!(json[0]["usd_per_mtok"]["output"], "10");
    assert!(json[1]["usd_per_mtok"].is_null());
    assert!(folder.run(&["prices", ""]).expect_code(2).stdout.is_empty());
}

#[test]
fn prices_of_long_prompts_and_other_lists_are_shown() {
    let folder = Folder::new("price-lists");
    let args = ["prices", "gemini-2.5-pro", "--at", "2026-11-01"];
    let out = folder.run(&args).expect_code(0);
    let out = out.shows("  prompts above 200,000 tokens:\n    input                  2.5\n");
    let out = out
        .shows("  batch:\n    input                0.625\n")
        .shows("  batch, prompts above 200,000 tokens:\n");
    out.shows("  web search           0.035 each\n");
    let json = folder.run(&[&args[..], &["--json"]].concat()).expect_code(0).json();
    let (now, batch) = (&json[0], &json[0]["batch"]);
    assert_eq!(
        (&now["usd_per_mtok"]["input"], &now["usd_each"]["web_search"]),
        (&"1.25".into(), &"0.035".into())
    );
    assert_eq!(now["long_prompts"][0]["above_tokens"], 200_000);
    assert_eq!(batch["usd_per_mtok"]["input"], "0.625");
    assert_eq!(batch["long_prompts"][0]["usd_per_mtok"]["output"], "7.5");
    // Before the table knows of batch prices there are none to show.
    let then =
        folder.run(&["prices", "gemini-2.5-pro", "--at", "2026-05-01", "--json"]).expect_code(0).json();
    assert!(then[0]["batch"].is_null());
}

#[test]
fn conformance_runs_vectors_and_fails_on_a_wrong_one() {
    let folder = Folder::new("conformance").with(
        "01-wrong.json",
        r#"{"name": "wrong", "steps": [{"at": "2026-05-10T12:00:00Z", "reserve": {"user": "u"}, "expect": {"allowed": false}}]}"#,
    );
    folder.run(&["conformance", "."]).expect_code(1).shows("0 passed, 1 failed").shows("`allowed`");
    folder.run(&["conformance", "missing"]).expect_code(2);
    folder.run(&["conformance"]).expect_code(2);
    let vectors = root().join("tests/vectors");
    folder.run(&["conformance", &vectors.to_string_lossy()]).expect_code(0).shows(" passed, 0 failed");
}

#[test]
fn conformance_runs_vectors_on_a_program() {
    let folder = Folder::new("conformance-on");
    let vectors = root().join("tests/vectors").to_string_lossy().into_owned();
    let here = folder.run(&["conformance", &vectors]).expect_code(0).stdout;
    let server = format!("{} conformance --serve", env!("CARGO_BIN_EXE_spendgate"));
    let there = folder.run(&["conformance", "--on", &server, &vectors]).expect_code(0).stdout;
    assert_eq!(here, there);
    // One that lies about one reason, and is right about all else.
    let liar = format!("sh -c '{server} | sed -u s/would_exceed/limit_reached/'");
    let out = folder.run(&["conformance", "--on", &liar, &vectors]).expect_code(1);
    out.shows("`reason`: expected \"would_exceed\", came \"limit_reached\"").shows(" passed, ");
    let dead = folder.run(&["conformance", "--on", "sh -c 'exit 3'", &vectors]).expect_code(1);
    dead.shows("the program ended (exit status: 3) before it answered").shows("0 passed, ");
    folder.run(&["conformance", "--on", "no-such-program", &vectors]).expect_code(2).says("no-such-program");
    folder.run(&["conformance", "--on", "sh 'x", &vectors]).expect_code(2).says("a quote has no end");
    folder.run(&["conformance", "--on", "", &vectors]).expect_code(2).says("names no program");
    folder.run(&["conformance", "--serve", &vectors]).expect_code(2);
}

#[test]
fn help_has_examples_and_exit_codes() {
    let folder = Folder::new("help");
    folder.run(&["--help"]).expect_code(0).shows("Exit codes:");
    for command in ["check", "explain", "replay", "conformance", "prices", "sample-log", "completions"] {
        folder.run(&[command, "--help"]).expect_code(0).shows("Examples:");
    }
    // The paragraph wraps as one: no line is a torn-off rest.
    let out = folder.run(&["sample-log", "--help"]).expect_code(0);
    assert!(!out.stdout.lines().any(|line| line == "a month of" || line == "falls into a"), "{out:#?}");
    folder.run(&["--version"]).expect_code(0).shows("spendgate ");
}

#[test]
fn completions_for_each_shell() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish"] {
        folder.run(&["completions", shell]).expect_code(0).shows("sample-log");
    }
    folder.run(&["completions", "tcl"]).expect_code(2);
}
