//! `estimate`: what is known of a request, as JSON.

use super::input::{amount_of, invalid, kind, object};
use crate::engine::{Engine, Known};
use crate::error::{Error, shown};
use crate::unit::Unit;
use serde_json::{Map, Value, json};

const KEYS: [&str; 11] = [
    "model",
    "provider",
    "feature",
    "mode",
    "input_tokens",
    "input_bytes",
    "images",
    "max_output_tokens",
    "n",
    "output_tokens",
    "output_bytes",
];

/// So many of the keys, the first, are texts; the others are counts.
const TEXTS: usize = 4;

pub(super) fn estimate(engine: &mut Engine, value: &Value, now: i64) -> Result<Value, Error> {
    let asked = object(value, "estimate", &KEYS)?;
    let mut texts = [None; TEXTS];
    for (text, key) in texts.iter_mut().zip(KEYS) {
        *text = self::text(asked, key)?;
    }
    let [model, provider, feature, mode] = texts;
    let worst_case = match mode {
        None | Some("auto") => false,
        Some("worst_case") => true,
        Some(other) => {
            let message = format!("`{}` is not a mode; known are auto, worst_case", shown(other));
            return Err(invalid("estimate.mode", message));
        }
    };
    let mut counts = [None; KEYS.len() - TEXTS];
    for (count, key) in counts.iter_mut().zip(KEYS.iter().skip(TEXTS)) {
        *count = self::count(asked, key)?;
    }
    let [input_tokens, input_bytes, images, max_output_tokens, choices, output_tokens, output_bytes] = counts;
    let known = Known {
        model,
        provider,
        feature,
        worst_case,
        input_tokens,
        input_bytes: input_bytes.unwrap_or(0),
        images: images.unwrap_or(0),
        max_output_tokens,
        choices: choices.unwrap_or(1),
        output_tokens,
        output_bytes,
    };
    let expected = engine.estimate_tokens(&known, now)?;
    Ok(json!({
        "input_tokens": expected.input_tokens.to_string(),
        "output_tokens": expected.output_tokens.to_string(),
    }))
}

fn text<'v>(asked: &'v Map<String, Value>, key: &str) -> Result<Option<&'v str>, Error> {
    match asked.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            Err(invalid(&format!("estimate.{key}"), format!("has to be a string, is {}", kind(other))))
        }
    }
}

fn count(asked: &Map<String, Value>, key: &str) -> Result<Option<i64>, Error> {
    let Some(value) = asked.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let path = format!("estimate.{key}");
    match amount_of(value, &path, Unit::Tokens)? {
        Some(count) => Ok(Some(count)),
        None => Err(Error::InvalidAmount { path, message: format!("`{value}` is below zero") }),
    }
}
