//! `spendgate replay`, end to end.

mod common;

use common::{Folder, data, root};

const LOG: &str = "time,user,tier,model,input_tokens,output_tokens,cost\n\
    2026-05-01T10:00:00Z,u1,free,gpt-4o,,,0.60\n\
    2026-05-01T11:00:00Z,u1,free,gpt-4o,,,0.60\n\
    2026-05-02T10:00:00Z,u2,pro,gpt-4o,,,3\n\
    2026-05-03T10:00:00Z,u2,pro,gpt-4o,,,3\n\
    2026-06-01T00:00:00Z,u1,free,gpt-4o,,,0.60\n";

const POLICY: &str = r#"{"budgets": [
    {"id": "free", "scope": {"tier": "free"}, "limit": {"usd": 1}, "window": "monthly", "action": "block"},
    {"id": "pro", "scope": {"tier": "pro"}, "limit": {"usd": 5}, "window": "monthly", "action": "warn"}]}"#;

#[test]
fn the_azure_traces_cost_what_they_cost() {
    for (file, usd, calls) in
        [("azure-llm-2023-conv.csv", "96.791325", 19_366), ("azure-llm-2023-code.csv", "47.608895", 8_819)]
    {
        let Some(path) = data(file) else { continue };
        let path = path.to_string_lossy().into_owned();
        let folder = Folder::new("azure").with("p.json", "{\"budgets\": []}");
        let args = [
            "replay",
            "--policy",
            "p.json",
            "--format",
            "azure",
            "--model",
            "gpt-4o",
            "--price",
            "gpt-4o=2.50,10",
            "--users",
            "1000",
            "--seed",
            "7",
            "--json",
            &path,
        ];
        let out = folder.run(&args).expect_code(0);
        let json = out.json();
        assert_eq!(json["total"]["spend_usd"], usd);
        assert_eq!(json["total"]["calls"], calls);
        assert_eq!(json["synthetic"]["users"]["count"], 1000);
        assert_eq!(folder.run(&args).stdout, out.stdout, "the same seed has to give the same bytes");
    }
}

#[test]
fn blocked_money_is_saved_and_warned_money_is_at_risk() {
    let folder = Folder::new("money").with("log.csv", LOG).with("p.json", POLICY);
    let json = folder.run(&["replay", "--policy", "p.json", "--json", "log.csv"]).expect_code(0).json();
    let total = &json["total"];
    // 0.60 of u1 in May and in June; the second call of May is blocked. u2 goes on at 6 of 5.
    assert_eq!(total["requested_usd"], "7.8");
    assert_eq!(total["spend_usd"], "7.2");
    assert_eq!(total["saved_usd"], "0.6");
    assert_eq!(total["at_risk_usd"], "1");
    assert_eq!((&total["calls"], &total["blocked"], &total["warned"]), (&5.into(), &1.into(), &1.into()));
    assert_eq!((&total["users"], &total["blocked_users"]), (&2.into(), &1.into()));
    let free = &json["tiers"][0];
    // Two windows of one user: the allowance is 2 USD.
    assert_eq!((&free["tier"], &free["allowance_usd"]), (&"free".into(), &"2".into()));
    assert_eq!(free["share_of_limit_percent"], "60.0");
    assert_eq!(json["hits"][0]["at"], "2026-05-01T11:00:00Z");
    assert_eq!(json["hits"][0]["subject"], "u1");
    assert_eq!(json["budgets"][1]["warned"], 1);
    folder
        .run(&["replay", "--policy", "p.json", "log.csv"])
        .expect_code(0)
        .shows("saved      $0.60")
        .shows("blocked 1 call of 1 user");
}

