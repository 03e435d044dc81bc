//! P15: what a call costs as the policy grows, and how long a policy with 100,000 overrides takes to load.

use crate::throughput::{NOW, engine};
use crate::{Goal, median, nanos_each, order, user};
use spendgate_core::call::{Actual, Call, Estimate, Report};
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

fn policy(overrides: usize) -> String {
    let mut text = String::from(
        r#"{"budgets": [{"id": "free", "scope": {"tier": "free"}, "limit": {"usd": "5"}, "window": "monthly", "action": "block"}"#,
    );
    for i in 0..overrides {
        write!(
            text,
            r#",{{"id": "own-{i}", "scope": {{"user": "{}"}}, "limit": {{"usd": "{}.50"}}, "window": "monthly", "action": "block"}}"#,
            user(i),
            i % 90 + 10
        )
        .expect("a string takes what is written");
    }
    text.push_str("]}");
    text
}

/// Nanoseconds for a reserve (and the release that puts it back), for 1,000 users of which the first
/// ten have an override in either policy.
fn reserve(engine: &mut spendgate_core::Engine, ids: &[String], order: &[u32]) -> f64 {
    nanos_each(order.len(), || {
        for i in order {
            let estimate = Estimate { usd: Some(20_000), ..Estimate::default() };
            let call =
                Call { user: Some(&ids[*i as usize]), tier: Some("free"), estimate, ..Call::default() };
            let decision = engine.reserve(black_box(&call), None, NOW).expect("the call is valid");
            let id = decision.reservation.expect("there is room");
            black_box(engine.settle(
                id,
                &Actual { usd: Some(0), ..Actual::default() },
                Report::default(),
                NOW,
            ))
            .expect("it is held");
        }
    })
}

/// Megabytes that loading takes at its peak, the engine included, the text of the document not.
fn megabytes_of_loading() -> f64 {
    let prices = PriceBook::builtin();
    let text = policy(100_000);
    let before = status("VmRSS:");
    let loaded = Policy::parse(&text, &prices, NOW).expect("the policy is valid");
    let engine = spendgate_core::Engine::with_policy(loaded, spendgate_core::Options::default());
    let peak = status("VmHWM:");
    black_box(engine);
    (peak - before) / 1000.0
}

/// A line of this process's status, in kB.
fn status(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(f64::NAN)
}

pub fn goals() -> Vec<Goal> {
    let megabytes = megabytes_of_loading();
    let ids: Vec<String> = (0..1000).map(user).collect();
    let order = order(ids.len(), 500_000);
    let (mut few, mut many) = (engine(&policy(10)), engine(&policy(100_000)));
    reserve(&mut few, &ids, &order);
    reserve(&mut many, &ids, &order);
    let ratios = (0..7).map(|_| {
        let base = reserve(&mut few, &ids, &order);
        reserve(&mut many, &ids, &order) / base
    });
    let ratio = median(ratios.collect());
    let text = policy(100_000);
    let prices = PriceBook::builtin();
    let seconds = (0..5).map(|_| {
        let start = Instant::now();
        let policy = Policy::parse(&text, &prices, NOW).expect("the policy is valid");
        let engine = spendgate_core::Engine::with_policy(policy, spendgate_core::Options::default());
        let seconds = start.elapsed().as_secs_f64();
        black_box(engine);
        seconds
    });
    let seconds = median(seconds.collect());
    vec![
        Goal {
            name: "P15 a call with 100,000 overrides / with 10".to_owned(),
            figure: ratio,
            unit: "",
            pass: 1.5,
            stretch: 1.2,
            detail: String::new(),
        },
        Goal {
            name: "P15 loading a policy with 100,000 overrides".to_owned(),
            figure: seconds,
            unit: " s",
            pass: 1.0,
            stretch: 0.3,
            detail: format!("{} MB of JSON", text.len() / 1_000_000),
        },
        Goal {
            name: "P15 memory to load it".to_owned(),
            figure: megabytes,
            unit: " MB",
            pass: 64.0,
            stretch: 64.0,
            detail: String::new(),
        },
    ]
}
