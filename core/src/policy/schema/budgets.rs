//! Budgets: whose use, how much, in which window, and what then.

use super::values::patterns;
use super::{default_word, describe, object, one_of, put, reference, said, with_default, words};
use crate::action::Action;
use crate::dimension::Dimension;
use crate::policy::budget::{ACTION, ALERTS, KEYS, STEP_KEYS, UNAVAILABLE};
use crate::policy::filter;
use crate::unit::Unit;
use serde_json::{Value, json};

pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    let actions = words(Action::NAMED.map(|(word, _)| word));
    let mut budget = object("One budget.", &KEYS, &["id", "scope", "limit", "window"], property);
    put(&mut budget, "not", json!({"required": ["action", "steps"]}));
    vec![
        ("budget", budget),
        ("action", describe(actions, "What happens to a call.")),
        ("scope", scope()),
        ("limit", limit()),
        (
            "step",
            object("One rung of a ladder.", &STEP_KEYS, &STEP_KEYS, |key| match key {
                "at_percent" => said("percent", "From this percentage of the limit on."),
                "action" => said("action", "What happens from there on."),
                _ => Value::Bool(false),
            }),
        ),
        (
            "match",
            object(
                "Which calls count: each list that is there has to accept the call.",
                &filter::KEYS,
                &[],
                |key| match key {
                    "models" => patterns("Models, as they are asked for."),
                    "providers" => patterns("Providers."),
                    "features" => patterns("Features of the application."),
                    _ => Value::Bool(false),
                },
            ),
        ),
    ]
}

fn property(key: &str) -> Value {
    match key {
        "id" => said("id", "Names the budget in decisions and events; unique in the document."),
        "scope" => said("scope", "Whose use is counted."),
        "limit" => said("limit", "How much."),
        "window" => said("window", "In which stretch of time."),
        "action" => with_default(
            said("action", "What happens at the whole limit; `steps` in place of it says more."),
            ACTION.as_str(),
        ),
        "steps" => json!({
            "description": "What happens from which percentage on, in place of `action`; percentages rise, actions never get milder.",
            "type": "array", "minItems": 1, "items": reference("step"),
        }),
        "alert_at_percent" => json!({
            "description": "Percentages of the limit at which a `threshold` event fires.",
            "type": "array", "items": reference("percent"), "default": ALERTS,
        }),
        "enabled" => json!({
            "description": "A disabled budget neither counts nor decides.",
            "type": "boolean", "default": true,
        }),
        "match" => said("match", "Which calls count; all of the scope unless given."),
        "on_unavailable" => {
            let says = "Whether calls go through when the store of the counters cannot be reached.";
            let choices = words(UNAVAILABLE.map(|(word, _)| word));
            with_default(describe(choices, says), default_word(&UNAVAILABLE, &false))
        }
        _ => Value::Bool(false),
    }
}

fn scope() -> Value {
    one_of(
        "Whose use is counted: exactly one attribute, or everything.",
        &Dimension::ALL.map(Dimension::as_str),
        |key| {
            let says = match key {
                "user" => "One user, or with `*` each of them on their own.",
                "org" => "One organisation, or with `*` each of them.",
                "feature" => "One feature, or with `*` each of them.",
                "session" => "One session, or with `*` each of them.",
                "provider" => "One provider, or with `*` each of them.",
                "model" => "One model, or with `*` each of them.",
                "tier" => {
                    return json!({
                        "description": "Each user of this tier on their own.",
                        "allOf": [reference("id")], "not": {"const": "*"},
                    });
                }
                "global" => return everything(),
                _ => return Value::Bool(false),
            };
            said("id", says)
        },
    )
}

/// The scope `global`.
pub(super) fn everything() -> Value {
    json!({"description": "All calls together.", "const": true})
}

fn limit() -> Value {
    one_of("How much: exactly one unit.", &Unit::ALL.map(Unit::as_str), |key| match Unit::parse(key) {
        Some(Unit::Usd) => said("usd", "US dollars."),
        Some(Unit::Tokens) => said("pieces", "Tokens sent and received."),
        Some(Unit::InputTokens) => said("pieces", "Tokens sent, cached ones included."),
        Some(Unit::OutputTokens) => said("pieces", "Tokens received, reasoning included."),
        Some(Unit::Requests) => said("pieces", "Calls."),
        None => Value::Bool(false),
    })
}
