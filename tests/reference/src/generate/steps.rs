//! Steps: the clock, and which command comes next.

use crate::generate::{calls, policies};
use crate::rng::Rng;
use serde_json::{Value, json};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Starts near things that happen to calendars: clock changes, ends of months and years.
const STARTS: [i64; 8] = [
    1_774_735_200_000,   // 2026-03-28T22:00Z, before Berlin's spring
    1_793_480_400_000,   // 2026-10-31T21:00Z, before Havana's autumn
    1_709_157_600_000,   // 2024-02-28T22:00Z
    1_798_750_800_000,   // 2026-12-31T21:00Z
    1_778_414_400_000,   // 2026-05-10T12:00Z
    -3_600_000,          // just before 1970
    -62_130_000_000_000, // early in the year 1
    253_370_000_000_000, // late in the year 9998
];

fn is_rolling(policy: &Value) -> bool {
    let measures = policy["breakers"].as_array().is_some_and(|list| !list.is_empty());
    measures
        || policy["budgets"]
            .as_array()
            .is_some_and(|list| list.iter().any(|b| b["window"]["kind"] == "rolling"))
}

/// What the writer remembers to write sequences that mean something.
pub(crate) struct Writer {
    rng: Rng,
    now: i64,
    /// The latest time so far.
    high: i64,
    /// Where the clock was before it was sent far away, to come back to.
    home: Option<i64>,
    /// Whether some policy had a rolling window, or a breaker, which measures in one.
    rolled: bool,
    policy: Value,
    version: u64,
    names: Vec<String>,
    /// The last end of a reservation, to repeat it.
    last_end: Option<Value>,
}

impl Writer {
    pub(crate) fn new(mut rng: Rng, policy: Value) -> Writer {
        let now = rng.pick(&STARTS);
        let rolled = is_rolling(&policy);
        Writer {
            rng,
            now,
            high: now,
            home: None,
            rolled,
            policy,
            version: 1,
            names: Vec::new(),
            last_end: None,
        }
    }

    pub(crate) fn step(&mut self) -> Value {
        self.tick();
        let mut step = self.command();
        // Now and then a time that is none.
        let at = match self.rng.below(250) {
            0 => self.rng.pick(&[253_402_300_800_000, -62_135_596_800_001, i64::MAX, i64::MIN]),
            _ => self.now,
        };
        step["at_ms"] = json!(at);
        step
    }

    /// A step back that is a corrected clock. Buckets of a rolling window are forgotten once they
    /// have left, other windows two days after: none of those come back.
    fn back(&mut self) -> i64 {
        let far = self.rng.pick(&[DAY + 1, DAY + HOUR, 2 * DAY - HOUR]);
        if self.rolled || self.high - (self.now - far) >= 2 * DAY { 0 } else { -far }
    }

    /// Mostly small steps; sometimes back, to a boundary, or far away and home again.
    fn tick(&mut self) {
        self.high = self.high.max(self.now);
        let rng = &mut self.rng;
        if let Some(home) = self.home {
            // Far away only for a moment: what closed for long may be forgotten there.
            self.home = None;
            if !self.rolled && rng.percent(50) {
                self.now = home;
                self.high = home;
                return;
            }
        }
        self.now += match rng.below(1000) {
            0..=249 => 0,
            250..=699 => rng.between(1, 999),
            700..=889 => rng.between(1, 30) * SECOND,
            890..=919 => rng.between(1, 14) * MINUTE,
            920..=934 => rng.pick(&[15 * MINUTE, HOUR - 1, HOUR, DAY]),
            935..=947 => rng.between(1, 30) * HOUR,
            948..=954 => rng.between(1, 40) * DAY,
            955..=964 => DAY - self.now.rem_euclid(DAY) + rng.between(-1, 1),
            965..=984 => -rng.between(1, 60_000),
            985..=989 => -rng.pick(&[DAY, DAY - 1, HOUR]),
            990..=996 => self.back(),
            _ => {
                self.home = Some(self.now);
                rng.pick(&[40 * DAY, 365 * DAY, 400 * DAY])
            }
        };
        if self.rolled {
            self.now = self.now.max(self.high - DAY);
        }
        // Every window stays within the years 1–9999.
        self.now = self.now.clamp(-62_132_000_000_000, 253_398_000_000_000);
    }

    fn command(&mut self) -> Value {
        match self.rng.below(1000) {
            0..=329 => self.reserve(),
            330..=379 => self.preview(),
            380..=579 => self.settle(),
            580..=649 => self.release(),
            650..=709 => {
                json!({"record": calls::call(&mut self.rng), "actual": calls::actual(&mut self.rng)})
            }
            710..=749 => self.set_policy(),
            750..=799 => json!({"usage": calls::call(&mut self.rng)}),
            800..=829 => json!({"explain": calls::call(&mut self.rng)}),
            830..=844 => json!({"window": policies::window(&mut self.rng)}),
            845..=859 => {
                let model = self.rng.pick(&calls::MODELS);
                json!({"cost": {"model": model, "usage": calls::usage(&mut self.rng)}})
            }
            860..=879 => self.breaker(),
            880..=929 => json!({"events": true}),
            930..=954 => self.adjust(),
            955..=964 => json!({"expire": true}),
            965..=974 => json!({"snapshot": true}),
            985..=987 => json!({"report": true}),
            988..=989 => json!({"metrics": true}),
            975..=984 => json!({"estimate": calls::known(&mut self.rng)}),
            _ => {
                let command = self.rng.pick(&["reserve", "preview", "usage", "explain"]);
                json!({command: calls::faulty(&mut self.rng)})
            }
        }
    }

