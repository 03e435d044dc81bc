//! The short way for ordinary calls answers as the long way does.
//!
//! A budget on a feature that no call names changes nothing, but a policy that has one takes the long way for
//! every call.

use crate::lab::START;
use proptest::prelude::*;
use serde_json::{Value, json};
use spendgate_core::{Engine, Options, wire};

const USERS: [&str; 4] = ["ann", "bob", "own", "a-user-with-a-name-that-is-longer-than-a-row-has-room-for"];
const TIERS: [&str; 3] = ["free", "pro", "unknown"];
const ACTIONS: [&str; 4] = ["block", "warn", "dry_run", "downgrade"];
const WINDOWS: [&str; 4] = ["daily", "weekly", "monthly", "lifetime"];

fn budget() -> impl Strategy<Value = Value> {
    let scope = prop_oneof![
        3 => Just(json!({"tier": "free"})),
        2 => Just(json!({"tier": "pro"})),
        2 => Just(json!({"user": "own"})),
        1 => Just(json!({"user": "*"})),
        1 => Just(json!({"global": true})),
    ];
    let limit = prop_oneof![
        4 => (0..300_i64).prop_map(|cents| json!({"usd": crate::lab::usd(cents)})),
        1 => (0..40_i64).prop_map(|n| json!({"requests": n})),
        1 => (0..4000_i64).prop_map(|n| json!({"tokens": n})),
    ];
    (scope, limit, 0..4_usize, 0..4_usize, 1..150_u16).prop_map(|(scope, limit, window, action, alert)| {
        json!({"scope": scope, "limit": limit, "window": WINDOWS[window], "action": ACTIONS[action],
            "alert_at_percent": [alert]})
    })
}

/// Between the two engines only this differs.
fn long_way() -> Value {
    json!({"id": "zz", "scope": {"feature": "nobody"}, "limit": {"usd": 1}, "window": "daily"})
}

fn policy(budgets: &[Value], version: u64) -> (Value, Value) {
    let mut budgets: Vec<Value> = budgets.to_vec();
    for (number, budget) in budgets.iter_mut().enumerate() {
        budget["id"] = json!(format!("b{number}"));
    }
    let short = json!({"version": version, "budgets": budgets});
    budgets.push(long_way());
    (short, json!({"version": version, "budgets": budgets}))
}

#[derive(Debug, Clone)]
enum Op {
    Reserve { user: usize, tier: usize, estimate: Value },
    Settle { which: usize, actual: Value },
    Release { which: usize },
    Wait { minutes: i64 },
    Policy { budgets: Vec<Value> },
    Restore,
}

fn op() -> impl Strategy<Value = Op> {
    let estimate = prop_oneof![
        5 => (0..60_i64).prop_map(|cents| json!({"usd": crate::lab::usd(cents)})),
        2 => (0..900_i64, 0..90_i64).prop_map(|(i, o)| json!({"input_tokens": i, "output_tokens": o})),
        1 => Just(json!({})),
        1 => Just(json!({"usd": "9223372036.8"})),
    ];
    let actual = (0..80_i64).prop_map(|cents| json!({"usd": crate::lab::usd(cents)}));
    prop_oneof![
        12 => (0..4_usize, 0..3_usize, estimate).prop_map(|(user, tier, estimate)| Op::Reserve { user, tier, estimate }),
        8 => (0..6_usize, actual).prop_map(|(which, actual)| Op::Settle { which, actual }),
        2 => (0..6_usize).prop_map(|which| Op::Release { which }),
        3 => (1..3000_i64).prop_map(|minutes| Op::Wait { minutes }),
        1 => prop::collection::vec(budget(), 0..6).prop_map(|budgets| Op::Policy { budgets }),
        1 => Just(Op::Restore),
    ]
}

