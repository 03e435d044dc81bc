//! `usage`, `explain`, `window` and `cost`: they only look.

use crate::amount::show;
use crate::call::{check_id, read_call};
use crate::event::span_value;
use crate::model::Model;
use crate::price::resolve;
use crate::refusal::Refusal;
use crate::select::{key, scope_fits, why, winning};
use crate::usage::normalise;
use crate::window::read_window;
use serde_json::{Value, json};

impl Model {
    /// R30: the winning set, in policy order.
    pub(crate) fn usage(&self, call: &Value, now: i64) -> Result<Value, Refusal> {
        let call = read_call(call, &[])?;
        self.check_windows(&call, now)?;
        let counters: Vec<Value> = winning(&self.policy, &call)
            .into_iter()
            .map(|budget| {
                let reading = self.book.read(&key(budget, &call), now);
                json!({
                    "budget": budget.id,
                    "unit": budget.unit,
                    "spent": show(reading.spent, budget.unit),
                    "held": show(reading.held, budget.unit),
                    "limit": show(budget.limit, budget.unit),
                    "remaining": show((budget.limit - reading.spent - reading.held).max(0), budget.unit),
                    "window": span_value((reading.start, reading.end)),
                })
            })
            .collect();
        Ok(json!({"counters": counters}))
    }

    /// §11: every budget whose scope fits, disabled ones too, in policy order.
    pub(crate) fn explain(&self, call: &Value) -> Result<Value, Refusal> {
        let call = read_call(call, &[])?;
        let candidates: Vec<Value> = self
            .policy
            .budgets
            .iter()
            .filter(|b| scope_fits(b, &call))
            .map(|b| {
                let (applies, why) = why(&self.policy, b, &call);
                json!({"budget": b.id, "applies": applies, "why": why})
            })
            .collect();
        Ok(json!({"candidates": candidates}))
    }

    /// `{"start", "end"}` of a definition, with the policy's defaults.
    pub(crate) fn window(&self, definition: &Value, now: i64) -> Result<Value, Refusal> {
        let window = read_window(definition, "window", &self.policy.defaults)?;
        let span = window.span(now).ok_or_else(|| Refusal::plain("invalid_time"))?;
        Ok(span_value(span))
    }

    /// R36: `{"model", "usage"}` → `{"usd"}`, null when unpriced.
    pub(crate) fn cost(&self, what: &Value) -> Result<Value, Refusal> {
        let fault = |path: &str| Refusal::at("invalid_call", path, "is not a question of cost");
        let object = what.as_object().ok_or_else(|| fault("cost"))?;
        if let Some(key) = object.keys().find(|k| !["model", "usage", "provider", "at"].contains(&k.as_str()))
        {
            return Err(fault(key));
        }
        let model = object.get("model").and_then(Value::as_str).ok_or_else(|| fault("model"))?;
        check_id(model).map_err(|()| Refusal::at("invalid_id", "model", "is not an id"))?;
        let tokens = normalise(object.get("usage").unwrap_or(&Value::Null), "usage")?;
        let usd = resolve(&self.policy.prices, model).map(|(_, rates)| show(rates.cost(&tokens), "usd"));
        Ok(json!({"usd": usd}))
    }
}
