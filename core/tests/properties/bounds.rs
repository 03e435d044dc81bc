//! What is bounded: counters, events, remembered ends.

use crate::lab::START;
use serde_json::{Value, json};
use spendgate_core::{Engine, Options, wire};

fn start(policy: &Value, options: Options) -> Engine {
    wire::start(&Value::Null, Some(policy), START, options).unwrap()
}

fn send(engine: &mut Engine, mut command: Value) -> Value {
    command["at_ms"] = json!(START);
    wire::step(engine, &command)
}

fn each_user() -> Value {
    json!({"budgets": [
        {"id": "usd", "scope": {"user": "*"}, "limit": {"usd": "1"}, "window": "lifetime", "action": "block"},
        {"id": "calls", "scope": {"user": "*"}, "limit": {"requests": 100}, "window": "daily", "action": "block"},
    ]})
}

#[test]
fn beyond_max_counters_new_subjects_share_one_counter_per_budget() {
    let mut engine = start(&each_user(), Options { max_counters: 6, ..Options::default() });
    let name = |n: usize| format!("user-{n}");
    let mut shared = 0;
    for n in 0..20 {
        let answer = send(&mut engine, json!({"reserve": {"user": name(n), "estimate": {"usd": "0.25"}}}));
        // Three users have their own two counters; the others share a dollar.
        let fits = n < 3 || shared < 4;
        shared += usize::from(n >= 3 && fits);
        assert_eq!(answer["allowed"], fits, "user {n}");
    }
    assert_eq!(engine.counters(), 8, "six of their own, one shared for each budget");
    for n in 0..20 {
        let usage = send(&mut engine, json!({"usage": {"user": name(n)}}));
        let held = &usage["counters"][0]["held"];
        assert_eq!(held, if n < 3 { "0.25" } else { "1" }, "nothing of user {n} is dropped");
    }
    let events = send(&mut engine, json!({"events": true}));
    let overflows: Vec<&Value> =
        events.as_array().unwrap().iter().filter(|e| e["kind"] == "overflow").collect();
    assert_eq!(overflows.len(), 2);
    assert_eq!((&overflows[0]["budget"], &overflows[1]["budget"]), (&json!("usd"), &json!("calls")));
}

#[test]
fn beyond_report_rows_values_share_a_row_and_the_rows_add_up() {
    let mut engine = start(&each_user(), Options { report_rows: 3, ..Options::default() });
    for n in 0..10 {
        send(&mut engine, json!({"record": {"user": format!("u{n}")}, "actual": {"usd": n}}));
    }
    let report = send(&mut engine, json!({"report": true}));
    let users = report["user"].as_array().unwrap();
    let values: Vec<&Value> = users.iter().map(|row| &row["value"]).collect();
    assert_eq!(values, [&json!(null), &json!("u2"), &json!("u1"), &json!("u0")]);
    assert_eq!((&users[0]["spent_usd"], &users[0]["share_percent"]), (&json!("42"), &json!(null)));
    assert_eq!((&report["total"]["spent_usd"], &report["total"]["calls"]), (&json!("45"), &json!(10)));
}

#[test]
fn without_report_rows_nothing_is_added_up_and_what_was_is_dropped() {
    let mut engine = start(&each_user(), Options { report_rows: 3, ..Options::default() });
    send(&mut engine, json!({"record": {"user": "u"}, "actual": {"usd": 1}}));
    let policy = std::sync::Arc::clone(engine.policy());
    let mut plain = Engine::restore(&engine.snapshot(), policy, Options::default()).unwrap();
    send(&mut plain, json!({"record": {"user": "u"}, "actual": {"usd": 1}}));
    let report = send(&mut plain, json!({"report": true}));
    assert_eq!(
        (&report["since"], &report["user"], &report["total"]["calls"]),
        (&json!(null), &json!([]), &json!(0))
    );
    let text = send(&mut plain, json!({"metrics": true}))["text"].to_string();
    assert!(text.contains("spendgate_reservations_open 0") && !text.contains("_total{"), "{text}");
}

#[test]
fn the_event_buffer_keeps_the_latest_and_counts_the_rest() {
    let policy = json!({"budgets": [
        {"id": "none", "scope": {"global": true}, "limit": {"usd": 0}, "window": "lifetime", "action": "block"}]});
    let mut engine = start(&policy, Options { max_events: 5, ..Options::default() });
    for n in 0..12 {
        let answer =
            send(&mut engine, json!({"reserve": {"user": format!("u{n}"), "estimate": {"usd": "1"}}}));
        assert_eq!(answer["allowed"], false);
    }
    assert_eq!(engine.dropped_events(), 7);
    let events = send(&mut engine, json!({"events": true}));
    let users: Vec<&str> = events.as_array().unwrap().iter().map(|e| e["user"].as_str().unwrap()).collect();
    assert_eq!(users, ["u7", "u8", "u9", "u10", "u11"]);
    assert_eq!(send(&mut engine, json!({"events": true})), json!([]));
}

#[test]
fn the_latest_100_000_ends_are_remembered() {
    let mut engine = start(&json!({}), Options::default());
    let mut ids = Vec::new();
    for _ in 0..100_003 {
        let id = send(&mut engine, json!({"reserve": {"estimate": {"usd": "1"}}}))["reservation"].clone();
        ids.push(id);
    }
    for id in &ids {
        assert_eq!(send(&mut engine, json!({"settle": id, "actual": {"usd": "1"}}))["outcome"], "settled");
    }
    let mut again = |n: usize| send(&mut engine, json!({"settle": ids[n], "actual": {"usd": "1"}}));
    assert_eq!(again(0)["error"], "unknown_reservation");
    assert_eq!(again(2)["error"], "unknown_reservation");
    assert_eq!(again(3)["outcome"], "replayed");
    assert_eq!(again(100_002)["outcome"], "replayed");
}