    fn reserve(&mut self) -> Value {
        let rng = &mut self.rng;
        let name = format!("r{}", self.names.len());
        let mut step = json!({"reserve": calls::call(rng), "as": name});
        if rng.percent(35) {
            let ttls = [json!(1), json!(1000), json!(60_000), json!(86_400_000), json!(0), json!(86_400_001)];
            let odd = rng.percent(5);
            step["ttl_ms"] = if odd { rng.pick(&ttls) } else { rng.pick(&ttls[..4]) };
        }
        self.names.push(name);
        step
    }

    fn preview(&mut self) -> Value {
        let mut step = json!({"preview": calls::call(&mut self.rng)});
        if self.rng.percent(40) {
            step["without"] = json!(self.name());
        }
        step
    }

    /// A reservation, more often a recent one; sometimes one that never was.
    fn name(&mut self) -> String {
        let count = self.names.len();
        if count == 0 || self.rng.percent(2) {
            return "nope".to_owned();
        }
        let back = if self.rng.percent(80) { count.min(5) } else { count.min(40) };
        self.names[count - 1 - self.rng.index(back)].clone()
    }

    fn settle(&mut self) -> Value {
        if let Some(again) = self.last_end.clone().filter(|_| self.rng.percent(12)) {
            return again;
        }
        let mut step = json!({"settle": self.name()});
        if self.rng.percent(90) {
            step["actual"] = calls::actual(&mut self.rng);
        }
        self.health(&mut step);
        self.last_end = Some(step.clone());
        step
    }

    fn release(&mut self) -> Value {
        let mut step = json!({"release": self.name()});
        self.health(&mut step);
        self.last_end = Some(step.clone());
        step
    }

    fn health(&mut self, step: &mut Value) {
        let rng = &mut self.rng;
        if rng.percent(30) {
            step["ok"] = json!(rng.percent(50));
        }
        if rng.percent(30) {
            step["latency_ms"] = json!(rng.pick(&[0, 900, 1000, 1001, 5000]));
        }
    }

    fn set_policy(&mut self) -> Value {
        let rng = &mut self.rng;
        if rng.percent(25) {
            let mut faulty = policies::faulty(rng, &self.policy);
            faulty["version"] = json!(self.version);
            return json!({"set_policy": faulty});
        }
        if rng.percent(10) {
            let stale = policies::changed(rng, &self.policy, self.version.saturating_sub(1));
            return json!({"set_policy": stale});
        }
        self.version += rng.below(2);
        let again = rng.percent(10);
        self.policy = match again {
            true => self.policy.clone(),
            false if rng.percent(25) => policies::document(rng, self.version),
            false => policies::changed(rng, &self.policy, self.version),
        };
        self.policy["version"] = json!(self.version);
        self.rolled |= is_rolling(&self.policy);
        let mut step = json!({"set_policy": self.policy});
        if self.rng.percent(20) {
            step["prices"] = calls::other_prices(&mut self.rng);
        }
        step
    }

    fn breaker(&mut self) -> Value {
        let rng = &mut self.rng;
        let verb = if rng.percent(35) { "open" } else { "close" };
        let breakers = self.policy["breakers"].as_array().cloned().unwrap_or_default();
        let known = !breakers.is_empty() && rng.percent(90);
        let id = if known { rng.pick(&breakers)["id"].clone() } else { json!("nothing") };
        let mut what = json!({verb: id});
        if rng.percent(40) {
            what["subject"] = json!(rng.pick(&["ann", "chat", "big", "openai"]));
        }
        if rng.percent(30) {
            what["reason"] = json!("by hand");
        }
        json!({"breaker": what})
    }

    /// An adjustment of a budget whose scope fits, mostly a small one.
    fn adjust(&mut self) -> Value {
        let rng = &mut self.rng;
        let budgets = self.policy["budgets"].as_array().cloned().unwrap_or_default();
        if budgets.is_empty() || rng.percent(5) {
            return json!({"adjust": {"budget": "nobody", "user": "ann"}, "by": "1", "why": "test"});
        }
        let budget = rng.pick(&budgets);
        let mut call = json!({"user": rng.pick(&calls::USERS), "org": "acme", "feature": "chat", "session": "s1",
            "provider": "openai", "model": "big", "tier": "free", "budget": budget["id"]});
        for (key, value) in budget["scope"].as_object().into_iter().flatten() {
            if key != "global" && value != "*" {
                call[key] = value.clone();
            }
        }
        let by = rng.pick(&["1", "-1", "2", "-2", "10", "-50", "0", "-0", "1x"]);
        json!({"adjust": call, "by": by, "why": "test"})
    }
}
