//! The format of vector files as a JSON Schema, made from the keys that the runner itself reads.

use crate::step::{self, COMMANDS};
use crate::vector;
use serde_json::{Map, Value, json};

/// Where the schema of a policy document lies, seen from this one.
const POLICY: &str = "policy.schema.json";

/// The JSON Schema (draft 2020-12) of a file of vectors. It refers to the schema of a policy document as
/// `policy.schema.json`, which lies beside it.
///
/// What a command takes is not said: vectors also pin what is refused.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Spendgate conformance vectors",
        "description": "One vector or a list of them.",
        "if": {"type": "array"},
        "then": {"items": {"$ref": "#/$defs/vector"}},
        "else": {"$ref": "#/$defs/vector"},
        "$defs": {"vector": vector(), "step": step()},
    })
}

fn vector() -> Value {
    json!({
        "description": "A scenario: commands with their times, each with what must come back.",
        "type": "object",
        "properties": properties(vector::KEYS.into_iter(), vector_key),
        "required": ["name", "steps"],
        "additionalProperties": false,
    })
}

fn vector_key(key: &str) -> Value {
    match key {
        "name" => json!({
            "description": "The rule it pins, in a sentence; unique over all files.",
            "type": "string", "minLength": 1,
        }),
        "prices" => json!({
            "description": "Prices by model, over the built-in table.",
            "type": ["object", "null"],
            "additionalProperties": {"$ref": format!("{POLICY}#/$defs/rates")},
        }),
        "policy" => json!({
            "description": "The policy the engine starts with, as a document or as its JSON text; none allows everything.",
            "if": {"type": ["null", "string"]}, "else": {"$ref": POLICY},
        }),
        "steps" => json!({
            "description": "The commands in order.",
            "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"},
        }),
        "note" => json!({"description": "For readers."}),
        _ => Value::Bool(false),
    }
}

fn step() -> Value {
    let keys = COMMANDS.into_iter().chain(step::KEYS.iter().map(|(key, _)| *key));
    // A key that goes with some commands needs one of them.
    let with: Map<String, Value> = step::KEYS
        .iter()
        .filter(|(_, with)| !with.is_empty())
        .map(|(key, with)| {
            (
                (*key).to_owned(),
                json!({"anyOf": with.iter().map(|c| json!({"required": [c]})).collect::<Value>()}),
            )
        })
        .collect();
    let one = |keys: &[&str]| json!({"oneOf": keys.iter().map(|key| json!({"required": [key]})).collect::<Value>()});
    json!({
        "description": "One command with its time.",
        "type": "object",
        "properties": properties(keys, step_key),
        "additionalProperties": false,
        "allOf": [one(&COMMANDS), one(&["at", "at_ms"])],
        "dependentSchemas": with,
    })
}

fn step_key(key: &str) -> Value {
    let says = match key {
        "at" => {
            return json!({
                "description": "When, as an RFC 3339 time.",
                "type": "string",
                "pattern": r"^[0-9]{4,5}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
            });
        }
        "at_ms" => {
            return json!({
                "description": "When, in milliseconds since 1970.",
                "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX,
            });
        }
        "as" => {
            return json!({"description": "A name for the reservation that comes back.", "type": "string"});
        }
        "reserve" => "Decides about a call and holds its estimate.",
        "preview" => "Decides about a call and holds nothing.",
        "settle" => "Ends a reservation with what the call used.",
        "release" => "Ends a reservation whose call was not made.",
        "record" => "Charges a call that was not reserved.",
        "set_policy" => "Puts a policy in force: a document or its JSON text.",
        "usage" => "Reads the counters that apply to a call.",
        "explain" => "Lists the budgets whose scope fits a call, and why each applies or not.",
        "window" => "Shows the window of a definition that is open.",
        "cost" => "Prices a provider's usage object.",
        "breaker" => "Opens or closes a circuit by hand.",
        "events" => "Takes the events since the last such step.",
        "adjust" => "Corrects what a counter has spent.",
        "expire" => "Ends the holds that are due.",
        "snapshot" => "Lets the engine go on from its own snapshot.",
        "estimate" => "Estimates the tokens of a request from what is known of it.",
        "report" => "Shows what was used since the beginning, by user, tier, feature and model.",
        "metrics" => "Shows the state as text for Prometheus.",
        "expect" => "What must come back: keys that are named, to be equal.",
        "note" => "For readers.",
        "ttl_ms" => "How long the hold lasts, in milliseconds.",
        "actual" => "What the call used.",
        "ok" => "Whether the call succeeded.",
        "latency_ms" => "How long the call took, in milliseconds.",
        "without" => "A reservation whose hold is left aside.",
        "prices" => {
            "The host's price list, in place of the one before: an object, its JSON text, or null for none."
        }
        "by" => "By how much; a leading `-` takes away.",
        "why" => "The reason of an adjustment.",
        _ => return Value::Bool(false),
    };
    json!({"description": says})
}

fn properties<'k>(keys: impl Iterator<Item = &'k str>, property: fn(&str) -> Value) -> Map<String, Value> {
    keys.map(|key| (key.to_owned(), property(key))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_the_runner_takes_is_described() {
        let schema = schema();
        for at in ["/$defs/vector/properties", "/$defs/step/properties"] {
            for (key, property) in schema.pointer(at).unwrap().as_object().unwrap() {
                assert!(property["description"].is_string(), "{at}/{key}: {property}");
            }
        }
    }
}
