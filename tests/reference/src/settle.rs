//! `settle`, `release` and `record` (§7, R18–R25).

use crate::amount::{Amounts, show};
use crate::book::Entry;
use crate::breaker::Measure;
use crate::call::{Actual, Call, read_actual, read_call};
use crate::clock::amount_value;
use crate::hold::{Hold, State};
use crate::model::Model;
use crate::refusal::Refusal;
use crate::select::{Key, key, metered};
use serde_json::{Value, json};

/// `ok` and `latency_ms` of a settle or release.
struct Health {
    ok: bool,
    latency_ms: Option<i128>,
}

fn read_health(step: &Value) -> Result<Health, Refusal> {
    let ok = match step.get("ok") {
        None | Some(Value::Null) => true,
        Some(value) => value.as_bool().ok_or_else(|| Refusal::at("invalid_call", "ok", "is not a switch"))?,
    };
    let latency_ms = match step.get("latency_ms") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let ms = crate::document::whole(value, 0, 1 << 53);
            Some(ms.ok_or_else(|| Refusal::at("invalid_call", "latency_ms", "is not a number of ms"))?)
        }
    };
    Ok(Health { ok, latency_ms })
}

/// The dollars among amounts, null where they are not known.
fn shown_usd(amounts: &Amounts) -> Value {
    amounts.get("usd").map_or(Value::Null, |usd| show(*usd, "usd"))
}

impl Model {
    /// The reservation of that name.
    pub(crate) fn find(&self, name: &Value, command: &str) -> Result<Hold, Refusal> {
        let name = name.as_str().ok_or_else(|| Refusal::at("invalid_call", command, "is not a text"))?;
        let id = name.strip_prefix("hold-").and_then(|n| n.parse::<u64>().ok());
        let hold = self.holds.iter().find(|h| Some(h.id) == id).cloned();
        hold.ok_or_else(|| Refusal::plain("unknown_reservation"))
    }

    fn set_state(&mut self, id: u64, state: State) {
        for hold in self.holds.iter_mut().filter(|h| h.id == id) {
            hold.state = state.clone();
        }
    }

    /// R18: another end than the one it has: refused, an event, nothing changes.
    fn conflict(&mut self, hold: &Hold, code: &'static str, now: i64) -> Result<Value, Refusal> {
        self.hold_event("settle_conflict", now, hold, &[("reason", json!(code))]);
        Err(Refusal::plain(code))
    }

    /// R19: `usd` worked out where it is not given and can be; true when a price was missing.
    fn price(&self, amounts: &mut Amounts, actual: &Actual, model: Option<&str>) -> bool {
        if amounts.contains_key("usd") {
            return false;
        }
        if let (Some(classes), Some(rates)) = (&actual.classes, self.rates(model)) {
            amounts.insert("usd", rates.cost(classes));
        }
        let has_tokens = actual.classes.is_some() || actual.amounts.contains_key("tokens");
        has_tokens && self.is_unpriced(model)
    }

    pub(crate) fn settle(&mut self, name: &Value, step: &Value, now: i64) -> Result<Value, Refusal> {
        let actual = read_actual(step.get("actual"))?;
        let health = read_health(step)?;
        let hold = self.find(name, "settle")?;
        // R19: bad usage settles at the hold; a unit that is lacking settles at its hold.
        let mut amounts = actual.amounts.clone();
        let unpriced = self.price(&mut amounts, &actual, hold.called.as_deref());
        for unit in ["usd", "tokens", "input_tokens", "output_tokens"] {
            if let Some(held) = hold.amounts.get(unit) {
                amounts.entry(unit).or_insert(*held);
            }
        }
        amounts.insert("requests", 1);
        let charged = shown_usd(&amounts);
        for unit in ["usd", "tokens", "input_tokens", "output_tokens"] {
            amounts.entry(unit).or_insert(0);
        }
        let late = match &hold.state {
            State::Settled { amounts: before, .. } if *before == amounts => {
                return Ok(json!({"outcome": "replayed", "usd": charged}));
            }
            State::Settled { .. } => return self.conflict(&hold, "already_settled", now),
            State::Released { .. } => return self.conflict(&hold, "already_released", now),
            State::Held => false,
            State::Expired { .. } => true,
        };
        self.set_state(hold.id, State::Settled { amounts: amounts.clone(), end: now });
        self.book.end_hold(hold.id, &amounts);
        self.note(&hold.call, hold.called.as_deref(), (1, 0, 1), &amounts);
        if late {
            self.note(&hold.call, hold.called.as_deref(), (-1, 0, -1), &hold.amounts);
        }
        if let Some(tokens) = actual.answered {
            self.learn(hold.called.as_deref(), hold.call.get("feature"), tokens);
        }
        if actual.bad {
            self.hold_event("bad_usage", now, &hold, &[]);
        }
        if unpriced && !hold.told_unpriced {
            self.hold_event("unpriced", now, &hold, &[]);
        }
        // R20: overage is said in USD, against the hold.
        let usd = |amounts: &Amounts| amounts.get("usd").copied().unwrap_or(0);
        let overage = usd(&amounts) - usd(&hold.amounts);
        let mut answer = json!({"outcome": if late { "settled_late" } else { "settled" }, "usd": charged});
        if overage > 0 {
            answer["overage"] = show(overage, "usd");
            self.hold_event("overage", now, &hold, &[("amount", show(overage, "usd"))]);
        }
        if late {
            let unit = hold.budget.as_ref().map_or("usd", |(_, key)| key.unit);
            let amount = amount_value(&amounts, unit);
            self.hold_event("late_settle", now, &hold, &[("amount", json!(amount))]);
        }
        self.thresholds(&hold.call, hold.called.as_deref(), now);
        let measure = Measure {
            at: now,
            spend: usd(&amounts),
            is_end: true,
            failed: !health.ok,
            latency_ms: health.latency_ms,
            charges: true,
        };
        self.measure_hold(&hold, &measure);
        Ok(answer)
    }

