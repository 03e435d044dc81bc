//! G1 to G6 of the semantics, each under its own name.

use crate::lab::{Lab, Op, op, policy, usd};
use proptest::prelude::*;
use serde_json::{Value, json};
use spendgate_core::{Engine, Options, wire};
use spendgate_reference::generate::sequence;

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(96);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn limits() -> impl Strategy<Value = (i64, i64, i64)> {
    (0..120_i64, 0..200_i64, 0..300_i64)
}

fn limit_of(budget: &str, (each, feature, all): (i64, i64, i64)) -> i64 {
    match budget {
        "each" => each,
        "feature" => feature,
        _ => all,
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn g1_estimated_calls_never_pass_a_block_step(limits in limits(), ops in prop::collection::vec(op(false), 1..60)) {
        let mut lab = Lab::new(&policy(limits.0, limits.1, limits.2));
        for op in &ops {
            lab.run(op);
            for (budget, _, _, spent, held) in lab.counters() {
                let limit = limit_of(budget, limits);
                prop_assert!(spent + held <= limit, "{budget}: {spent} + {held} > {limit} after {op:?}");
            }
        }
    }

    /// Twenty calls at once against one dollar: in whatever order they reserve and end, the dollar holds.
    #[test]
    fn g1_twenty_concurrent_calls_share_one_dollar(
        calls in prop::collection::vec((1..30_i64, 0..=100_i64, any::<bool>()), 20),
        order in Just((0..20_usize).flat_map(|i| [i, i]).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut lab = Lab::new(&policy(100, 10_000, 10_000));
        let mut own: Vec<Option<Option<usize>>> = vec![None; 20];
        for who in order {
            let (estimate, percent, released) = calls[who];
            match own[who] {
                None => {
                    let before = lab.holds.len();
                    let estimate = u32::try_from(estimate).ok();
                    lab.run(&Op::Reserve { user: 0, feature: 0, estimate, ttl_s: 60 });
                    own[who] = Some((lab.holds.len() > before).then_some(before));
                }
                Some(Some(index)) if released => drop(lab.send(json!({"release": lab.holds[index].id}))),
                Some(Some(index)) => drop(lab.settle(index, estimate * percent / 100)),
                Some(None) => {}
            }
            let (spent, held) = lab.shown("each", 0, 0);
            prop_assert!(spent + held <= 100, "{spent} + {held}");
        }
        let due: i64 = (0..20).filter(|i| matches!(own[*i], Some(Some(_))) && !calls[*i].2).map(|i| calls[i].0 * calls[i].1 / 100).sum();
        prop_assert_eq!(lab.shown("each", 0, 0), (due, 0));
    }

    #[test]
    fn g2_the_excess_is_at_most_overages_and_records(limits in limits(), ops in prop::collection::vec(op(true), 1..60)) {
        let mut lab = Lab::new(&policy(limits.0, limits.1, limits.2));
        for op in &ops {
            lab.run(op);
            // A call without an estimate holds nothing, so that all it costs is overage.
            let allowed = lab.overages + lab.recorded.values().sum::<i64>();
            for (budget, _, _, spent, held) in lab.counters() {
                let excess = spent + held - limit_of(budget, limits);
                prop_assert!(excess <= allowed, "{budget}: {excess} over, {allowed} explained, after {op:?}");
            }
        }
    }

    #[test]
    fn g3_at_rest_nothing_is_held_and_spent_is_what_was_charged(
        limits in limits(),
        ops in prop::collection::vec(op(true), 1..60),
        adjustments in prop::collection::vec(0..50_i64, 0..3),
    ) {
        let mut lab = Lab::new(&policy(limits.0, limits.1, limits.2));
        for op in &ops {
            lab.run(op);
        }
        for by in &adjustments {
            let answer = lab.send(json!({"adjust": {"budget": "all"}, "by": usd(*by), "why": "test"}));
            prop_assert_eq!(&answer["outcome"], "adjusted");
        }
        lab.run(&Op::Wait { s: 86_400 });
        let (spent, held) = lab.booked(&|_, _| true);
        prop_assert_eq!(held, 0);
        prop_assert_eq!(lab.shown("all", 0, 0), (spent + adjustments.iter().sum::<i64>(), 0));
    }

    #[test]
    fn g4_a_refused_reserve_changes_no_counter(limits in limits(), ops in prop::collection::vec(op(true), 1..60)) {
        let mut lab = Lab::new(&policy(limits.0, limits.1, limits.2));
        for op in &ops {
            let before = lab.counters();
            let answer = lab.run(op);
            if answer["allowed"] == false {
                prop_assert_eq!(before, lab.counters(), "{:?} was refused", op);
            }
        }
    }

    #[test]
    fn g5_no_answer_depends_on_the_hash(seed in any::<u64>(), hash_seed in 1..u64::MAX) {
        let sequence = sequence(seed, 120);
        let start = |hash_seed| {
            let options = Options { hash_seed, ..Options::default() };
            wire::start(&sequence.prices, Some(&sequence.policy), 0, options)
        };
        let (mut a, mut b) = (start(0).unwrap(), start(hash_seed).unwrap());
        for step in &sequence.steps {
            prop_assert_eq!(run(&mut a, step), run(&mut b, step));
        }
    }

    #[test]
    fn g5_the_same_commands_give_the_same_bytes(seed in any::<u64>()) {
        let sequence = sequence(seed, 120);
        let play = || {
            let mut engine = wire::start(&sequence.prices, Some(&sequence.policy), 0, Options::default()).unwrap();
            let answers: Vec<Value> = sequence.steps.iter().map(|step| run(&mut engine, step)).collect();
            (answers, engine.snapshot())
        };
        prop_assert_eq!(play(), play());
    }

    #[test]
    fn g6_a_raised_limit_never_turns_allow_into_block(
        seed in any::<u64>(),
        raises in prop::collection::vec((0..8_usize, 1..1000_i64), 1..4),
    ) {
        let sequence = sequence(seed, 80);
        let mut engine = wire::start(&sequence.prices, Some(&sequence.policy), 0, Options::default()).unwrap();
        let mut policy = sequence.policy.clone();
        for step in &sequence.steps {
            let answer = run(&mut engine, step);
            if answer["outcome"] == "accepted" {
                policy = step["set_policy"].clone();
            }
        }
        let now = engine.latest_ms().unwrap();
        let mut raised = policy.clone();
        let count = raised["budgets"].as_array().map_or(0, Vec::len);
        for (which, by) in raises.iter().filter(|_| count > 0) {
            raise(&mut raised["budgets"][which % count]["limit"], *by);
        }
        let calls: Vec<Value> = sequence.steps.iter().filter_map(|s| s.get("reserve")).cloned().collect();
        let ask = |engine: &mut Engine, call: &Value| run(engine, &json!({"preview": call, "at_ms": now}))["allowed"].clone();
        let before: Vec<Value> = calls.iter().map(|call| ask(&mut engine, call)).collect();
        let answer = run(&mut engine, &json!({"set_policy": raised, "at_ms": now}));
        prop_assert_eq!(&answer["outcome"], "accepted", "{}", answer);
        for (call, before) in calls.iter().zip(before) {
            if before == true {
                prop_assert_eq!(ask(&mut engine, call), true, "{}", call);
            }
        }
    }
}

/// A step through the façade; names of reservations are used as ids, some of which exist.
pub(crate) fn run(engine: &mut Engine, step: &Value) -> Value {
    wire::step(engine, step)
}

/// Raises a limit, whatever its unit; one at the top stays.
fn raise(limit: &mut Value, by: i64) {
    let Some((unit, amount)) = limit.as_object_mut().and_then(|l| l.iter_mut().next()) else { return };
    let text = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
    if text.len() > 15 {
        return;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let whole: i64 = whole.parse::<i64>().unwrap() + by;
    *amount = if unit == "usd" { json!(format!("{whole}.{fraction}")) } else { json!(whole.to_string()) };
}
