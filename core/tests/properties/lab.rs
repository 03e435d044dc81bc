//! An engine under test with a trivial book beside it: which hold is open, what was charged.

use proptest::prelude::*;
use serde_json::{Value, json};
use spendgate_core::{Engine, Options, wire};
use std::collections::BTreeMap;

/// 2026-05-10T12:00Z, in the middle of its windows.
pub(crate) const START: i64 = 1_778_414_400_000;
pub(crate) const USERS: [&str; 3] = ["ann", "bob", "cyd"];
pub(crate) const FEATURES: [&str; 2] = ["chat", "search"];

/// One command; amounts in cents.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Reserve {
        user: usize,
        feature: usize,
        estimate: Option<u32>,
        ttl_s: u32,
    },
    /// `percent` of what was held (of 10 cents where nothing was) is the actual amount.
    Settle {
        which: usize,
        percent: u32,
    },
    Release {
        which: usize,
    },
    Record {
        user: usize,
        feature: usize,
        cents: u32,
    },
    Wait {
        s: u32,
    },
}

/// Commands; without `loose` every reserve has an estimate and no actual exceeds it.
pub(crate) fn op(loose: bool) -> impl Strategy<Value = Op> {
    let estimate = if loose {
        proptest::option::weighted(0.8, 0..40_u32).boxed()
    } else {
        (0..40_u32).prop_map(Some).boxed()
    };
    let top = if loose { 300_u32 } else { 100 };
    let records = u32::from(loose);
    prop_oneof![
        5 => (0..3_usize, 0..2_usize, estimate, 1..1200_u32)
            .prop_map(|(user, feature, estimate, ttl_s)| Op::Reserve { user, feature, estimate, ttl_s }),
        4 => (0..8_usize, 0..=top).prop_map(|(which, percent)| Op::Settle { which, percent }),
        2 => (0..8_usize).prop_map(|which| Op::Release { which }),
        records => (0..3_usize, 0..2_usize, 0..40_u32).prop_map(|(user, feature, cents)| Op::Record { user, feature, cents }),
        1 => (1..600_u32).prop_map(|s| Op::Wait { s }),
    ]
}

pub(crate) fn usd(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Cents of an answer's amount; every amount here is a whole number of them.
pub(crate) fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<2}").parse().unwrap()
}

/// What the book knows of a reservation.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) id: Value,
    pub(crate) user: usize,
    pub(crate) feature: usize,
    pub(crate) held: Option<i64>,
    pub(crate) expires: i64,
    /// What it came to: `None` while it is open.
    pub(crate) charged: Option<i64>,
    /// Whether that is a presumption.
    pub(crate) presumed: bool,
}

/// The engine and its book.
pub(crate) struct Lab {
    pub(crate) engine: Engine,
    pub(crate) now: i64,
    pub(crate) holds: Vec<Hold>,
    /// Recorded, by user and feature.
    pub(crate) recorded: BTreeMap<(usize, usize), i64>,
    pub(crate) overages: i64,
}

impl Lab {
    pub(crate) fn new(policy: &Value) -> Lab {
        let engine = wire::start(&Value::Null, Some(policy), START, Options::default()).unwrap();
        Lab { engine, now: START, holds: Vec::new(), recorded: BTreeMap::new(), overages: 0 }
    }

    pub(crate) fn send(&mut self, mut command: Value) -> Value {
        command["at_ms"] = json!(self.now);
        wire::step(&mut self.engine, &command)
    }

    pub(crate) fn call(user: usize, feature: usize, estimate: Option<i64>) -> Value {
        let mut call = json!({"user": USERS[user], "feature": FEATURES[feature]});
        if let Some(cents) = estimate {
            call["estimate"] = json!({"usd": usd(cents)});
        }
        call
    }

