//! `reserve` and `preview` (§6, §7): refuse early, judge, downgrade, hold.

use crate::amount::Amounts;
use crate::answer::{about, decision};
use crate::book::Entry;
use crate::call::{Call, fill_tokens, plain, read_call};
use crate::decide::{Judged, downgrade_as_warn, judge, most_severe};
use crate::hold::{Hold, State};
use crate::model::Model;
use crate::policy::{Action, Unpriced};
use crate::price::{Rates, resolve};
use crate::refusal::Refusal;
use crate::select::{key, metered, winning};
use serde_json::{Value, json};

const DAY: i128 = 86_400_000;

/// The outcome of judging a call, before anything is held.
pub(crate) struct Verdict<'a> {
    /// `None`: no budget decides, or the call was refused before budgets.
    pub(crate) reported: Option<Judged<'a>>,
    pub(crate) action: Option<Action>,
    pub(crate) reason: &'static str,
    pub(crate) called: Option<String>,
    pub(crate) amounts: Amounts,
    /// At the price of the answer.
    pub(crate) triggered: Vec<Judged<'a>>,
    pub(crate) told_unpriced: bool,
    /// R15: refused before budgets were judged.
    pub(crate) early: bool,
}

impl Model {
    pub(crate) fn reserve(&mut self, call: &Value, ttl: Option<&Value>, now: i64) -> Result<Value, Refusal> {
        let call = read_call(call, &[])?;
        let ttl = match ttl.filter(|v| !v.is_null()) {
            None => 15 * 60_000,
            Some(value) => {
                let ms = crate::document::whole(value, 1, DAY).and_then(|ms| i64::try_from(ms).ok());
                ms.ok_or_else(|| Refusal::at("invalid_call", "ttl_ms", "is not within 1 ms and 24 h"))?
            }
        };
        self.check_windows(&call, now)?;
        let mut held = self.clone();
        let verdict = self.decide(&call, now);
        let blocked = verdict.action == Some(Action::Block);
        let id = self.reservations + 1;
        let who = (&call, verdict.called.as_deref());
        // R21: money, thresholds, breakers, the other warnings, the decision's own event.
        if verdict.told_unpriced {
            held.event("unpriced", now, Some(who), None, &[]);
        }
        if !verdict.early {
            held.thresholds(&call, who.1, now);
        }
        if !blocked {
            held.reservations = id;
            held.hold(id, &call, &verdict, now, ttl);
            held.become_probe(&call, who.1, id, now);
        }
        held.decision_events(&call, &verdict, now);
        let answer = decision(&call, &verdict, self.policy.version, (!blocked).then_some(id));
        held.note_blocked(&call, &answer);
        *self = held;
        Ok(answer)
    }

    /// §7: decides without holding and without events.
    pub(crate) fn preview(&self, call: &Value, without: Option<&Value>, now: i64) -> Result<Value, Refusal> {
        if let Some(name) = without.filter(|name| !name.is_null()) {
            read_call(call, &[])?;
            let hold = self.find(name, "without")?;
            let mut other = self.clone();
            for entry in other.book.entries.iter_mut().filter(|e| e.hold == Some(hold.id)) {
                entry.held = 0;
            }
            return other.preview(call, None, now);
        }
        let call = read_call(call, &[])?;
        self.check_windows(&call, now)?;
        let verdict = self.decide(&call, now);
        Ok(decision(&call, &verdict, self.policy.version, None))
    }

    /// §5: a window that would leave the years 1–9999.
    pub(crate) fn check_windows(&self, call: &Call, now: i64) -> Result<(), Refusal> {
        let outside = metered(&self.policy, call).into_iter().any(|b| b.window.span(now).is_none());
        if outside { Err(Refusal::plain("invalid_time")) } else { Ok(()) }
    }

    /// The rates of a model, the stand-in included (§10).
    pub(crate) fn rates(&self, model: Option<&str>) -> Option<Rates> {
        let model = model?;
        match (resolve(&self.policy.prices, model), &self.policy.unpriced) {
            (Some((_, rates)), _) | (None, Unpriced::StandIn(rates)) => Some(*rates),
            _ => None,
        }
    }

    /// R3: the call names a model that has no price, not even a stand-in.
    pub(crate) fn is_unpriced(&self, model: Option<&str>) -> bool {
        model.is_some() && self.rates(model).is_none()
    }

    /// R2: the estimate in effect, by unit, at the price of a model.
    pub(crate) fn estimate(&self, call: &Call, model: Option<&str>) -> Amounts {
        let given = if call.estimate.is_empty() { &self.policy.default_estimate } else { &call.estimate };
        let mut amounts = given.clone();
        fill_tokens(&mut amounts);
        if let Some(rates) = self.rates(model)
            && amounts.contains_key("input_tokens")
        {
            let cost = rates.cost(&plain(&amounts));
            amounts.entry("usd").or_insert(cost);
        }
        amounts.insert("requests", 1);
        amounts
    }

    /// True when the estimate in effect gives `usd` itself.
    fn gives_usd(&self, call: &Call) -> bool {
        let given = if call.estimate.is_empty() { &self.policy.default_estimate } else { &call.estimate };
        given.contains_key("usd")
    }

    /// R14: the cheaper sibling of the requested model, where it is usable for this call.
    fn sibling(&self, call: &Call) -> Option<String> {
        let requested = call.get("model")?;
        let (resolved, dear) = resolve(&self.policy.prices, requested)?;
        let map = &self.policy.downgrades;
        let sibling = map.get(requested).or_else(|| map.get(resolved))?;
        let (_, cheap) = resolve(&self.policy.prices, sibling)?;
        let amounts = self.estimate(call, Some(requested));
        let priced_from_tokens = !self.gives_usd(call) && amounts.contains_key("input_tokens");
        let usable = if priced_from_tokens {
            cheap.cost(&plain(&amounts)) < dear.cost(&plain(&amounts))
        } else {
            cheap.cheaper_than(dear)
        };
        usable.then(|| sibling.clone())
    }