#[test]
fn a_downgrade_saves_the_difference_also_where_the_log_has_the_cost() {
    let log = "time,user,model,input_tokens,output_tokens,cost\n\
        2026-05-01T10:00:00Z,u,dear,1000,1000,\n2026-05-01T10:00:01Z,u,dear,1000,1000,\n2026-05-01T10:00:02Z,u,dear,1000,1000,1\n";
    let policy = r#"{"budgets": [{"id": "u", "scope": {"user": "*"}, "limit": {"usd": "2"}, "window": "daily",
        "steps": [{"at_percent": 60, "action": "downgrade"}]}],
        "prices": {"dear": {"input": "1000", "output": "0"}, "cheap": {"input": "100", "output": "0"}},
        "downgrades": {"dear": "cheap"}}"#;
    let folder = Folder::new("downgrade").with("log.csv", log).with("p.json", policy);
    let json = folder.run(&["replay", "--policy", "p.json", "--json", "log.csv"]).expect_code(0).json();
    // 1 USD, then 0.10 for 1, then 0.10 for 1: the log's cost is scaled by the ratio of the prices.
    assert_eq!(json["total"]["requested_usd"], "3");
    assert_eq!(json["total"]["spend_usd"], "1.2");
    assert_eq!((&json["total"]["downgraded"], &json["total"]["saved_usd"]), (&2.into(), &"1.8".into()));
}

#[test]
fn two_policies_are_put_side_by_side() {
    let folder = Folder::new("compare")
        .with("log.csv", LOG)
        .with("p.json", POLICY)
        .with("q.json", POLICY.replace("\"warn\"", "\"block\""));
    let args = ["replay", "--policy", "p.json", "--compare", "q.json", "--json", "log.csv"];
    let json = folder.run(&args).expect_code(0).json();
    let compare = &json["compare"];
    assert_eq!((&compare["changed_users"], &compare["newly_blocked_users"]), (&1.into(), &1.into()));
    assert_eq!(compare["users"][0]["user"], "u2");
    assert_eq!(compare["users"][0]["difference_usd"], "-3");
    assert_eq!(compare["outcome"]["total"]["saved_usd"], "3.6");
}

#[test]
fn files_are_merged_by_time_and_late_rows_are_told() {
    let head = "time,user,cost\n";
    let folder = Folder::new("merge")
        .with("b.csv", format!("{head}2026-06-02T00:00:00Z,u,1\n"))
        .with("a.csv", format!("{head}2026-05-02T00:00:00Z,u,1\n2026-05-01T23:00:00Z,u,1\n"))
        .with("late.csv", format!("{head}2026-05-03T00:00:00Z,u,1\n2026-05-01T23:59:59Z,u,1\n"));
    let json = folder.run(&["replay", "--json", "b.csv", "a.csv"]).expect_code(0).json();
    assert_eq!((&json["log"]["late_rows"], &json["log"]["late_most_ms"]), (&1.into(), &3_600_000.into()));
    assert_eq!(json["log"]["first"], "2026-05-01T23:00:00Z");
    let out = folder
        .run(&["replay", "--json", "late.csv"])
        .expect_code(1)
        .says("late.csv:3: time: ")
        .says("(--sort)");
    assert_eq!(out.json()["total"]["calls"], 1);
    let json = folder.run(&["replay", "--json", "--sort", "late.csv"]).expect_code(0).json();
    assert_eq!((&json["total"]["calls"], &json["log"]["late_rows"]), (&2.into(), &0.into()));
}

#[test]
fn bad_rows_are_counted_and_named_or_stop_the_replay() {
    let log = "time,user,input_tokens,output_tokens\n2026-05-01,u,1,1\n2026-05-01,u,NaN,1\n2026-05-01,u\u{202e},1,1\n2026-05-01,u,1";
    let folder = Folder::new("bad").with("log.csv", log);
    let out = folder.run(&["replay", "--json", "--model", "gpt-4o", "log.csv"]).expect_code(1);
    let json = out.json();
    assert_eq!((&json["total"]["calls"], &json["log"]["bad_rows"]), (&1.into(), &3.into()));
    assert_eq!(json["log"]["bad"][0]["line"], 3);
    assert_eq!(json["log"]["bad"][1]["field"], "user");
    out.says("log.csv:3: input_tokens: `NaN` is not a decimal amount")
        .says("log.csv:5: row: 3 fields, the header has 4");
    let out = folder.run(&["replay", "--strict", "--html", "r.html", "log.csv"]).expect_code(1);
    assert!(out.stdout.is_empty());
    out.says("log.csv:3: input_tokens: ");
    assert_eq!(folder.files(), ["log.csv"], "nothing partial may be left behind");
}