    pub(crate) fn release(&mut self, name: &Value, step: &Value, now: i64) -> Result<Value, Refusal> {
        let health = read_health(step)?;
        let hold = self.find(name, "release")?;
        let late = match &hold.state {
            State::Released { .. } => return Ok(json!({"outcome": "replayed"})),
            State::Settled { .. } => return self.conflict(&hold, "already_settled", now),
            State::Held => false,
            State::Expired { .. } => true,
        };
        self.set_state(hold.id, State::Released { end: now });
        // §7: counters as if never asked.
        self.book.end_hold(hold.id, &Amounts::new());
        if late {
            self.note(&hold.call, hold.called.as_deref(), (-1, 0, -1), &hold.amounts);
            self.hold_event("late_release", now, &hold, &[]);
        }
        if health.ok {
            self.free_probes(hold.id);
        } else {
            let latency_ms = health.latency_ms;
            let measure = Measure { at: now, is_end: true, failed: true, latency_ms, ..Measure::default() };
            self.measure_hold(&hold, &measure);
        }
        Ok(json!({"outcome": if late { "released_late" } else { "released" }}))
    }

    fn measure_hold(&mut self, hold: &Hold, measure: &Measure) {
        let entries = self.book.entries.iter().filter(|e| e.hold == Some(hold.id));
        let charged: Vec<Key> = entries.map(|e| e.key.clone()).collect();
        self.measure((&hold.call, hold.called.as_deref()), Some(hold.id), measure, &charged);
    }

    /// §7: charges without a reservation, and counts no request.
    pub(crate) fn record(
        &mut self,
        call: &Value,
        actual: Option<&Value>,
        now: i64,
    ) -> Result<Value, Refusal> {
        let call = read_call(call, &[])?;
        let actual = read_actual(actual)?;
        self.check_windows(&call, now)?;
        let model = call.get("model").map(str::to_owned);
        let who = (&call, model.as_deref());
        let mut amounts = actual.amounts.clone();
        let unpriced = self.price(&mut amounts, &actual, who.1);
        if actual.bad {
            // R19: bad usage charges the estimate, else nothing.
            amounts = if call.estimate.is_empty() { Amounts::new() } else { self.estimate(&call, who.1) };
        }
        amounts.insert("requests", 0);
        let charged = self.charge(&call, &amounts, now);
        self.note(&call, model.as_deref(), (1, 0, 1), &amounts);
        if actual.bad {
            self.event("bad_usage", now, Some(who), None, &[]);
        }
        if unpriced {
            self.event("unpriced", now, Some(who), None, &[]);
        }
        self.thresholds(&call, who.1, now);
        let spend = amounts.get("usd").copied().unwrap_or(0);
        let measure = Measure { at: now, spend, charges: true, ..Measure::default() };
        self.measure(who, None, &measure, &charged);
        Ok(json!({"outcome": "recorded", "usd": shown_usd(&amounts)}))
    }

    /// Charges every counter that fits the call, each once; gives the counters.
    fn charge(&mut self, call: &Call, amounts: &Amounts, now: i64) -> Vec<Key> {
        let mut keys: Vec<Key> = metered(&self.policy, call).into_iter().map(|b| key(b, call)).collect();
        keys.sort();
        keys.dedup();
        for key in &keys {
            let spent = amounts.get(key.unit).copied().unwrap_or(0);
            self.book.entries.push(Entry { key: key.clone(), at: now, hold: None, spent, held: 0 });
        }
        keys
    }
}
