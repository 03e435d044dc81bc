//! From answers to JSON: amounts as canonical decimal strings, times as RFC 3339 in UTC.

use crate::amount;
use crate::call::Call;
use crate::decision::{Decision, Figures};
use crate::dimension::Dimension;
use crate::engine::{Candidate, CounterReading, Engine, Settled};
use crate::error::Error;
use crate::event::Event;
use crate::policy::{Budget, Policy};
use crate::time;
use crate::unit::Unit;
use crate::window::Span;
use serde_json::{Value, json};

fn span(span: Span) -> Value {
    json!({"start": time::format(span.start_ms), "end": time::format(span.end_ms)})
}

fn money(amount: i64, unit: Unit) -> Value {
    Value::String(amount::format(amount, unit))
}

/// A refusal, as `{"error": code, "path"?, "message"}`.
#[must_use]
pub fn error(error: &Error) -> Value {
    let mut value = json!({"error": error.code(), "message": error.to_string()});
    if let (Some(path), Value::Object(object)) = (error.path(), &mut value) {
        object.insert("path".to_owned(), Value::from(path));
    }
    value
}

/// A decision about `call`, with the names of `policy`, the one that was in force when it was made.
#[must_use]
pub fn decision(policy: &Policy, call: &Call<'_>, decision: &Decision) -> Value {
    let budgets = policy.budgets();
    let id = |index: crate::decision::BudgetIndex| budgets.get(index.get()).map(|b| &*b.id);
    let triggered: Vec<Value> = decision
        .triggered
        .iter()
        .map(|t| json!({"budget": id(t.budget), "action": t.action.as_str()}))
        .collect();
    let mut answer = json!({
        "allowed": decision.allowed,
        "action": decision.action.as_str(),
        "reason": decision.reason.as_str(),
        "retryable": decision.retryable,
        "model": decision.model(policy, call),
        "requested_model": call.model,
        "reservation": decision.reservation.map(|r| r.to_string()),
        "policy_version": decision.policy_version,
        "degraded": decision.degraded,
        "triggered": triggered,
    });
    if let Value::Object(answer) = &mut answer {
        let named = decision.figures.and_then(|f| Some((f, budgets.get(f.budget.get())?)));
        for (key, value) in figures(named, call) {
            answer.insert(key.to_owned(), value);
        }
    }
    answer
}

/// The figures of the budget that a decision names; all null when it names none.
fn figures(named: Option<(Figures, &Budget)>, call: &Call<'_>) -> [(&'static str, Value); 11] {
    let of =
        |value: &dyn Fn(&Figures, &Budget) -> Value| named.as_ref().map_or(Value::Null, |(f, b)| value(f, b));
    [
        ("budget", of(&|_, b| Value::from(&*b.id))),
        ("scope", of(&|_, b| Value::from(b.scope.dimension.as_str()))),
        ("subject", of(&|_, b| Value::from(subject(b, call)))),
        ("unit", of(&|_, b| Value::from(b.unit.as_str()))),
        ("limit", of(&|f, b| money(f.limit, b.unit))),
        ("spent", of(&|f, b| money(f.spent, b.unit))),
        ("held", of(&|f, b| money(f.held, b.unit))),
        ("estimate", of(&|f, b| f.estimate.map_or(Value::Null, |e| money(e, b.unit)))),
        ("remaining", of(&|f, b| money(f.remaining, b.unit))),
        ("window", of(&|f, _| span(f.window))),
        ("resets_at", of(&|f, _| f.resets_at_ms.map_or(Value::Null, |t| Value::from(time::format(t))))),
    ]
}

/// Whose use it is: the bare id; null when the call names nobody, or for everything.
fn subject<'a>(budget: &Budget, call: &Call<'a>) -> Option<&'a str> {
    match budget.scope.dimension {
        Dimension::Tier => call.user,
        dimension => dimension.of(call),
    }
}

/// What a settle did.
#[must_use]
pub fn settled(settled: &Settled) -> Value {
    let usd = |amount| money(amount, Unit::Usd);
    let mut answer = json!({"outcome": settled.outcome.as_str(), "usd": settled.usd.map(usd)});
    if let (true, Value::Object(answer)) = (settled.overage > 0, &mut answer) {
        answer.insert("overage".to_owned(), usd(settled.overage));
    }
    answer
}

pub(super) fn counters(engine: &Engine, readings: &[CounterReading]) -> Value {
    let budgets = engine.policy().budgets();
    let counters: Vec<Value> = readings
        .iter()
        .filter_map(|reading| {
            let budget = budgets.get(reading.budget.get())?;
            Some(json!({
                "budget": &*budget.id,
                "unit": budget.unit.as_str(),
                "spent": money(reading.spent, budget.unit),
                "held": money(reading.held, budget.unit),
                "limit": money(reading.limit, budget.unit),
                "remaining": money(reading.remaining, budget.unit),
                "window": span(reading.window),
            }))
        })
        .collect();
    json!({"counters": counters})
}

pub(super) fn candidates(engine: &Engine, candidates: &[Candidate]) -> Value {
    let budgets = engine.policy().budgets();
    let list: Vec<Value> = candidates
        .iter()
        .map(|c| {
            let id = budgets.get(c.budget.get()).map(|b| &*b.id);
            json!({"budget": id, "applies": c.applies, "why": c.why.as_str()})
        })
        .collect();
    json!({"candidates": list})
}

pub(super) fn window(shown: Span) -> Value {
    span(shown)
}

pub(super) fn event(event: &Event) -> Value {
    let unit = event.unit.unwrap_or(Unit::Usd);
    let amount = |amount: Option<i64>| amount.map(|a| amount::format(a, unit));
    json!({
        "kind": event.kind.as_str(),
        "at": time::format(event.at_ms),
        "user": event.user,
        "tier": event.tier,
        "feature": event.feature,
        "model": event.model,
        "requested_model": event.requested_model,
        "budget": event.budget,
        "unit": event.unit.map(Unit::as_str),
        "spent": amount(event.spent),
        "limit": amount(event.limit),
        "window": event.window.map(span),
        "percent": event.percent,
        "action": event.action.map(crate::action::Action::as_str),
        "reason": event.reason,
        "amount": event.amount.map(|(a, unit)| amount::format(a, unit)),
        "breaker": event.breaker,
        "subject": event.subject,
    })
}
