//! Calls, estimates and actual amounts as they come in (§1, R1, R2, R19, R34).

use crate::amount::{Amounts, Bad, TOP, UNITS, read, unit};
use crate::refusal::Refusal;
use crate::usage::{self, Tokens};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The attributes a call may have, as the layers name them.
pub(crate) const ATTRIBUTES: [&str; 7] = ["user", "tier", "org", "feature", "session", "provider", "model"];

/// A call: its attributes by name, and its estimate as given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    pub(crate) attributes: BTreeMap<&'static str, String>,
    /// The units the estimate names; empty is no estimate.
    pub(crate) estimate: Amounts,
}

impl Call {
    /// An attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// R1: what an id may not be.
pub(crate) fn check_id(id: &str) -> Result<(), ()> {
    let refused = |c: char| {
        c.is_control()
            || ['\u{61c}', '\u{180e}', '\u{feff}'].contains(&c)
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2060}'..='\u{206f}').contains(&c)
    };
    if id.is_empty() || id.len() > 256 || id.chars().any(refused) { Err(()) } else { Ok(()) }
}

/// Reads a call; `extra` are keys a command adds to it.
pub(crate) fn read_call(value: &Value, extra: &[&str]) -> Result<Call, Refusal> {
    let object = value.as_object().ok_or_else(|| Refusal::at("invalid_call", "", "is not an object"))?;
    let mut call = Call::default();
    for (key, value) in object {
        if value.is_null() || extra.contains(&key.as_str()) {
            continue;
        }
        if key == "estimate" {
            call.estimate = read_estimate(value, "estimate")?;
            continue;
        }
        let Some(name) = ATTRIBUTES.into_iter().find(|a| a == key) else {
            return Err(Refusal::at("invalid_call", key, "is not a key of a call"));
        };
        let id = value.as_str().ok_or_else(|| Refusal::at("invalid_call", key, "is not a text"))?;
        check_id(id).map_err(|()| Refusal::at("invalid_id", key, "is not an id"))?;
        call.attributes.insert(name, id.to_owned());
    }
    Ok(call)
}

/// Reads an estimate: the units it names.
pub(crate) fn read_estimate(value: &Value, path: &str) -> Result<Amounts, Refusal> {
    let object = value.as_object().ok_or_else(|| Refusal::at("invalid_call", path, "is not an object"))?;
    read_amounts(object, path, &[])
}

fn read_amounts(object: &Map<String, Value>, path: &str, skip: &[&str]) -> Result<Amounts, Refusal> {
    let mut amounts = Amounts::new();
    let unknown = |key: &&String| {
        !skip.contains(&key.as_str()) && unit(key.as_str()).is_none_or(|unit| unit == "requests")
    };
    if let Some(key) = object.keys().find(unknown) {
        return Err(Refusal::at("invalid_call", format!("{path}.{key}"), "is not a known key"));
    }
    // Of several faults the first is named, in the order of the units.
    for unit in UNITS {
        let Some(value) = object.get(unit).filter(|v| !v.is_null()) else { continue };
        let path = format!("{path}.{unit}");
        let amount = read(value, unit).map_err(|bad| match bad {
            Bad::Type => Refusal::at("invalid_call", &path, "is not an amount"),
            Bad::Negative => Refusal::at("invalid_amount", &path, "is below zero"),
            Bad::Amount => Refusal::at("invalid_amount", &path, "is not an amount"),
        })?;
        amounts.insert(unit, amount);
    }
    Ok(amounts)
}

/// R2: one token class given, the other is 0; tokens default to their sum.
pub(crate) fn fill_tokens(amounts: &mut Amounts) {
    let (input, output) = (amounts.get("input_tokens").copied(), amounts.get("output_tokens").copied());
    if input.is_none() && output.is_none() {
        return;
    }
    let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
    amounts.insert("input_tokens", input);
    amounts.insert("output_tokens", output);
    amounts.entry("tokens").or_insert((input + output).min(TOP));
}

/// What a settle or record says of the cost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Actual {
    /// The units it gives.
    pub(crate) amounts: Amounts,
    /// The token classes to price, where it gives any.
    pub(crate) classes: Option<Tokens>,
    /// The output tokens of a provider's own usage object.
    pub(crate) answered: Option<i128>,
    /// R19: a negative number somewhere makes all of it bad.
    pub(crate) bad: bool,
}

/// Reads `actual`: `{usd?, tokens?, input_tokens?, output_tokens?, usage?}`, or nothing.
pub(crate) fn read_actual(value: Option<&Value>) -> Result<Actual, Refusal> {
    let Some(value) = value.filter(|v| !v.is_null()) else { return Ok(Actual::default()) };
    let object =
        value.as_object().ok_or_else(|| Refusal::at("invalid_call", "actual", "is not an object"))?;
    let bad = usage::has_negative(value);
    let cleaned: Map<String, Value> =
        object.iter().filter(|(_, v)| !usage::has_negative(v)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let unknown = |key: &&String| key.as_str() != "usage" && unit(key).is_none_or(|u| u == "requests");
    if let Some(key) = object.keys().find(unknown) {
        return Err(Refusal::at("invalid_call", format!("actual.{key}"), "is not a known key"));
    }
    let mut amounts = read_amounts(&cleaned, "actual", &["usage"])?;
    let (mut classes, mut answered) = (None, None);
    if let Some(usage) = cleaned.get("usage").filter(|u| !u.is_null()) {
        let tokens = usage::normalise(usage, "actual.usage")?;
        amounts.entry("input_tokens").or_insert(tokens.sent());
        amounts.entry("output_tokens").or_insert(tokens.output);
        // An answer that was given up says nothing of how long such answers are.
        answered = (usage.get("partial") != Some(&Value::Bool(true))).then_some(tokens.output);
        classes = Some(tokens);
    }
    fill_tokens(&mut amounts);
    if classes.is_none() && amounts.contains_key("input_tokens") {
        classes = Some(plain(&amounts));
    }
    Ok(if bad { Actual { bad, ..Actual::default() } } else { Actual { amounts, classes, answered, bad } })
}

/// Token counts without cache classes: cached tokens count inside the input (§1).
pub(crate) fn plain(amounts: &Amounts) -> Tokens {
    let get = |unit| amounts.get(unit).copied().unwrap_or(0);
    Tokens { input: get("input_tokens"), output: get("output_tokens"), ..Tokens::default() }
}
