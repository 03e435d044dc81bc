//! Downgrades in a replay: what each budget is said to have done.

mod common;

use common::Folder;

#[test]
fn every_downgraded_call_counts_for_the_budget_that_asked() {
    // 1 USD a call: the first fits, the second would pass 60 % but not at the sibling's price.
    let log =
        "time,user,model,input_tokens\n2026-05-01T10:00:00Z,u,dear,1000\n2026-05-01T10:00:01Z,u,dear,1000\n";
    let policy = r#"{"budgets": [{"id": "u", "scope": {"user": "*"}, "limit": {"usd": "2"}, "window": "daily",
        "steps": [{"at_percent": 60, "action": "downgrade"}]}],
        "prices": {"dear": {"input": "1000", "output": "1000"}, "cheap": {"input": "100", "output": "100"}},
        "downgrades": {"dear": "cheap"}}"#;
    let folder = Folder::new("downgrade").with("log.csv", log).with("p.json", policy);
    let json = folder.run(&["replay", "--policy", "p.json", "--json", "log.csv"]).expect_code(0).json();
    assert_eq!(json["total"]["downgraded"], 1);
    let budget = &json["budgets"][0];
    assert_eq!(
        (&budget["downgraded"], &budget["hits"], &budget["subjects"]),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(budget["first_hit"], "2026-05-01T10:00:01Z");
    assert_eq!((&json["hits"][0]["action"], &json["hits"][0]["subject"]), (&"downgrade".into(), &"u".into()));
}
