//! Policies and snapshots: long work, done with neither the GIL nor the engine's lock.

use crate::amounts::whole;
use crate::attributes::Given;
use crate::hot::argument;
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::values::{self, About, Place, type_of};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use serde_json::{Map, Value};
use spendgate_core::error::Error;
use spendgate_core::{Engine, Options, wire};
use std::sync::Arc;

/// What a host chooses once.
pub(crate) struct Chosen<'a, 'py> {
    pub(crate) hash_seed: Given<'a, 'py>,
    pub(crate) max_counters: Given<'a, 'py>,
    pub(crate) max_events: Given<'a, 'py>,
    pub(crate) report_rows: Given<'a, 'py>,
}

impl Chosen<'_, '_> {
    fn options(&self) -> Result<Options, Refusal> {
        let mut options = Options::default();
        if let Some(seed) = self.hash_seed {
            options.hash_seed = unsigned(seed, "hash_seed")?;
        }
        if let Some(max) = self.max_counters {
            options.max_counters = unsigned(max, "max_counters")?;
        }
        if let Some(max) = self.max_events {
            options.max_events = unsigned(max, "max_events")?;
        }
        if let Some(rows) = self.report_rows {
            options.report_rows = unsigned(rows, "report_rows")?;
        }
        Ok(options)
    }
}

/// A whole number from 0.
fn unsigned<T: TryFrom<u64>>(given: &Bound<'_, PyAny>, name: &str) -> Result<T, Refusal> {
    let value = argument(name, Some(given))?;
    let read = value.as_u64().and_then(|number| T::try_from(number).ok());
    read.ok_or_else(|| {
        Error::InvalidCall {
            path: name.to_owned(),
            message: format!("`{value}` is not a whole number from 0"),
        }
        .into()
    })
}

/// Epoch milliseconds.
pub(crate) fn time(at_ms: &Bound<'_, PyAny>) -> Result<i64, Refusal> {
    match whole(at_ms) {
        Some(now) => Ok(now),
        None => {
            let value = argument("at_ms", Some(at_ms))?;
            let message = format!("`{value}` is not a time in epoch milliseconds");
            Err(Error::InvalidTime { message }.into())
        }
    }
}

/// A policy document: JSON text, or a dict.
fn document(given: &Bound<'_, PyAny>) -> Result<Value, Refusal> {
    values::read(given, &Place::root(About::Policy))
}

/// A fresh engine.
pub(crate) fn start(
    policy: Given<'_, '_>,
    prices: Given<'_, '_>,
    at_ms: &Bound<'_, PyAny>,
    chosen: &Chosen<'_, '_>,
) -> Result<Shared, Refusal> {
    let options = chosen.options()?;
    let prices = match prices {
        None => Value::Null,
        Some(prices) => price_list(prices)?,
    };
    let policy = policy.map(document).transpose()?;
    let now = time(at_ms)?;
    let engine = at_ms.py().detach(|| wire::start(&prices, policy.as_ref(), now, options))?;
    Ok(Shared::new(engine))
}

/// The price list over the built-in table: a dict, its JSON text, or None.
fn price_list(given: &Bound<'_, PyAny>) -> Result<Value, Refusal> {
    values::read(given, &Place::root(About::Policy).key("prices"))
}

/// Puts a policy in force, with the price list that is given beside it; the steps of `wire`, with the lock given back
/// while they are read.
pub(crate) fn set_policy(
    shared: &Shared,
    given: &Bound<'_, PyAny>,
    prices: Option<&Bound<'_, PyAny>>,
    at_ms: &Bound<'_, PyAny>,
) -> Result<(), Refusal> {
    let (py, place) = match prices {
        None => (at_ms.py(), "Engine.set_policy/locked"),
        Some(_) => (at_ms.py(), "Engine.set_policy_and_prices/locked"),
    };
    let document = document(given);
    let list = prices.map(price_list).transpose();
    let now = time(at_ms)?;
    let (at, before) = shared.locked(py, place, |engine| {
        engine.expire_due(now)?;
        Ok::<_, Error>((engine.latest_ms().unwrap_or(now), engine.options().prices.clone()))
    })?;
    let (list, document) = (list?, document?);
    let read = py.detach(|| wire::read_policy(&document, list.as_ref(), &before, at));
    shared.locked(py, place, |engine| match read {
        Ok((policy, prices)) => engine.set_policy_and_prices(policy, prices, now),
        Err(error) => Err(engine.reject(error, at)),
    })?;
    Ok(())
}

/// Goes on from a snapshot, with the policy in force.
pub(crate) fn restore(shared: &Shared, snapshot: &Bound<'_, PyAny>) -> Result<(), Refusal> {
    let (py, place) = (snapshot.py(), "Engine.restore/locked");
    let Ok(bytes) = snapshot.cast::<PyBytes>() else {
        let message = format!("has to be bytes, is {}", type_of(snapshot));
        return Err(Error::InvalidSnapshot { message }.into());
    };
    let (policy, options) =
        shared.locked(py, place, |engine| (Arc::clone(engine.policy()), engine.options().clone()));
    let bytes = bytes.as_bytes();
    let restored = py.detach(|| Engine::restore(bytes, policy, options))?;
    let before = shared.locked(py, place, |engine| std::mem::replace(engine, restored));
    py.detach(|| drop(before));
    Ok(())
}

/// Runs a command given as JSON text; a refusal is an answer too.
pub(crate) fn command(shared: &Shared, given: &Bound<'_, PyAny>) -> String {
    match text(given) {
        Ok(text) => {
            let py = given.py();
            shared.locked(py, "Engine.command/locked", |engine| wire::step_text(engine, &text))
        }
        Err(refusal) => refusal.to_answer().to_string(),
    }
}

/// A str that is to be read as JSON.
pub(crate) fn text(given: &Bound<'_, PyAny>) -> Result<String, Refusal> {
    match given.cast::<PyString>() {
        Ok(text) => values::read_text(text, &Place::root(About::Command)),
        Err(_) => {
            let message = format!("has to be JSON text, is {}", type_of(given));
            Err(Error::InvalidCall { path: String::new(), message }.into())
        }
    }
}

/// A step and its time.
pub(crate) fn step<'py>(given: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Result<Value, Refusal>)> {
    let none = given.py().None().into_bound(given.py());
    match given.cast::<PyDict>() {
        Ok(dict) => Ok((dict.get_item("at_ms")?.unwrap_or(none), members(dict))),
        Err(_) => Ok((none, values::read(given, &Place::root(About::Command)))),
    }
}

/// The members of a step, each read as what it is part of.
fn members(step: &Bound<'_, PyDict>) -> Result<Value, Refusal> {
    let root = Place::root(About::Command);
    let mut object = Map::new();
    for (key, value) in step {
        let key = values::key(&key, &root)?;
        // The members of an estimate have its name before them, as those of an actual have.
        let value = match wire::COMMANDS.contains(&key.as_str()) && key != "estimate" {
            true => values::read(&value, &root)?,
            false => values::read(&value, &root.key(&key))?,
        };
        object.insert(key, value);
    }
    Ok(Value::Object(object))
}