#[test]
fn files_that_cannot_be_read_are_exit_code_2_and_leave_nothing() {
    let folder = Folder::new("unreadable")
        .with("empty.csv", "")
        .with("utf16.csv", b"\xff\xfet\0i\0")
        .with("packed.csv", b"\x1f\x8b\x08\0\0")
        .with("other.csv", "a,b\n1,2\n")
        .with("ok.csv", "time,cost\n2026-05-01,1\n");
    for (file, reason) in [
        ("missing.csv", "missing.csv: "),
        (".", ".: is a directory"),
        ("empty.csv", "empty.csv: the file is empty"),
        ("utf16.csv", "utf16.csv: the file is UTF-16"),
        ("packed.csv", "packed.csv: the file is compressed"),
        ("other.csv", "other.csv:1: no column for the time"),
    ] {
        let out = folder.run(&["replay", "--html", "r.html", file]).expect_code(2).says(reason);
        assert!(out.stdout.is_empty(), "{out:#?}");
    }
    folder.run(&["replay", "--format", "azure", "ok.csv"]).expect_code(2).says("`TIMESTAMP`");
    folder.run(&["replay", "--format", "azur", "ok.csv"]).expect_code(2).says("azure");
    folder.run(&["replay", "--html", "no/such/r.html", "ok.csv"]).expect_code(2).says("no/such/r.html");
    folder.run(&["replay", "--map", "user=who", "ok.csv"]).expect_code(2).says("no column `who` for `user`");
    folder.run(&["replay", "--tiers", "free", "ok.csv"]).expect_code(2).says("NAME=SHARE");
    folder.run(&["replay", "--price", "gpt-4o=-1,2", "ok.csv"]).expect_code(2).says("--price");
    assert_eq!(folder.files(), ["empty.csv", "ok.csv", "other.csv", "packed.csv", "utf16.csv"]);
}

#[test]
fn a_report_never_takes_the_place_of_an_input() {
    let folder = Folder::new("apart").with("log.csv", LOG).with("p.json", POLICY).with("q.json", POLICY);
    let absolute = folder.path.join("log.csv").to_string_lossy().into_owned();
    let mut targets = vec!["log.csv", "./log.csv", "p.json", "q.json", &absolute];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("log.csv", folder.path.join("link.html")).unwrap();
        targets.push("link.html");
    }
    for target in targets {
        let args = ["replay", "--policy", "p.json", "--compare", "q.json", "--html", target, "log.csv"];
        let out = folder.run(&args).expect_code(2).says(&format!("--html: `{target}` is the same file"));
        assert!(out.stdout.is_empty(), "{out:#?}");
    }
    assert_eq!(std::fs::read_to_string(folder.path.join("log.csv")).unwrap(), LOG);
    assert_eq!(std::fs::read_to_string(folder.path.join("p.json")).unwrap(), POLICY);
    assert_eq!(std::fs::read_to_string(folder.path.join("q.json")).unwrap(), POLICY);
    // An old report is replaced.
    let folder = folder.with("r.html", "old");
    folder.run(&["replay", "--html", "r.html", "log.csv"]).expect_code(0);
    assert_ne!(std::fs::read_to_string(folder.path.join("r.html")).unwrap(), "old");
}

#[test]
fn a_log_of_bad_rows_only_gives_no_report() {
    let folder = Folder::new("all-bad").with("log.jsonl", "{\"time\": 1}\nnull\n");
    let out = folder.run(&["replay", "--html", "r.html", "log.jsonl"]).expect_code(1);
    assert!(out.stdout.is_empty());
    out.says("log.jsonl:1: ").says("no row could be replayed");
    assert_eq!(folder.files(), ["log.jsonl"]);
}

#[test]
fn a_log_without_rows_is_named() {
    let folder = Folder::new("no-rows")
        .with("head.csv", "time,cost\n")
        .with("list.json", "[]")
        .with("spans.jsonl", "{\"type\": \"SPAN\", \"startTime\": \"2026-05-01\"}\n")
        .with("log.csv", LOG);
    let out = folder.run(&["replay", "head.csv", "list.json"]).expect_code(1);
    let out = out.says("head.csv: the file has a header but no rows").says("list.json: the file has no rows");
    assert!(out.stdout.is_empty());
    let out = folder.run(&["replay", "--format", "langfuse", "spans.jsonl"]).expect_code(1);
    out.says("1 row left out: an observation that is neither");
    // Beside a log with rows it is a quiet night.
    let out = folder.run(&["replay", "head.csv", "log.csv"]).expect_code(0);
    assert_eq!(out.stderr, "");
}