    /// Runs one command through both; gives the engine's answer.
    pub(crate) fn run(&mut self, op: &Op) -> Value {
        match op {
            Op::Reserve { user, feature, estimate, ttl_s } => {
                let held = estimate.map(i64::from);
                let ttl = i64::from(*ttl_s) * 1000;
                let answer = self.send(json!({"reserve": Lab::call(*user, *feature, held), "ttl_ms": ttl}));
                if answer["allowed"] == true {
                    let (id, expires) = (answer["reservation"].clone(), self.now + ttl);
                    let (user, feature) = (*user, *feature);
                    self.holds.push(Hold {
                        id,
                        user,
                        feature,
                        held,
                        expires,
                        charged: None,
                        presumed: false,
                    });
                }
                answer
            }
            Op::Settle { which, percent } => {
                let Some(index) = self.recent(*which) else { return Value::Null };
                let base = self.holds[index].held.unwrap_or(10);
                let actual = base * i64::from(*percent) / 100;
                self.settle(index, actual)
            }
            Op::Release { which } => {
                let Some(index) = self.recent(*which) else { return Value::Null };
                let answer = self.send(json!({"release": self.holds[index].id}));
                if answer["outcome"] == "released" || answer["outcome"] == "released_late" {
                    (self.holds[index].charged, self.holds[index].presumed) = (Some(0), false);
                }
                answer
            }
            Op::Record { user, feature, cents } => {
                let amount = i64::from(*cents);
                let call = Lab::call(*user, *feature, None);
                *self.recorded.entry((*user, *feature)).or_default() += amount;
                self.send(json!({"record": call, "actual": {"usd": usd(amount)}}))
            }
            Op::Wait { s } => {
                self.now += i64::from(*s) * 1000;
                let answer = self.send(json!({"expire": true}));
                for hold in self.holds.iter_mut().filter(|h| h.charged.is_none() && h.expires <= self.now) {
                    (hold.charged, hold.presumed) = (Some(hold.held.unwrap_or(0)), true);
                }
                answer
            }
        }
    }

    pub(crate) fn settle(&mut self, index: usize, actual: i64) -> Value {
        let answer = self.send(json!({"settle": self.holds[index].id, "actual": {"usd": usd(actual)}}));
        if answer["outcome"] == "settled" || answer["outcome"] == "settled_late" {
            (self.holds[index].charged, self.holds[index].presumed) = (Some(actual), false);
            self.overages += if answer["overage"].is_null() { 0 } else { cents(&answer["overage"]) };
        }
        answer
    }

    /// One of the latest reservations.
    fn recent(&self, which: usize) -> Option<usize> {
        self.holds.len().checked_sub(1 + which % self.holds.len().max(1))
    }

    /// What the engine shows of a budget for a call, spent and held in cents.
    pub(crate) fn shown(&mut self, budget: &str, user: usize, feature: usize) -> (i64, i64) {
        let usage = self.send(json!({"usage": Lab::call(user, feature, None)}));
        let counters = usage["counters"].as_array().unwrap();
        let found = counters.iter().find(|c| c["budget"] == budget).unwrap();
        (cents(&found["spent"]), cents(&found["held"]))
    }

    /// What the book says of all reservations and records that pass a filter.
    pub(crate) fn booked(&self, fits: &dyn Fn(usize, usize) -> bool) -> (i64, i64) {
        let mine = self.holds.iter().filter(|h| fits(h.user, h.feature));
        let (mut spent, mut held) = (0, 0);
        for hold in mine {
            match hold.charged {
                Some(charged) => spent += charged,
                None => held += hold.held.unwrap_or(0),
            }
        }
        let recorded = self.recorded.iter().filter(|((user, feature), _)| fits(*user, *feature));
        (spent + recorded.map(|(_, cents)| cents).sum::<i64>(), held)
    }

    /// Every counter of [`policy`], as (budget, user, feature, spent, held).
    pub(crate) fn counters(&mut self) -> Vec<(&'static str, usize, usize, i64, i64)> {
        let mut list = Vec::new();
        for user in 0..USERS.len() {
            for feature in 0..FEATURES.len() {
                for budget in ["each", "feature", "all"] {
                    let (spent, held) = self.shown(budget, user, feature);
                    list.push((budget, user, feature, spent, held));
                }
            }
        }
        list
    }
}

/// A cap for each user, for each feature and for everything, all in lifetime windows.
pub(crate) fn policy(each: i64, feature: i64, all: i64) -> Value {
    let budget = |id: &str, scope: Value, limit: i64| json!({"id": id, "scope": scope, "limit": {"usd": usd(limit)}, "window": "lifetime", "action": "block"});
    json!({"budgets": [
        budget("each", json!({"user": "*"}), each),
        budget("feature", json!({"feature": "*"}), feature),
        budget("all", json!({"global": true}), all),
    ]})
}
