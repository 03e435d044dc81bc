//! What a run has reached, so that a run that reaches too little fails.

use serde_json::Value;
use std::collections::BTreeSet;

const ERRORS: [&str; 11] = [
    "invalid_policy",
    "stale_policy",
    "invalid_id",
    "invalid_call",
    "invalid_amount",
    "invalid_time",
    "already_settled",
    "already_released",
    "unknown_reservation",
    "unknown_breaker",
    "unknown_budget",
];
const REASONS: [&str; 8] = [
    "no_budget",
    "within_limit",
    "limit_reached",
    "would_exceed",
    "in_flight",
    "circuit_open",
    "unpriced",
    "missing_user",
];
const ACTIONS: [&str; 5] = ["allow", "warn", "dry_run", "downgrade", "block"];
const OUTCOMES: [&str; 9] = [
    "settled",
    "settled_late",
    "replayed",
    "released",
    "released_late",
    "recorded",
    "accepted",
    "adjusted",
    "restored",
];
const KINDS: [&str; 20] = [
    "blocked",
    "warned",
    "dry_run",
    "downgraded",
    "threshold",
    "overage",
    "expired",
    "late_settle",
    "late_release",
    "unpriced",
    "bad_usage",
    "breaker_opened",
    "breaker_half_open",
    "breaker_closed",
    "policy_changed",
    "policy_rejected",
    "window_changed",
    "settle_conflict",
    "clock_corrected",
    "adjusted",
];

/// Every error code, reason, action, outcome and event kind seen in answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// As `error invalid_call`, `reason in_flight`, `action warn`, `outcome settled`, `event expired`.
    pub seen: BTreeSet<String>,
    /// Steps run.
    pub steps: usize,
}

impl Coverage {
    /// Notes one answer.
    pub fn note(&mut self, answer: &Value) {
        self.steps += 1;
        for (key, name) in
            [("error", "error"), ("reason", "reason"), ("action", "action"), ("outcome", "outcome")]
        {
            if let Some(value) = answer.get(key).and_then(Value::as_str) {
                self.seen.insert(format!("{name} {value}"));
            }
        }
        for event in answer.as_array().into_iter().flatten() {
            if let Some(kind) = event.get("kind").and_then(Value::as_str) {
                self.seen.insert(format!("event {kind}"));
            }
        }
    }

    /// Adds another run to this one.
    pub fn add(&mut self, other: Coverage) {
        self.steps += other.steps;
        self.seen.extend(other.seen);
    }

    /// What the catalogue has and no answer had. Out of reach of one engine in memory and so left
    /// out: `invalid_snapshot`, `unavailable`, `degraded`, `overflow`.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let lists: [(&str, &[&str]); 5] = [
            ("error", &ERRORS),
            ("reason", &REASONS),
            ("action", &ACTIONS),
            ("outcome", &OUTCOMES),
            ("event", &KINDS),
        ];
        let all = lists.into_iter().flat_map(|(name, list)| list.iter().map(move |v| format!("{name} {v}")));
        all.filter(|key| !self.seen.contains(key)).collect()
    }
}
