//! A store that cannot be reached: decisions go on, and budgets that want it refuse.

use crate::lab::START;
use serde_json::{Value, json};
use spendgate_core::{Engine, Options, wire};

fn send(engine: &mut Engine, mut command: Value) -> Value {
    command["at_ms"] = json!(START);
    wire::step(engine, &command)
}

fn engine() -> Engine {
    let policy = json!({"budgets": [
        {"id": "open", "scope": {"user": "ann"}, "limit": {"usd": "1"}, "window": "daily", "action": "block"},
        {"id": "closed", "scope": {"user": "bob"}, "limit": {"usd": "1"}, "window": "daily", "action": "warn",
            "on_unavailable": "closed"},
    ]});
    wire::start(&Value::Null, Some(&policy), START, Options::default()).unwrap()
}

fn reserve(engine: &mut Engine, user: &str) -> Value {
    send(engine, json!({"reserve": {"user": user, "estimate": {"usd": "0.6"}}}))
}

#[test]
fn while_the_store_is_down_local_counters_decide_and_closed_budgets_refuse() {
    let mut engine = engine();
    assert_eq!(reserve(&mut engine, "ann")["degraded"], false);
    assert_eq!(send(&mut engine, json!({"store": "down"}))["outcome"], "unavailable");

    let ann = reserve(&mut engine, "ann");
    assert_eq!((&ann["allowed"], &ann["degraded"]), (&json!(false), &json!(true)), "the cap still holds");
    assert_eq!(ann["reason"], "in_flight");
    let bob = reserve(&mut engine, "bob");
    assert_eq!(
        (&bob["allowed"], &bob["reason"], &bob["degraded"]),
        (&json!(false), &json!("unavailable"), &json!(true))
    );
    assert_eq!((&bob["budget"], &bob["retryable"]), (&json!("closed"), &json!(false)));
    let cyd = reserve(&mut engine, "cyd");
    assert_eq!((&cyd["allowed"], &cyd["degraded"]), (&json!(true), &json!(true)));

    assert_eq!(send(&mut engine, json!({"store": "up"}))["outcome"], "available");
    let bob = reserve(&mut engine, "bob");
    assert_eq!((&bob["allowed"], &bob["degraded"], &bob["held"]), (&json!(true), &json!(false), &json!("0")));
}

#[test]
fn one_event_says_that_the_store_is_down() {
    let mut engine = engine();
    for state in ["down", "down", "up", "up", "down"] {
        send(&mut engine, json!({"store": state}));
    }
    let events = send(&mut engine, json!({"events": true}));
    let kinds: Vec<&Value> = events.as_array().unwrap().iter().map(|e| &e["kind"]).collect();
    assert_eq!(kinds, ["degraded", "degraded"]);
}