#[test]
fn one_is_not_many() {
    let folder = Folder::new("singular").with("log.csv", "time,cost\n2026-05-01,1\n2026-05-01,x\n");
    let out = folder.run(&["replay", "log.csv"]).expect_code(1);
    out.shows("1 row could not be used").shows("1 row named no user");
    folder.run(&["replay", "--json", "log.csv"]).expect_code(1).says("1 row could not be used");
    let out =
        folder.run(&["replay", "--users", "1", "--tiers", "a=1", "--model", "m", "log.csv"]).expect_code(1);
    let out =
        out.shows("1 row named none, so they were drawn from 1 user ").shows("1 row named none, so each");
    out.shows("1 row named none and counted as m");
}

#[test]
fn unknown_prices_are_not_passed_off_as_free() {
    let folder = Folder::new("unpriced")
        .with("log.csv", "time,user,model,input_tokens\n2026-05-01,u,no-such-model,10\n");
    let out = folder.run(&["replay", "log.csv"]).expect_code(0);
    out.shows("1 call had no known price");
}

#[test]
fn colours_stay_out_of_pipes_and_html_has_no_script() {
    let folder = Folder::new("html").with("log.csv", LOG.replace("u2", "<script>")).with("p.json", POLICY);
    let out = folder.run(&["replay", "--policy", "p.json", "--html", "r.html", "log.csv"]).expect_code(0);
    assert!(!out.stdout.contains('\x1b'));
    let page = std::fs::read_to_string(folder.path.join("r.html")).unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
    assert!(!page.contains("http"), "the page may load nothing");
    let colored =
        folder.run(&["--color", "always", "replay", "--policy", "p.json", "log.csv"]).expect_code(0);
    assert!(colored.stdout.contains('\x1b'));
    let again = folder.run(&["replay", "--policy", "p.json", "--html", "s.html", "log.csv"]).expect_code(0);
    drop(again);
    assert_eq!(page, std::fs::read_to_string(folder.path.join("s.html")).unwrap());
}

#[test]
fn the_demo_finds_the_loop_and_the_abuser() {
    let folder = Folder::new("demo");
    folder.run(&["sample-log", "--calls", "50000", "--seed", "7", "--out", "log.csv"]).expect_code(0);
    let first = std::fs::read(folder.path.join("log.csv")).unwrap();
    let piped = folder.run(&["sample-log", "--calls", "50000", "--seed", "7"]).expect_code(0);
    assert_eq!(piped.stdout.as_bytes(), first);
    assert_eq!(piped.stdout.lines().count(), 50_001);
    let policy = root().join("examples/policies/saas.json");
    let args = ["replay", "--policy", &policy.to_string_lossy(), "--json", "--top", "3", "log.csv"];
    let json = folder.run(&args).expect_code(0).json();
    let refused: Vec<&str> =
        json["refused"].as_array().unwrap().iter().filter_map(|r| r["reason"].as_str()).collect();
    assert!(refused.contains(&"circuit_open"), "{refused:?}");
    assert!(json["hits"].as_array().unwrap().iter().any(|hit| hit["budget"] == "abuser"));
}

#[test]
fn hits_of_a_rolling_window_count_once_a_period() {
    let mut log = String::from("time,user,cost\n");
    for minute in 0..180 {
        log.push_str(&format!("{},u,0.10\n", 1_777_593_600 + minute * 60));
    }
    let policy = r#"{"budgets": [{"id": "hour", "scope": {"user": "*"}, "limit": {"usd": 1},
        "window": {"kind": "rolling", "period": "1h"}, "action": "warn"}]}"#;
    let folder = Folder::new("rolling").with("log.csv", log).with("p.json", policy);
    let json = folder.run(&["replay", "--policy", "p.json", "--json", "log.csv"]).expect_code(0).json();
    // Every call from the 11th minute on is over: one hit, for the window is never out of it again.
    assert_eq!((&json["budgets"][0]["hits"], &json["budgets"][0]["warned"]), (&1.into(), &170.into()));
}

#[test]
fn input_may_come_by_pipe() {
    let folder = Folder::new("pipe").with("p.json", POLICY);
    let out =
        folder.run_with(&["replay", "--policy", "p.json", "--json", "-"], LOG.as_bytes()).expect_code(0);
    assert_eq!(out.json()["log"]["files"][0], "-");
}
