//! Python values as JSON values and back: None, bool, int, float, str, Decimal, list, tuple and dict.

use crate::amounts::decimal_text;
use crate::refusal::Refusal;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde_json::{Map, Number, Value};
use spendgate_core::amount::{self, AmountError};
use spendgate_core::dimension::Dimension;
use spendgate_core::error::Error;
use spendgate_core::unit::Unit;
use std::fmt;

/// The most levels of lists and dicts, as for JSON text.
const DEPTH_MAX: usize = 127;

/// What a value is part of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum About {
    Policy,
    Command,
}

/// Where a value stands, for the path of a refusal.
pub(crate) struct Place<'a> {
    about: About,
    depth: usize,
    above: Option<(&'a Place<'a>, Step<'a>)>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(crate) const fn root(about: About) -> Place<'a> {
        Place { about, depth: 0, above: None }
    }

    pub(crate) fn key(&'a self, key: &'a str) -> Place<'a> {
        self.below(Step::Key(key))
    }

    fn below(&'a self, step: Step<'a>) -> Place<'a> {
        Place { about: self.about, depth: self.depth.saturating_add(1), above: Some((self, step)) }
    }

    #[cold]
    fn refuse(&self, fault: Fault, message: String) -> Refusal {
        let path = self.to_string();
        let is_text =
            ["model", "provider", "feature", "mode"].iter().any(|key| path == format!("estimate.{key}"));
        let is_count = !is_text && ["estimate.", "actual."].iter().any(|start| path.starts_with(start));
        let is_amount = is_count || path == "by";
        let is_id = Dimension::ALL.iter().any(|dimension| dimension.as_str() == path);
        let error = match (self.about, fault) {
            (About::Policy, _) => Error::InvalidPolicy { path, message },
            _ if path == "at_ms" => Error::InvalidTime { message: format!("at_ms: {message}") },
            (_, Fault::Number | Fault::Text) if is_amount => Error::InvalidAmount { path, message },
            (_, Fault::Text) if is_id => Error::InvalidId { path, message },
            _ => Error::InvalidCall { path, message },
        };
        error.into()
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((above, step)) = &self.above else { return Ok(()) };
        above.fmt(f)?;
        match step {
            Step::Key(key) if above.above.is_none() => f.write_str(key),
            Step::Key(key) => write!(f, ".{key}"),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// What JSON cannot say.
#[derive(Clone, Copy)]
enum Fault {
    Number,
    Text,
    Other,
}

/// The JSON value of a Python value.
pub(crate) fn read(given: &Bound<'_, PyAny>, place: &Place<'_>) -> Result<Value, Refusal> {
    if place.depth > DEPTH_MAX {
        return Err(place.refuse(Fault::Other, "is nested too deeply".to_owned()));
    }
    if given.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(text) = given.cast::<PyString>() {
        return read_text(text, place).map(Value::from);
    }
    if let Ok(flag) = given.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if given.is_instance_of::<PyInt>() || given.is_instance_of::<PyFloat>() {
        return number(given, place);
    }
    if let Ok(dict) = given.cast::<PyDict>() {
        return read_dict(dict, place);
    }
    if let Ok(list) = given.cast::<PyList>() {
        return items(list.iter(), place);
    }
    if let Ok(tuple) = given.cast::<PyTuple>() {
        return items(tuple.iter(), place);
    }
    match decimal_text(given) {
        Some(text) => Ok(decimal(text)),
        None => Err(place.refuse(Fault::Other, format!("has to be a JSON value, is {}", type_of(given)))),
    }
}

fn items<'py>(list: impl Iterator<Item = Bound<'py, PyAny>>, place: &Place<'_>) -> Result<Value, Refusal> {
    let item = |(index, item): (usize, Bound<'py, PyAny>)| read(&item, &place.below(Step::Index(index)));
    list.enumerate().map(item).collect()
}

fn read_dict(dict: &Bound<'_, PyDict>, place: &Place<'_>) -> Result<Value, Refusal> {
    let mut object = Map::new();
    for (key, value) in dict {
        let key = self::key(&key, place)?;
        let value = read(&value, &place.key(&key))?;
        object.insert(key, value);
    }
    Ok(Value::Object(object))
}

/// A key of a dict.
pub(crate) fn key(key: &Bound<'_, PyAny>, place: &Place<'_>) -> Result<String, Refusal> {
    match key.cast::<PyString>() {
        Ok(key) => read_text(key, place),
        Err(_) => Err(place.refuse(Fault::Other, format!("a key has to be a string, is {}", type_of(key)))),
    }
}

pub(crate) fn read_text(text: &Bound<'_, PyString>, place: &Place<'_>) -> Result<String, Refusal> {
    match text.to_str() {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(place.refuse(Fault::Text, "has a lone surrogate, so it is no UTF-8".to_owned())),
    }
}

/// A whole number exactly while JSON has it so, from there on as JSON text is read: as a float.
fn number(given: &Bound<'_, PyAny>, place: &Place<'_>) -> Result<Value, Refusal> {
    if given.is_instance_of::<PyInt>() {
        if let Ok(number) = given.extract::<i64>() {
            return Ok(number.into());
        }
        if let Ok(number) = given.extract::<u64>() {
            return Ok(number.into());
        }
    }
    let float = given.extract::<f64>().ok();
    let number = float.and_then(Number::from_f64).map(Value::Number);
    number.ok_or_else(|| match float {
        Some(float) => place.refuse(Fault::Number, format!("`{float}` is not a decimal amount")),
        None => place.refuse(Fault::Number, "is larger than any number".to_owned()),
    })
}

/// A Decimal stands for an amount: the text of one, and what is none for the core to refuse.
fn decimal(text: String) -> Value {
    match amount::parse_number(&text, Unit::Usd) {
        Ok(nanos) => amount::format(nanos, Unit::Usd).into(),
        Err(AmountError::Negative) => {
            text.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::from)
        }
        Err(_) => text.into(),
    }
}

/// The name of an object's type, for a message.
pub(crate) fn type_of(given: &Bound<'_, PyAny>) -> String {
    given.get_type().name().map_or_else(|_| "an object".to_owned(), |name| format!("`{name}`"))
}

/// The Python value of a JSON value.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(flag) => flag.into_bound_py_any(py),
        Value::String(text) => text.into_bound_py_any(py),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into_bound_py_any(py),
            (None, Some(number)) => number.into_bound_py_any(py),
            (None, None) => number.as_f64().into_bound_py_any(py),
        },
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(to_python(py, item)?)?;
            }
            list.into_bound_py_any(py)
        }
        Value::Object(object) => {
            let dict = PyDict::new(py);
            for (key, value) in object {
                dict.set_item(key, to_python(py, value)?)?;
            }
            dict.into_bound_py_any(py)
        }
    }
}
