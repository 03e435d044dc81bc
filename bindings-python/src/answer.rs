//! Answers as JSON values, made when somebody looks.

use crate::refusal::Refusal;
use crate::values::to_python;
use pyo3::prelude::*;
use serde_json::Value;
use spendgate_core::error::Error;

/// One member as a Python value; None where there is none.
pub(crate) fn member<'py>(py: Python<'py>, answer: &Value, key: &str) -> PyResult<Bound<'py, PyAny>> {
    to_python(py, answer.get(key).unwrap_or(&Value::Null))
}

/// `Name(key=value, …)`.
pub(crate) fn repr(py: Python<'_>, name: &str, answer: &Value) -> PyResult<String> {
    let mut shown = Vec::new();
    for (key, value) in answer.as_object().into_iter().flatten() {
        shown.push(format!("{key}={}", to_python(py, value)?.repr()?.to_str()?));
    }
    Ok(format!("{name}({})", shown.join(", ")))
}

/// Reads an answer back from its text: an object with each of `keys`, and no other but `more`.
pub(crate) fn parse(text: &str, keys: &[&str], more: &[&str]) -> Result<Value, Refusal> {
    let refuse = |message: String| Error::InvalidCall { path: String::new(), message };
    let value: Value = serde_json::from_str(text).map_err(|error| refuse(format!("is not JSON: {error}")))?;
    let is_whole = value.as_object().is_some_and(|object| {
        keys.iter().all(|key| object.contains_key(*key))
            && object.keys().all(|key| keys.contains(&key.as_str()) || more.contains(&key.as_str()))
    });
    if is_whole { Ok(value) } else { Err(refuse(format!("has to have the keys {}", keys.join(", "))).into()) }
}
