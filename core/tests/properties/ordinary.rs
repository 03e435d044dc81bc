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
