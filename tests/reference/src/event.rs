//! Events (§8, R21, R38). An absent key is null.

use crate::amount::show;
use crate::call::Call;
use crate::hold::Hold;
use crate::model::Model;
use serde_json::{Map, Value, json};
use spendgate_conformance::instant;

/// The budget an event names, and what its counter says.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) budget: String,
    pub(crate) unit: &'static str,
    pub(crate) spent: i128,
    pub(crate) limit: Option<i128>,
    pub(crate) window: (i64, i64),
}

/// `{start, end}` as times.
pub(crate) fn span_value((start, end): (i64, i64)) -> Value {
    json!({"start": instant::format(start), "end": instant::format(end)})
}

impl Model {
    /// Adds an event; `model` is the one called, or asked for where none is.
    pub(crate) fn event(
        &mut self,
        kind: &str,
        at: i64,
        who: Option<(&Call, Option<&str>)>,
        about: Option<&About>,
        more: &[(&str, Value)],
    ) {
        let mut event = Map::new();
        let mut put = |key: &str, value: Value| {
            if !value.is_null() {
                event.insert(key.to_owned(), value);
            }
        };
        put("kind", json!(kind));
        put("at", json!(instant::format(at)));
        if let Some((call, model)) = who {
            for key in ["user", "tier", "feature"] {
                put(key, json!(call.get(key)));
            }
            put("model", json!(model));
        }
        if let Some(about) = about {
            put("budget", json!(about.budget));
            put("unit", json!(about.unit));
            put("spent", show(about.spent, about.unit));
            put("limit", about.limit.map_or(Value::Null, |l| show(l, about.unit)));
            put("window", span_value(about.window));
        }
        for (key, value) in more {
            put(key, value.clone());
        }
        self.events.push(Value::Object(event));
    }

    /// R22: an event about a reservation's money names the decision's budget at reserve time, in
    /// the window of the reserve; the limit is the one in force now.
    pub(crate) fn hold_event(&mut self, kind: &str, at: i64, hold: &Hold, more: &[(&str, Value)]) {
        let about = hold.budget.as_ref().map(|(id, key)| {
            let rolling = key.window.kind() == "rolling";
            let reading = self.book.read(key, if rolling { at } else { hold.created });
            About {
                budget: id.clone(),
                unit: key.unit,
                spent: reading.spent,
                limit: self.policy.budget(id).filter(|b| b.unit == key.unit).map(|b| b.limit),
                window: (reading.start, reading.end),
            }
        });
        self.event(kind, at, Some((&hold.call, hold.called.as_deref())), about.as_ref(), more);
    }
}
