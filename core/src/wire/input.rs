//! From JSON to commands: unknown keys, wrong types and malformed amounts are refused by name.

use crate::amount::{self, AmountError};
use crate::call::{Actual, Call, Estimate, Report};
use crate::dimension::Dimension;
use crate::error::{Error, shown};
use crate::json;
use crate::pricing::{TokenUsage, UsageError};
use crate::unit::Unit;
use serde_json::{Map, Value};

pub(super) fn invalid(path: &str, message: impl Into<String>) -> Error {
    Error::InvalidCall { path: path.to_owned(), message: message.into() }
}

/// What a value is, for a message.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

pub(super) fn object<'v>(
    value: &'v Value,
    path: &str,
    keys: &[&str],
) -> Result<&'v Map<String, Value>, Error> {
    let Value::Object(object) = value else {
        return Err(invalid(path, format!("has to be an object, is {}", kind(value))));
    };
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(object),
        Some(key) => {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            Err(invalid(&path, format!("`{}` is not a key here; known are {}", shown(key), keys.join(", "))))
        }
    }
}

/// A member that is a string, where it is there.
pub(super) fn text<'v>(object: &'v Map<String, Value>, key: &str) -> Result<Option<&'v str>, Error> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(invalid(key, format!("has to be a string, is {}", kind(other)))),
    }
}

/// A whole number of milliseconds, where it is there.
pub(super) fn milliseconds(object: &Map<String, Value>, key: &str) -> Result<Option<i64>, Error> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(value) => Ok(Some(value)),
            None => amount::from_number(number, Unit::Requests)
                .map(Some)
                .map_err(|error| invalid(key, format!("`{number}` {error}"))),
        },
        Some(other) => Err(invalid(key, format!("has to be a number, is {}", kind(other)))),
    }
}

/// A call, with attributes and estimate.
pub(super) fn call(value: &Value) -> Result<Call<'_>, Error> {
    call_with(value, &[])
}

/// A call in an object that may have `more` keys.
pub(super) fn call_with<'v>(value: &'v Value, more: &[&str]) -> Result<Call<'v>, Error> {
    const KEYS: [&str; 8] = ["user", "tier", "org", "feature", "session", "provider", "model", "estimate"];
    let keys: Vec<&str> = KEYS.iter().chain(more).copied().collect();
    let object = object(value, "", &keys)?;
    let mut call = Call::default();
    for dimension in Dimension::ALL {
        let value = text(object, dimension.as_str())?;
        match dimension {
            Dimension::User => call.user = value,
            Dimension::Tier => call.tier = value,
            Dimension::Org => call.org = value,
            Dimension::Feature => call.feature = value,
            Dimension::Session => call.session = value,
            Dimension::Provider => call.provider = value,
            Dimension::Model => call.model = value,
            Dimension::Global => {}
        }
    }
    if let Some(value) = object.get("estimate").filter(|v| !v.is_null()) {
        call.estimate = estimate(value)?;
    }
    Ok(call)
}

fn estimate(value: &Value) -> Result<Estimate, Error> {
    let object = object(value, "estimate", &["usd", "tokens", "input_tokens", "output_tokens"])?;
    let read = |key: &str, unit| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match amount_of(value, &format!("estimate.{key}"), unit)? {
            Some(amount) => Ok(Some(amount)),
            None => Err(Error::InvalidAmount {
                path: format!("estimate.{key}"),
                message: format!("`{}` is below zero", json::text(value)),
            }),
        },
    };
    Ok(Estimate {
        usd: read("usd", Unit::Usd)?,
        tokens: read("tokens", Unit::Tokens)?,
        input_tokens: read("input_tokens", Unit::InputTokens)?,
        output_tokens: read("output_tokens", Unit::OutputTokens)?,
    })
}

/// An amount; `None` for a number below zero.
pub(super) fn amount_of(value: &Value, path: &str, unit: Unit) -> Result<Option<i64>, Error> {
    let read = match value {
        Value::String(text) => amount::parse(text, unit),
        Value::Number(number) => amount::from_number(number, unit),
        other => return Err(invalid(path, format!("has to be an amount, is {}", kind(other)))),
    };
    match read {
        Ok(amount) => Ok(Some(amount)),
        Err(AmountError::Negative) => Ok(None),
        Err(error) => {
            let shown = value.as_str().map_or_else(|| json::text(value), |s| shown(s).to_string());
            Err(Error::InvalidAmount { path: path.to_owned(), message: format!("`{shown}` {error}") })
        }
    }
}

/// An actual. A negative number anywhere makes it bad usage, which is no error.
pub(super) fn actual(value: Option<&Value>) -> Result<Actual, Error> {
    let mut actual = Actual::default();
    let Some(value) = value.filter(|v| !v.is_null()) else { return Ok(actual) };
    let object = object(value, "actual", &["usd", "tokens", "input_tokens", "output_tokens", "usage"])?;
    let mut bad = false;
    let mut read = |key: &str, unit| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let read = amount_of(value, &format!("actual.{key}"), unit)?;
            bad |= read.is_none();
            Ok(read)
        }
    };
    actual.usd = read("usd", Unit::Usd)?;
    actual.tokens = read("tokens", Unit::Tokens)?;
    actual.input_tokens = read("input_tokens", Unit::InputTokens)?;
    actual.output_tokens = read("output_tokens", Unit::OutputTokens)?;
    if let Some(value) = object.get("usage").filter(|v| !v.is_null()) {
        match usage(value, "actual.usage")? {
            Some(usage) => actual.usage = Some(usage),
            None => bad = true,
        }
    }
    actual.bad = bad;
    Ok(actual)
}

/// A provider's usage object; `None` when it is below zero somewhere.
pub(super) fn usage(value: &Value, path: &str) -> Result<Option<TokenUsage>, Error> {
    match TokenUsage::from_provider(value) {
        Ok(usage) => Ok(Some(usage)),
        Err(UsageError::Negative { .. }) => Ok(None),
        Err(UsageError::Malformed { path: key, message }) => {
            let path = if key.is_empty() { path.to_owned() } else { format!("{path}.{key}") };
            Err(Error::InvalidAmount { path, message })
        }
    }
}

/// How the call ended, from the command's own keys.
pub(super) fn report(step: &Map<String, Value>) -> Result<Report, Error> {
    let ok = match step.get("ok") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(ok)) => Some(*ok),
        Some(other) => return Err(invalid("ok", format!("has to be true or false, is {}", kind(other)))),
    };
    let latency_ms = milliseconds(step, "latency_ms")?;
    match latency_ms {
        Some(latency) if latency < 0 => Err(invalid("latency_ms", format!("`{latency}` is below zero"))),
        _ => Ok(Report { ok, latency_ms }),
    }
}

/// An adjustment: an amount that may carry a `-`.
pub(super) fn signed(value: Option<&Value>, unit: Unit) -> Result<i64, Error> {
    let refuse = |message: String| Error::InvalidAmount { path: "by".to_owned(), message };
    let text = match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(refuse("has to be an amount, with a leading `-` to take away".to_owned())),
    };
    let (negative, magnitude) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let read = match value {
        Some(Value::Number(_)) => amount::parse_number(magnitude, unit),
        _ => amount::parse(magnitude, unit),
    };
    let amount = read.map_err(|error| refuse(format!("`{}` {error}", shown(&text))))?;
    Ok(if negative { amount.saturating_neg() } else { amount })
}
