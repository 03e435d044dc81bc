//! `reserve` and `preview`: the arguments in, a decision out.

use crate::amounts::{self, whole};
use crate::attributes::{self, Amounts, Given, Ids, Kept};
use crate::decision::{Decision, Fresh};
use crate::ends;
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::values::{self, About, Place};
use pyo3::prelude::*;
use pyo3::types::PyFloat;
use serde_json::{Map, Value};
use spendgate_core::unit::Unit;
use spendgate_core::wire;
use std::sync::Arc;

/// Which of the two, and its places for faults.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Verb {
    Reserve,
    Preview,
}

/// What both take.
pub(crate) struct Asked<'a, 'py> {
    pub(crate) at_ms: &'a Bound<'py, PyAny>,
    pub(crate) ids: Ids<'a, 'py>,
    pub(crate) amounts: Amounts<'a, 'py>,
    pub(crate) ttl_ms: Given<'a, 'py>,
    /// Whose hold a preview leaves aside.
    pub(crate) without: Given<'a, 'py>,
}

/// Milliseconds, also as a float that is whole; `None` for what is not given, `Some(None)` for what is none.
#[inline]
pub(crate) fn milliseconds(given: Given<'_, '_>) -> Option<Option<i64>> {
    given.map(|given| match given.cast::<PyFloat>() {
        Ok(_) => amounts::read(given, Unit::Requests).ok(),
        Err(_) => whole(given),
    })
}

/// Decides.
#[inline]
pub(crate) fn decide(shared: &Shared, verb: Verb, asked: &Asked<'_, '_>) -> PyResult<Py<Decision>> {
    let py = asked.at_ms.py();
    let read = (whole(asked.at_ms), milliseconds(asked.ttl_ms), attributes::call(&asked.ids, &asked.amounts));
    let (Some(now), ttl @ (None | Some(Some(_))), Some(call)) = read else {
        return Err(refuse(shared, verb, asked));
    };
    let without = match asked.without.map(|given| ends::reservation(given)) {
        None => None,
        Some(Some(id)) => id,
        Some(None) => return Err(refuse(shared, verb, asked)),
    };
    let place = if verb == Verb::Reserve { "Engine.reserve/locked" } else { "Engine.preview/locked" };
    let made = shared.locked(py, place, |engine| {
        let decision = match verb {
            Verb::Reserve => engine.reserve(&call, ttl.flatten(), now),
            Verb::Preview => match without {
                None => engine.preview(&call, now),
                Some(running) => engine.preview_without(&call, running, now),
            },
        };
        decision.map(|decision| (decision, Arc::clone(engine.policy())))
    });
    let (decision, policy) = made.map_err(Refusal::from)?;
    Py::new(py, Decision::new(Fresh { decision, policy, ids: Kept::new(&asked.ids) }))
}

/// What is wrong with the arguments, said by the core itself wherever JSON can say them.
#[cold]
fn refuse(shared: &Shared, verb: Verb, asked: &Asked<'_, '_>) -> PyErr {
    let name = if verb == Verb::Reserve { "reserve" } else { "preview" };
    let step = attributes::to_value(&asked.ids, asked.amounts).and_then(|call| {
        let without = match asked.without {
            Some(given) if ends::reservation(given).is_some() => Ok(Value::Null),
            given => argument("without", given),
        };
        let ttl_ms = argument("ttl_ms", asked.ttl_ms);
        step(asked.at_ms, [(name, Ok(call)), ("ttl_ms", ttl_ms), ("without", without)])
    });
    refuse_step(shared, asked.at_ms, step)
}

/// An argument as JSON.
pub(crate) fn argument(name: &str, given: Given<'_, '_>) -> Result<Value, Refusal> {
    match given {
        None => Ok(Value::Null),
        Some(given) => values::read(given, &Place::root(About::Command).key(name)),
    }
}

/// A step of these members; those that are null are left out.
pub(crate) fn step<const N: usize>(
    at_ms: &Bound<'_, PyAny>,
    members: [(&str, Result<Value, Refusal>); N],
) -> Result<Value, Refusal> {
    let mut step = Map::new();
    step.insert("at_ms".to_owned(), argument("at_ms", Some(at_ms))?);
    for (name, value) in members {
        let value = value?;
        if !value.is_null() {
            step.insert(name.to_owned(), value);
        }
    }
    Ok(Value::Object(step))
}

/// The refusal of a step that the typed way could not take.
#[cold]
pub(crate) fn refuse_step(shared: &Shared, at_ms: &Bound<'_, PyAny>, step: Result<Value, Refusal>) -> PyErr {
    match run(shared, at_ms, step, "Engine.refuse/locked") {
        Ok(_) => Refusal::internal("the typed way refused what the core takes".to_owned()).into(),
        Err(refusal) => refusal.into(),
    }
}

/// Runs a step. One that cannot be read still brings its time, as in the core.
pub(crate) fn run(
    shared: &Shared,
    at_ms: &Bound<'_, PyAny>,
    step: Result<Value, Refusal>,
    place: &'static str,
) -> Result<Value, Refusal> {
    let (py, now) = (at_ms.py(), whole(at_ms));
    match step {
        Ok(step) => {
            let answer = shared.locked(py, place, |engine| wire::step(engine, &step));
            match Refusal::of_answer(&answer) {
                None => Ok(answer),
                Some(refusal) => Err(refusal),
            }
        }
        Err(refusal) => match now {
            None => Err(refusal),
            Some(now) => {
                shared.locked(py, place, |engine| engine.expire_due(now))?;
                Err(refusal)
            }
        },
    }
}
