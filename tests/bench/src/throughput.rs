//! P1 and P2: reserve + settle against a bare hash look-up, and against one keyed check of `governor`.

use crate::{Goal, median, nanos_each, order, user};
use foldhash::fast::FixedState;
use governor::{Quota, RateLimiter};
use hashbrown::HashMap;
use spendgate_core::call::{Actual, Call, Estimate, Report};
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use spendgate_core::{Engine, Options};
use std::hint::black_box;
use std::num::NonZeroU32;

pub const NOW: i64 = 1_795_000_000_000;

/// Three windows for each user, as a daily, a weekly and a monthly limit of a tier.
pub const POLICY: &str = r#"{"budgets": [
  {"id": "day",   "scope": {"tier": "free"}, "limit": {"usd": 1000000}, "window": "daily",   "action": "block"},
  {"id": "week",  "scope": {"tier": "free"}, "limit": {"usd": 5000000}, "window": "weekly",  "action": "block"},
  {"id": "month", "scope": {"tier": "free"}, "limit": {"usd": 20000000}, "window": "monthly", "action": "block"}
]}"#;

pub fn engine(policy: &str) -> Engine {
    let prices = PriceBook::builtin();
    let policy = Policy::parse(policy, &prices, NOW).expect("the policy is valid");
    Engine::with_policy(policy, Options { prices, max_counters: u64::MAX, ..Options::default() })
}

/// One call: reserve an estimate, settle the actual amount.
#[inline]
pub fn call(engine: &mut Engine, user: &str, now: i64) {
    let estimate = Estimate { usd: Some(20_000), ..Estimate::default() };
    let call = Call { user: Some(user), tier: Some("free"), estimate, ..Call::default() };
    let decision = engine.reserve(black_box(&call), None, now).expect("the call is valid");
    let id = decision.reservation.expect("there is room");
    let actual = Actual { usd: Some(15_000), ..Actual::default() };
    black_box(engine.settle(id, &actual, Report::default(), now).expect("it is held"));
}

/// That many calls of 1,000 users after as many that warm up, untimed: for a profiler. The difference of
/// two runs is what a call takes.
pub fn calls(calls: usize) {
    let ids: Vec<String> = (0..1_000).map(user).collect();
    let mut engine = engine(POLICY);
    for i in order(ids.len(), calls) {
        call(&mut engine, black_box(&ids[i as usize]), NOW);
    }
}

pub fn goals(users: usize) -> Vec<Goal> {
    let calls = 1_000_000;
    let ids: Vec<String> = (0..users).map(user).collect();
    let mut bare: HashMap<String, i64, FixedState> = HashMap::with_hasher(FixedState::with_seed(7));
    for id in &ids {
        bare.insert(id.clone(), 0);
    }
    let limiter = RateLimiter::keyed(Quota::per_second(NonZeroU32::MAX));
    for id in &ids {
        let _ = limiter.check_key(id);
    }
    let mut engine = engine(POLICY);
    for id in &ids {
        call(&mut engine, id, NOW);
    }
    let order = order(users, calls);
    let (mut to_bare, mut to_governor, mut ours, mut base) = (vec![], vec![], vec![], vec![]);
    for _ in 0..7 {
        let look_up = nanos_each(calls, || {
            for i in &order {
                let spent = bare.get_mut(black_box(ids[*i as usize].as_str())).expect("it is there");
                if *spent + 15_000 <= 1_000_000_000_000_000 {
                    *spent += 15_000;
                }
            }
        });
        let governor = nanos_each(calls, || {
            for i in &order {
                let _ = black_box(limiter.check_key(black_box(&ids[*i as usize])));
            }
        });
        let spendgate = nanos_each(calls, || {
            for i in &order {
                call(&mut engine, black_box(&ids[*i as usize]), NOW);
            }
        });
        to_bare.push(spendgate / look_up);
        to_governor.push(spendgate / governor);
        ours.push(spendgate);
        base.push(look_up);
    }
    let large = users > 1_000;
    let (pass, stretch) = if large { (6.0, 4.0) } else { (15.0, 8.0) };
    let mut goals = vec![Goal {
        name: format!("P1 reserve + settle / bare hash look-up, {users} users"),
        figure: median(to_bare),
        unit: "",
        pass,
        stretch,
        detail: format!("{:.0} ns / {:.0} ns", median(ours), median(base)),
    }];
    if users <= 1_000_000 {
        let (pass, stretch) = if large { (1.0, 0.75) } else { (2.0, 1.0) };
        goals.push(Goal {
            name: format!("P2 reserve + settle / governor keyed check, {users} users"),
            figure: median(to_governor),
            unit: "",
            pass,
            stretch,
            detail: String::new(),
        });
    }
    goals
}
