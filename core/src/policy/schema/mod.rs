//! The policy document as a JSON Schema, made from the keys and words that the parser itself reads.
//!
//! It says what a document may look like. What only the parser can know stays with it: whether a time zone exists, a
//! downgrade is cheaper, steps rise, ids are unique, an amount fits. A key that the parser takes and nothing here
//! describes becomes `false`, which takes nothing; a test sees that.

mod breakers;
mod budgets;
mod values;

use super::document::{self, VERSION_MAX};
use super::settings;
use crate::window::{Weekday, Zone};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of a policy document, with descriptions and defaults.
#[must_use]
pub fn schema() -> Value {
    let mut schema = object(
        "Budgets, circuit breakers and prices of one application. Every key is optional.",
        &document::KEYS,
        &[],
        property,
    );
    put(&mut schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    put(&mut schema, "title", "Spendgate policy");
    put(&mut schema, "$defs", definitions());
    schema
}

fn definitions() -> Value {
    let mut all = Map::new();
    for (name, definition) in
        values::definitions().into_iter().chain(budgets::definitions()).chain(breakers::definitions())
    {
        all.insert(name.to_owned(), definition);
    }
    Value::Object(all)
}

fn property(key: &str) -> Value {
    match key {
        "version" => json!({
            "description": "Rises with each change; a document with a lower version than the one in force is refused.",
            "type": "integer", "minimum": 0, "maximum": VERSION_MAX, "default": 0,
        }),
        "timezone" => {
            with_default(said("timezone", "Where days, weeks and months begin."), Zone::utc().name())
        }
        "week_start" => with_default(said("weekday", "The day weeks begin on."), Weekday::Monday.as_str()),
        "budgets" => json!({
            "description": "The budgets; which of them decide about a call follows from their scopes.",
            "type": "array", "items": reference("budget"), "default": [],
        }),
        "breakers" => json!({
            "description": "The circuit breakers.",
            "type": "array", "items": reference("breaker"), "default": [],
        }),
        "downgrades" => json!({
            "description": "From a model to its cheaper sibling at the same provider. Left out: the built-in map; empty: none.",
            "type": "object", "propertyNames": reference("id"), "additionalProperties": reference("id"),
        }),
        "prices" => json!({
            "description": "Prices by model, over the built-in table.",
            "type": "object", "propertyNames": reference("id"), "additionalProperties": reference("rates"), "default": {},
        }),
        "on_unpriced" => json!({
            "description": "What happens to a call whose price is unknown: it is made, refused, or priced at a rate.",
            "anyOf": [
                words(settings::UNPRICED.map(|(word, _)| word)),
                object("", &settings::UNPRICED_KEYS, &settings::UNPRICED_KEYS, |key| match key {
                    "usd_per_mtok" => said("rates", "The rate that stands in for the price."),
                    _ => Value::Bool(false),
                }),
            ],
            "default": default_word(&settings::UNPRICED, &false),
        }),
        "on_missing_user" => {
            let choices = words(settings::MISSING_USER.map(|(word, _)| word));
            let says = "What happens to a call without a user: such calls share one counter, budgets of users do not apply, \
                        or it is refused.";
            with_default(
                describe(choices, says),
                default_word(&settings::MISSING_USER, &settings::MissingUser::default()),
            )
        }
        "default_estimate" => said("estimate", "The estimate of a call that has none."),
        _ => Value::Bool(false),
    }
}

/// An object of just these keys.
fn object(says: &str, keys: &[&str], required: &[&str], property: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), property(key))).collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        put(&mut schema, "required", required);
    }
    if says.is_empty() { schema } else { describe(schema, says) }
}

/// An object of exactly one of these keys.
fn one_of(says: &str, keys: &[&str], property: impl Fn(&str) -> Value) -> Value {
    let mut schema = object(says, keys, &[], property);
    put(&mut schema, "minProperties", 1);
    put(&mut schema, "maxProperties", 1);
    schema
}

fn reference(definition: &str) -> Value {
    json!({"$ref": format!("#/$defs/{definition}")})
}

/// A value of a definition, described for its place.
fn said(definition: &str, says: &str) -> Value {
    describe(reference(definition), says)
}

/// One member more.
fn put(schema: &mut Value, key: &str, value: impl Into<Value>) {
    if let Value::Object(members) = schema {
        members.insert(key.to_owned(), value.into());
    }
}

fn describe(mut schema: Value, says: &str) -> Value {
    put(&mut schema, "description", says);
    schema
}

fn with_default(mut schema: Value, default: impl Into<Value>) -> Value {
    put(&mut schema, "default", default);
    schema
}

fn words<const N: usize>(words: [&str; N]) -> Value {
    json!({"enum": words.as_slice()})
}

/// The word of a list of choices that stands for `value`.
fn default_word<T: PartialEq>(choices: &[(&'static str, T)], value: &T) -> Option<&'static str> {
    choices.iter().find(|(_, of)| of == value).map(|(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every object schema inside, with the path to it.
    fn objects<'s>(schema: &'s Value, at: &str, found: &mut Vec<(String, &'s Map<String, Value>)>) {
        match schema {
            Value::Object(members) => {
                if let Some(Value::Object(properties)) = members.get("properties") {
                    found.push((at.to_owned(), properties));
                }
                members.iter().for_each(|(key, value)| objects(value, &format!("{at}/{key}"), found));
            }
            Value::Array(items) => items.iter().for_each(|item| objects(item, at, found)),
            _ => {}
        }
    }

    #[test]
    fn every_key_of_every_object_is_described() {
        let schema = schema();
        let mut found = Vec::new();
        objects(&schema, "", &mut found);
        assert!(found.len() > 15, "only {} objects", found.len());
        for (at, properties) in found {
            for (key, property) in properties {
                let described =
                    property.get("description").is_some_and(|d| d.as_str().is_some_and(|d| d.len() > 5));
                assert!(described, "{at}/{key}: {property}");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = schema().to_string();
        let mut referred = 0;
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(schema().pointer(pointer).is_some(), "{pointer}");
            referred += 1;
        }
        assert!(referred > 30, "{referred}");
    }
}
