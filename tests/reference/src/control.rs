//! `set_policy` and `adjust` (§3, §7, R7, R8, R33).

use crate::amount::{Bad, read, show};
use crate::book::Entry;
use crate::call::read_call;
use crate::document::read_document;
use crate::event::About;
use crate::model::Model;
use crate::price::read_table;
use crate::refusal::{Refusal, invalid_policy};
use crate::select::{Key, is_metered, key};
use crate::window::{Window, bucket};
use serde_json::{Value, json};

impl Model {
    pub(crate) fn set_policy(
        &mut self,
        document: &Value,
        prices: Option<&Value>,
        now: i64,
    ) -> Result<Value, Refusal> {
        let table = match prices {
            None => Ok(self.prices.clone()),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map_err(|_| invalid_policy("prices", "is not JSON"))
                .and_then(|prices| read_table(&prices, "prices")),
            Some(prices) => read_table(prices, "prices"),
        };
        let read = table.and_then(|table| Ok((read_document(document, &table)?, table)));
        let read = read.and_then(|(policy, table)| {
            if policy.version < self.policy.version {
                return Err(Refusal::at("stale_policy", "version", "is older than the one in force"));
            }
            Ok((policy, table))
        });
        match read {
            // §3: the policy in force stays in force.
            Err(refusal) => {
                self.event("policy_rejected", now, None, None, &[("reason", json!(refusal.code))]);
                Err(refusal)
            }
            Ok((policy, table)) => {
                self.prices = table;
                self.event("policy_changed", now, None, None, &[]);
                self.carry_over(&policy, now);
                self.rearm_raised(&policy, now);
                self.policy = policy;
                self.keep_circuits();
                Ok(json!({"outcome": "accepted"}))
            }
        }
    }

    /// R33: `{"adjust": {"budget": id, <attributes>}, "by": "-1.5", "why": text}`.
    pub(crate) fn adjust(&mut self, what: &Value, step: &Value, now: i64) -> Result<Value, Refusal> {
        let by = step.get("by");
        let call = read_call(what, &["budget"])?;
        let id = what.get("budget").and_then(Value::as_str);
        let id = id.ok_or_else(|| Refusal::at("invalid_call", "budget", "is missing"))?;
        let budget = self.policy.budget(id).cloned();
        let by = signed(by.unwrap_or(&Value::Null), budget.as_ref().map_or("usd", |b| b.unit))
            .map_err(|_| Refusal::at("invalid_amount", "by", "is not an amount"))?;
        let budget = budget.ok_or_else(|| Refusal::plain("unknown_budget"))?;
        if !is_metered(&self.policy, &budget, &call) {
            return Err(Refusal::at("invalid_call", "adjust", "is not a call the budget counts"));
        }
        let key = key(&budget, &call);
        if key.window.span(now).is_none() {
            return Err(Refusal::plain("invalid_time"));
        }
        if self.book.read(&key, now).spent + by < 0 {
            return Err(Refusal::at("invalid_amount", "by", "takes more than was spent"));
        }
        self.enter(&key, by, now);
        if budget.unit == "usd" {
            self.note(&call, call.get("model"), (0, 0, 1), &[("usd", by)].into());
        }
        let reading = self.book.read(&key, now);
        let about = About {
            budget: budget.id.clone(),
            unit: budget.unit,
            spent: reading.spent,
            limit: Some(budget.limit),
            window: (reading.start, reading.end),
        };
        let why = step.get("why").cloned().unwrap_or_default();
        let more = [("amount", show(by, budget.unit)), ("reason", why)];
        self.event("adjusted", now, Some((&call, call.get("model"))), Some(&about), &more);
        Ok(json!({"outcome": "adjusted", "spent": show(reading.spent, budget.unit)}))
    }

    /// What is added counts now. What is taken from a rolling window is taken from its newest
    /// buckets first, so that no bucket falls below zero.
    fn enter(&mut self, key: &Key, by: i128, now: i64) {
        let mut parts = vec![(now, by)];
        if let (Window::Rolling { period }, true) = (&key.window, by < 0) {
            let mut live: Vec<(i64, i128)> = Vec::new();
            let entries = self.book.entries.iter();
            for entry in entries.filter(|e| e.key == *key && key.window.counts(now, e.at)) {
                match live.iter_mut().find(|(at, _)| bucket(*at, *period) == bucket(entry.at, *period)) {
                    Some((_, sum)) => *sum += entry.spent,
                    None => live.push((entry.at, entry.spent)),
                }
            }
            live.sort_unstable_by(|a, b| b.cmp(a));
            let mut left = -by;
            parts = Vec::new();
            for (at, sum) in live {
                let taken = left.min(sum.max(0));
                left -= taken;
                parts.push((at, -taken));
            }
        }
        for (at, spent) in parts {
            self.book.entries.push(Entry { key: key.clone(), at, hold: None, spent, held: 0 });
        }
    }
}

/// An amount with an optional sign.
fn signed(value: &Value, unit: &str) -> Result<i128, Bad> {
    match value {
        Value::String(text) => match text.strip_prefix('-') {
            Some(rest) => read(&json!(rest), unit).map(|n| -n),
            None => read(value, unit),
        },
        Value::Number(number) => match number.to_string().strip_prefix('-') {
            Some(rest) => {
                let rest: Value = serde_json::from_str(rest).map_err(|_| Bad::Amount)?;
                read(&rest, unit).map(|n| -n)
            }
            None => read(value, unit),
        },
        _ => Err(Bad::Type),
    }
}
