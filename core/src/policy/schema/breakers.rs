//! Circuit breakers: what opens a circuit, for whom, and for how long.

use super::budgets::everything;
use super::{describe, object, one_of, said, with_default, words};
use crate::amount::NUMBER_MAX;
use crate::dimension::Dimension;
use crate::policy::breakers::{ACTIONS, KEYS, MEASURES, MIN_CALLS, SCOPES, SPEND_KEYS};
use serde_json::{Value, json};

pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    let trips: Vec<Value> = MEASURES.iter().map(|(measure, others)| trip(measure, others)).collect();
    let breaker =
        object("One circuit breaker.", &KEYS, &["id", "scope", "trip", "cooldown"], |key| match key {
            "id" => said("id", "Names the breaker in events and commands; unique among the breakers."),
            "scope" => said("breaker_scope", "Whose circuit it is."),
            "trip" => json!({"description": "What opens it: exactly one measure.", "oneOf": trips}),
            "cooldown" => said("period", "How long it stays open before one call may try."),
            "action" => {
                let choices = describe(
                    words(ACTIONS.map(|(word, ())| word)),
                    "What happens to calls while it is open.",
                );
                with_default(choices, ACTIONS.map(|(word, ())| word).first().copied())
            }
            _ => Value::Bool(false),
        });
    let scope = one_of(
        "Whose circuit it is: exactly one attribute, or everything.",
        &SCOPES.map(Dimension::as_str),
        |key| match key {
            "provider" => said("id", "One provider, or with `*` each of them."),
            "model" => said("id", "One model, or with `*` each of them."),
            "user" => said("id", "One user, or with `*` each of them."),
            "feature" => said("id", "One feature, or with `*` each of them."),
            "global" => everything(),
            _ => Value::Bool(false),
        },
    );
    vec![("breaker", breaker), ("breaker_scope", scope)]
}

fn trip(measure: &str, others: &[&str]) -> Value {
    let keys: Vec<&str> = [measure].iter().chain(others).copied().collect();
    let required: Vec<&str> = keys.iter().copied().filter(|key| *key != "min_calls").collect();
    object("", &keys, &required, |key| match key {
        "spend" => object("Money spent reaches this.", &SPEND_KEYS, &SPEND_KEYS, |key| match key {
            "usd" => said("usd", "US dollars."),
            _ => Value::Bool(false),
        }),
        "error_rate_percent" => json!({
            "description": "More than this percentage of the calls failed.",
            "type": "integer", "minimum": 0, "maximum": 100,
        }),
        "mean_latency_ms" => json!({
            "description": "Calls took more than this many milliseconds on average.",
            "type": "integer", "minimum": 0, "maximum": NUMBER_MAX,
        }),
        "calls" => json!({
            "description": "So many calls were made.",
            "type": "integer", "minimum": 1, "maximum": NUMBER_MAX,
        }),
        "budget" => said("id", "The budget of this id is used up."),
        "within" => said("period", "Over this period."),
        "min_calls" => json!({
            "description": "Fewer calls say nothing.",
            "type": "integer", "minimum": 1, "maximum": NUMBER_MAX, "default": MIN_CALLS,
        }),
        _ => Value::Bool(false),
    })
}