    fn decide(&self, call: &Call, now: i64) -> Verdict<'_> {
        let requested = call.get("model").map(str::to_owned);
        let amounts = self.estimate(call, requested.as_deref());
        let unpriced = !self.gives_usd(call) && self.is_unpriced(requested.as_deref());
        // §11: circuit open, missing user, unpriced, budgets.
        let early = if self.circuit_open(call, now) {
            Some("circuit_open")
        } else if call.get("user").is_none() && self.policy.missing_user == "block" {
            Some("missing_user")
        } else if unpriced && matches!(self.policy.unpriced, Unpriced::Block) {
            Some("unpriced")
        } else {
            None
        };
        let mut verdict = Verdict {
            reported: None,
            action: None,
            reason: "no_budget",
            called: requested,
            amounts,
            triggered: Vec::new(),
            told_unpriced: unpriced,
            early: false,
        };
        if let Some(reason) = early {
            return Verdict {
                action: Some(Action::Block),
                reason,
                told_unpriced: false,
                early: true,
                ..verdict
            };
        }
        let budgets = winning(&self.policy, call);
        let mut judged = judge(&self.book, &budgets, call, &verdict.amounts, now);
        let has = |list: &[Judged<'_>], action| list.iter().any(|j| j.action() == Some(action));
        let ladder = budgets.iter().any(|b| b.steps.iter().any(|(_, a)| *a == Action::Downgrade));
        let wanted = has(&judged, Action::Downgrade) || (has(&judged, Action::Block) && ladder);
        let sibling = if wanted { self.sibling(call) } else { None };
        if let Some(sibling) = &sibling {
            let amounts = self.estimate(call, Some(sibling));
            let again = judge(&self.book, &budgets, call, &amounts, now);
            if !has(&again, Action::Block) {
                // The budget and the reason from the old price, the amounts at the new.
                let old = most_severe(&judged);
                verdict.reason = old.map_or("within_limit", Judged::reason);
                verdict.reported =
                    old.and_then(|o| again.iter().find(|j| j.budget.id == o.budget.id)).cloned();
                verdict.action = Some(Action::Downgrade);
                verdict.called = Some(sibling.clone());
                verdict.amounts = amounts;
                verdict.triggered = again.into_iter().filter(|j| j.over.is_some()).collect();
                return verdict;
            }
        }
        if sibling.is_none() {
            downgrade_as_warn(&mut judged);
        }
        verdict.reported = most_severe(&judged).cloned();
        if let Some(reported) = &verdict.reported {
            verdict.action = reported.action();
            verdict.reason = reported.reason();
            let mut blocking = judged.iter().filter(|j| j.action() == Some(Action::Block));
            if verdict.action == Some(Action::Block) && blocking.all(Judged::passes_unheld) {
                verdict.reason = "in_flight";
            }
        }
        verdict.triggered = judged.into_iter().filter(|j| j.over.is_some()).collect();
        verdict
    }

    /// §6: every counter the call is metered by takes the hold, each once.
    fn hold(&mut self, id: u64, call: &Call, verdict: &Verdict<'_>, now: i64, ttl: i64) {
        let mut keys: Vec<_> = metered(&self.policy, call).into_iter().map(|b| key(b, call)).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let held = verdict.amounts.get(key.unit).copied().unwrap_or(0);
            self.book.entries.push(Entry { key, at: now, hold: Some(id), spent: 0, held });
        }
        self.holds.push(Hold {
            id,
            call: call.clone(),
            called: verdict.called.clone(),
            created: now,
            ttl,
            amounts: verdict.amounts.clone(),
            budget: verdict.reported.as_ref().map(|j| (j.budget.id.clone(), j.key.clone())),
            told_unpriced: verdict.told_unpriced,
            state: State::Held,
        });
    }

    /// §6, §11: each other triggered `warn` or `dry_run` by budget id, then the decision's own.
    fn decision_events(&mut self, call: &Call, verdict: &Verdict<'_>, now: i64) {
        let who = Some((call, verdict.called.as_deref()));
        let reported = verdict.reported.as_ref().map(|j| j.budget.id.as_str());
        if verdict.action != Some(Action::Block) {
            let mut others: Vec<&Judged<'_>> = verdict.triggered.iter().collect();
            others.retain(|j| Some(j.budget.id.as_str()) != reported);
            // The model asked for, where another one is called.
            let downgraded = verdict.action == Some(Action::Downgrade);
            let requested = if downgraded { json!(call.get("model")) } else { Value::Null };
            let asked = [("requested_model", requested)];
            others.sort_by(|a, b| a.budget.id.cmp(&b.budget.id));
            for other in others {
                match other.action() {
                    Some(Action::Warn) => self.event("warned", now, who, Some(&about(other)), &asked),
                    Some(Action::DryRun) => self.event("dry_run", now, who, Some(&about(other)), &asked),
                    _ => {}
                }
            }
        }
        let about = verdict.reported.as_ref().map(about);
        let (kind, more) = match verdict.action {
            None => return,
            Some(Action::DryRun) => ("dry_run", Vec::new()),
            Some(Action::Warn) => ("warned", Vec::new()),
            Some(Action::Downgrade) => ("downgraded", vec![("requested_model", json!(call.get("model")))]),
            Some(Action::Block) => ("blocked", vec![("reason", json!(verdict.reason))]),
        };
        self.event(kind, now, who, about.as_ref(), &more);
    }
}