fn start(policy: &Value) -> Engine {
    wire::start(&Value::Null, Some(policy), START, Options { report_rows: 3, ..Options::default() }).unwrap()
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(96);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn the_short_way_answers_as_the_long_way(
        budgets in prop::collection::vec(budget(), 0..6),
        ops in prop::collection::vec(op(), 1..80),
    ) {
        let (short, long) = policy(&budgets, 0);
        let mut engines = (start(&short), start(&long));
        let mut now = START;
        let mut open: Vec<Value> = Vec::new();
        for op in ops {
            let (mut command, twin) = match &op {
                Op::Reserve { user, tier, estimate } => {
                    let call = json!({"user": USERS[*user], "tier": TIERS[*tier], "estimate": estimate});
                    (json!({"reserve": call}), None)
                }
                Op::Settle { which, actual } => {
                    let Some(id) = open.get(open.len().wrapping_sub(which + 1)) else { continue };
                    (json!({"settle": id, "actual": actual}), None)
                }
                Op::Release { which } => {
                    let Some(id) = open.get(open.len().wrapping_sub(which + 1)) else { continue };
                    (json!({"release": id}), None)
                }
                Op::Wait { minutes } => {
                    now += minutes * 60_000;
                    continue;
                }
                Op::Policy { budgets } => {
                    let (short, long) = policy(budgets, 0);
                    (json!({"set_policy": short}), Some(json!({"set_policy": long})))
                }
                Op::Restore => (json!({"snapshot": true}), None),
            };
            command["at_ms"] = json!(now);
            let mut twin = twin.unwrap_or_else(|| command.clone());
            twin["at_ms"] = json!(now);
            let long = wire::step(&mut engines.1, &twin);
            let short = wire::step(&mut engines.0, &command);
            prop_assert_eq!(&short, &long, "{:?}", op);
            if short["reservation"].is_string() {
                open.push(short["reservation"].clone());
            }
            let events = json!({"events": true, "at_ms": now});
            prop_assert_eq!(wire::step(&mut engines.0, &events), wire::step(&mut engines.1, &events), "{:?}", op);
        }
        let report = json!({"report": true, "at_ms": now});
        prop_assert_eq!(wire::step(&mut engines.0, &report), wire::step(&mut engines.1, &report));
        let counts = engines.0.metrics(now).unwrap().counts;
        prop_assert_eq!(counts, engines.1.metrics(now).unwrap().counts);
    }
}

/// An ordinary reservation names what all of its tier hold, which is made anew with every window; it ends as it began
/// however late, and whatever has come since.
#[test]
fn a_reservation_ends_where_it_began_when_many_have_come_since() {
    let budgets = [
        json!({"scope": {"tier": "free"}, "limit": {"usd": 9_000_000}, "window": "daily"}),
        json!({"scope": {"tier": "free"}, "limit": {"requests": 1_000_000_000}, "window": "lifetime"}),
        json!({"scope": {"global": true}, "limit": {"tokens": 1_000_000_000_000_i64}, "window": "lifetime"}),
    ];
    let (document, _) = policy(&budgets, 0);
    let mut engine = start(&document);
    let mut step = |command: Value| wire::step(&mut engine, &command);
    let call = |usd: &str| json!({"user": "ann", "tier": "free", "estimate": {"usd": usd, "tokens": 3}});
    let mut now = START;
    step(json!({"at_ms": now, "reserve": call("0.5"), "ttl_ms": 1000}));
    let old = step(json!({"at_ms": now, "reserve": call("0.25")}))["reservation"].clone();
    for number in 0..140_000_i64 {
        now += i64::from(number % 100 == 0) * 60_000;
        let id = step(json!({"at_ms": now, "reserve": call("0.001")}))["reservation"].clone();
        step(json!({"at_ms": now, "settle": id, "actual": {"usd": "0.001", "tokens": 2}}));
    }
    // The hold of 0.5 and the old one have expired: they are charged as they were estimated.
    let counters = |usage: Value| usage["counters"].as_array().cloned().unwrap_or_default();
    let spent = |counters: &[Value], at: usize| counters[at]["spent"].clone();
    let before = counters(step(json!({"at_ms": now, "usage": {"user": "ann", "tier": "free"}})));
    assert_eq!((spent(&before, 1), spent(&before, 2)), (json!("140002"), json!("280006")));
    let settled = step(json!({"at_ms": now, "settle": old, "actual": {"usd": "0.2", "tokens": 1}}));
    assert_eq!(settled["outcome"], "settled_late");
    let after = counters(step(json!({"at_ms": now, "usage": {"user": "ann", "tier": "free"}})));
    assert_eq!((spent(&after, 1), spent(&after, 2)), (json!("140002"), json!("280004")));
    assert_eq!(spent(&after, 0), spent(&before, 0), "the window of the reserve has closed");
    assert!(after.iter().all(|counter| counter["held"] == "0"), "{after:?}");
}
