//! `settle` and `release`.

use crate::amounts::{self, Unfit, whole};
use crate::attributes::{Amounts, Given, text};
use crate::decision::Decision;
use crate::hot::{argument, milliseconds, refuse_step, step};
use crate::refusal::Refusal;
use crate::settled::Settled;
use crate::shared::Shared;
use crate::values::{self, About, Place};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use serde_json::Value;
use spendgate_core::amount::AmountError;
use spendgate_core::call::{Actual, Report};
use spendgate_core::error::Error;
use spendgate_core::pricing::{TokenUsage, UsageError};
use spendgate_core::reservation::ReservationId;

/// What both take.
pub(crate) struct Ended<'a, 'py> {
    pub(crate) reservation: &'a Bound<'py, PyAny>,
    pub(crate) at_ms: &'a Bound<'py, PyAny>,
    pub(crate) ok: Given<'a, 'py>,
    pub(crate) latency_ms: Given<'a, 'py>,
}

/// What a settle takes beside.
pub(crate) struct Used<'a, 'py> {
    pub(crate) amounts: Amounts<'a, 'py>,
    pub(crate) usage: Given<'a, 'py>,
}

/// A number that names no reservation, for a text that names none.
const NONE: ReservationId = ReservationId::from_bits(u64::MAX);

/// The reservation of a decision, which may have none, or of an id; `None` for what is neither.
#[inline]
pub(crate) fn reservation(given: &Bound<'_, PyAny>) -> Option<Option<ReservationId>> {
    if let Ok(decision) = given.cast::<Decision>() {
        let decision = decision.get();
        return Some(match decision.made() {
            Some(made) => made.reservation,
            None => decision.hold(given.py()).as_str().and_then(ReservationId::parse),
        });
    }
    text(given).map(|id| Some(ReservationId::parse(id).unwrap_or(NONE)))
}

impl Ended<'_, '_> {
    #[inline]
    fn id(&self) -> Option<ReservationId> {
        reservation(self.reservation).flatten()
    }

    #[inline]
    fn report(&self) -> Option<Report> {
        let ok = match self.ok {
            None => None,
            Some(ok) => Some(ok.cast::<PyBool>().ok()?.is_true()),
        };
        match milliseconds(self.latency_ms) {
            None => Some(Report { ok, latency_ms: None }),
            Some(Some(latency_ms)) if latency_ms >= 0 => Some(Report { ok, latency_ms: Some(latency_ms) }),
            Some(_) => None,
        }
    }

    #[cold]
    fn refuse(&self, shared: &Shared, name: &'static str, actual: Result<Value, Refusal>) -> PyErr {
        let reservation = match self.reservation.cast::<Decision>() {
            Ok(decision) => Ok(decision.get().hold(self.at_ms.py())),
            Err(_) => values::read(self.reservation, &Place::root(About::Command).key(name)),
        };
        let members = [
            ("actual", actual),
            ("ok", argument("ok", self.ok)),
            ("latency_ms", argument("latency_ms", self.latency_ms)),
        ];
        let step = reservation.and_then(|reservation| {
            let mut step = step(self.at_ms, members)?;
            if let Value::Object(step) = &mut step {
                step.insert(name.to_owned(), reservation);
            }
            Ok(step)
        });
        refuse_step(shared, self.at_ms, step)
    }
}

impl Used<'_, '_> {
    /// What was used; a number below zero makes it bad usage, which is no error.
    #[inline]
    fn actual(&self) -> Option<Actual> {
        let mut actual = Actual::default();
        let members =
            [&mut actual.usd, &mut actual.tokens, &mut actual.input_tokens, &mut actual.output_tokens];
        let mut bad = false;
        for (amount, (_, given, unit)) in members.into_iter().zip(self.amounts.list()) {
            let Some(given) = given else { continue };
            match amounts::read(given, unit) {
                Ok(read) => *amount = Some(read),
                Err(Unfit::Amount(AmountError::Negative)) => bad = true,
                Err(_) => return None,
            }
        }
        if let Some(usage) = self.usage {
            match TokenUsage::from_provider(&usage_value(usage).ok()?) {
                Ok(usage) => actual.usage = Some(usage),
                Err(UsageError::Negative { .. }) => bad = true,
                Err(UsageError::Malformed { .. }) => return None,
            }
        }
        actual.bad = bad;
        Some(actual)
    }

    #[cold]
    fn to_value(&self) -> Result<Value, Refusal> {
        let root = Place::root(About::Command);
        let mut actual = self.amounts.to_value(&root.key("actual"))?;
        if let (Some(usage), Value::Object(actual)) = (self.usage, &mut actual) {
            actual.insert("usage".to_owned(), usage_value(usage)?);
        }
        Ok(actual)
    }
}

/// A provider's usage object: a dict, or its JSON text.
fn usage_value(given: &Bound<'_, PyAny>) -> Result<Value, Refusal> {
    let root = Place::root(About::Command);
    let actual = root.key("actual");
    let place = actual.key("usage");
    let Ok(text) = given.cast::<PyString>() else { return values::read(given, &place) };
    serde_json::from_str(&values::read_text(text, &place)?).map_err(|error| {
        Error::InvalidAmount { path: "actual.usage".to_owned(), message: format!("is not JSON: {error}") }
            .into()
    })
}

/// Ends a reservation with what was used.
#[inline]
pub(crate) fn settle(shared: &Shared, ended: &Ended<'_, '_>, used: &Used<'_, '_>) -> PyResult<Settled> {
    let read = (ended.id(), whole(ended.at_ms), ended.report(), used.actual());
    let (Some(id), Some(now), Some(report), Some(actual)) = read else {
        return Err(ended.refuse(shared, "settle", used.to_value()));
    };
    let settle = |engine: &mut spendgate_core::Engine| engine.settle(id, &actual, report, now);
    let settled = shared.locked(ended.at_ms.py(), "Engine.settle/locked", settle);
    Ok(Settled::new(settled.map_err(Refusal::from)?))
}

/// Ends a reservation of a call that never reached its provider.
#[inline]
pub(crate) fn release(shared: &Shared, ended: &Ended<'_, '_>) -> PyResult<&'static str> {
    let (Some(id), Some(now), Some(report)) = (ended.id(), whole(ended.at_ms), ended.report()) else {
        return Err(ended.refuse(shared, "release", Ok(Value::Null)));
    };
    let release = |engine: &mut spendgate_core::Engine| engine.release(id, report, now);
    let outcome = shared.locked(ended.at_ms.py(), "Engine.release/locked", release);
    Ok(outcome.map_err(Refusal::from)?.as_str())
}
