//! The answer to a reserve or preview (R16).

use crate::amount::show;
use crate::call::Call;
use crate::decide::Judged;
use crate::event::{About, span_value};
use crate::policy::Action;
use crate::reserve::Verdict;
use crate::select::Subject;
use serde_json::{Map, Value, json};
use spendgate_conformance::instant;

/// What an event about a judged budget says.
pub(crate) fn about(judged: &Judged<'_>) -> About {
    About {
        budget: judged.budget.id.clone(),
        unit: judged.budget.unit,
        spent: judged.reading.spent,
        limit: Some(judged.budget.limit),
        window: (judged.reading.start, judged.reading.end),
    }
}

/// R16: the answer to a reserve or preview.
pub(crate) fn decision(call: &Call, verdict: &Verdict<'_>, version: i128, reservation: Option<u64>) -> Value {
    let mut answer = Map::new();
    let mut put = |key: &str, value: Value| answer.insert(key.to_owned(), value);
    let blocked = verdict.action == Some(Action::Block);
    put("allowed", json!(!blocked));
    put("action", json!(verdict.action.map_or("allow", Action::name)));
    put("reason", json!(verdict.reason));
    put("retryable", json!(verdict.reason == "in_flight"));
    put("model", json!(verdict.called));
    put("requested_model", json!(call.get("model")));
    put("policy_version", json!(u64::try_from(version).unwrap_or(0)));
    put("degraded", json!(false));
    put("reservation", json!(reservation.map(|id| format!("hold-{id}"))));
    let triggered = verdict
        .triggered
        .iter()
        .map(|j| json!({"budget": j.budget.id, "action": j.action().map(Action::name)}));
    put("triggered", triggered.collect());
    let keys =
        ["budget", "scope", "subject", "unit", "limit", "spent", "held", "estimate", "remaining", "window"];
    for key in keys.into_iter().chain(["resets_at"]) {
        put(key, Value::Null);
    }
    if let Some(j) = &verdict.reported {
        let unit = j.budget.unit;
        let left = j.budget.limit - j.reading.spent - j.reading.held;
        put("budget", json!(j.budget.id));
        put("scope", json!(j.budget.scope));
        put(
            "subject",
            match &j.key.subject {
                Subject::Named(name) => json!(name),
                _ => Value::Null,
            },
        );
        put("unit", json!(unit));
        put("limit", show(j.budget.limit, unit));
        put("spent", show(j.reading.spent, unit));
        put("held", show(j.reading.held, unit));
        put("estimate", j.estimate.map_or(Value::Null, |e| show(e, unit)));
        put("remaining", show(left.max(0), unit));
        put("window", span_value((j.reading.start, j.reading.end)));
        put("resets_at", j.reading.resets_at.map_or(Value::Null, |ms| json!(instant::format(ms))));
    }
    Value::Object(answer)
}
