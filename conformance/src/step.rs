//! The form of one step: exactly one command, a time, and only known keys.

use crate::instant;
use serde_json::{Map, Value};

/// Every command of the format.
pub const COMMANDS: [&str; 18] = [
    "reserve",
    "preview",
    "settle",
    "release",
    "record",
    "set_policy",
    "usage",
    "explain",
    "window",
    "cost",
    "breaker",
    "events",
    "adjust",
    "expire",
    "snapshot",
    "estimate",
    "report",
    "metrics",
];

/// The keys a step may have besides its command, and the commands they go with (all when empty).
pub(crate) const KEYS: [(&str, &[&str]); 13] = [
    ("at", &[]),
    ("at_ms", &[]),
    ("expect", &[]),
    ("note", &[]),
    ("as", &["reserve"]),
    ("ttl_ms", &["reserve"]),
    ("actual", &["settle", "record"]),
    ("ok", &["settle", "release"]),
    ("latency_ms", &["settle", "release"]),
    ("without", &["preview"]),
    ("prices", &["set_policy"]),
    ("by", &["adjust"]),
    ("why", &["adjust"]),
];

/// One step, checked.
pub(crate) struct Step {
    /// The command and what belongs to it, `at_ms` filled in.
    pub(crate) command: Map<String, Value>,
    /// The command's key.
    pub(crate) kind: &'static str,
    /// The name for the reservation.
    pub(crate) name: Option<String>,
    /// What must come back; `None`: anything but an error.
    pub(crate) expect: Option<Value>,
    /// Epoch milliseconds.
    pub(crate) at_ms: i64,
}

/// Checks a step; the error says in words what is wrong with it.
pub(crate) fn read(value: &Value) -> Result<Step, String> {
    let object = value.as_object().ok_or("a step that is not an object")?;
    let mut commands = COMMANDS.into_iter().filter(|c| object.contains_key(*c));
    let kind = match (commands.next(), commands.next()) {
        (Some(kind), None) => kind,
        (None, _) => return Err("a step without a command".to_owned()),
        (Some(a), Some(b)) => return Err(format!("two commands, `{a}` and `{b}`")),
    };
    for key in object.keys().filter(|key| *key != kind) {
        let known = KEYS.iter().find(|(name, _)| name == key);
        let (_, with) = known.ok_or_else(|| format!("an unknown key `{key}`"))?;
        if !with.is_empty() && !with.contains(&kind) {
            return Err(format!("the key `{key}` with the command `{kind}`"));
        }
    }
    let at_ms = time(object)?;
    let name = match object.get("as") {
        None => None,
        Some(Value::String(name)) => Some(name.clone()),
        Some(other) => return Err(format!("the name {other}")),
    };
    let mut command = object.clone();
    command.retain(|key, _| !matches!(key.as_str(), "at" | "as" | "expect" | "note"));
    command.insert("at_ms".to_owned(), at_ms.into());
    let expect = object.get("expect").cloned();
    Ok(Step { command, kind, name, expect, at_ms })
}

fn time(object: &Map<String, Value>) -> Result<i64, String> {
    match (object.get("at"), object.get("at_ms")) {
        (Some(Value::String(text)), None) => {
            instant::parse(text).ok_or_else(|| format!("`at` that is not a time: `{text}`"))
        }
        (None, Some(number)) => {
            number.as_i64().ok_or_else(|| format!("`at_ms` that is not a whole number: {number}"))
        }
        (None, None) => Err("a step without a time".to_owned()),
        _ => Err("`at` that is not a text, or both `at` and `at_ms`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_is_stripped_to_its_command() {
        let step =
            read(&json!({"at": "1970-01-01T00:00:01Z", "reserve": {"user": "u"}, "as": "r", "ttl_ms": 5,
            "note": "why", "expect": {"allowed": true}}))
            .unwrap();
        assert_eq!(
            Value::Object(step.command),
            json!({"at_ms": 1000, "reserve": {"user": "u"}, "ttl_ms": 5})
        );
        assert_eq!((step.kind, step.name.as_deref(), step.at_ms), ("reserve", Some("r"), 1000));
    }

    #[test]
    fn malformed_steps_are_named() {
        for (step, why) in [
            (json!(5), "a step that is not an object"),
            (json!({"at_ms": 0}), "a step without a command"),
            (json!({"at_ms": 0, "settle": "a", "release": "a"}), "two commands, `settle` and `release`"),
            (json!({"at_ms": 0, "events": true, "exept": []}), "an unknown key `exept`"),
            (json!({"at_ms": 0, "preview": {}, "as": "r"}), "the key `as` with the command `preview`"),
            (json!({"events": true}), "a step without a time"),
            (json!({"at": "noon", "events": true}), "`at` that is not a time: `noon`"),
            (json!({"at_ms": 0.5, "events": true}), "`at_ms` that is not a whole number: 0.5"),
            (json!({"at_ms": 0, "reserve": {}, "as": 1}), "the name 1"),
        ] {
            assert_eq!(read(&step).map(|s| s.at_ms), Err(why.to_owned()));
        }
    }
}
