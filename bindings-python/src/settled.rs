//! What a settle did.

use crate::answer::{member, parse, repr};
use crate::guard::guard;
use crate::policies;
use crate::values::to_python;
use pyo3::prelude::*;
use pyo3::types::PyType;
use serde_json::Value;
use spendgate_core::engine::Settled as Made;
use spendgate_core::wire::output;
use std::sync::OnceLock;

const KEYS: [&str; 2] = ["outcome", "usd"];
const MORE: [&str; 1] = ["overage"];

/// What a settle did. Amounts are canonical decimal strings.
#[pyclass(frozen, module = "spendgate._native")]
pub(crate) struct Settled {
    /// None in one that was read from JSON.
    made: Option<Made>,
    answer: OnceLock<Value>,
}

impl Settled {
    #[inline]
    pub(crate) fn new(made: Made) -> Settled {
        Settled { made: Some(made), answer: OnceLock::new() }
    }

    fn answer(&self) -> &Value {
        self.answer.get_or_init(|| self.made.as_ref().map(output::settled).unwrap_or_default())
    }
}

#[pymethods]
impl Settled {
    /// What it did: `settled`, `replayed` or `settled_late`.
    #[getter]
    fn outcome<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Settled.outcome", || member(py, self.answer(), "outcome"))
    }

    /// What was charged, in USD; None when it is not known.
    #[getter]
    fn usd<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Settled.usd", || member(py, self.answer(), "usd"))
    }

    /// By how many USD the call cost more than it held; None when it did not.
    #[getter]
    fn overage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Settled.overage", || member(py, self.answer(), "overage"))
    }

    /// The answer as `wire` gives it.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Settled.to_dict", || to_python(py, self.answer()))
    }

    /// The same as JSON text.
    fn to_json(&self) -> PyResult<String> {
        guard("Settled.to_json", || Ok(self.answer().to_string()))
    }

    /// Reads what `to_json` gave.
    #[classmethod]
    #[pyo3(signature = (text, /))]
    fn from_json(_class: &Bound<'_, PyType>, text: &Bound<'_, PyAny>) -> PyResult<Settled> {
        guard("Settled.from_json", || {
            Ok(Settled { made: None, answer: OnceLock::from(parse(&policies::text(text)?, &KEYS, &MORE)?) })
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard("Settled.__repr__", || repr(py, "Settled", self.answer()))
    }

    fn __eq__(&self, other: &Settled) -> PyResult<bool> {
        guard("Settled.__eq__", || Ok(self.answer() == other.answer()))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Settled>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        guard("Settled.__reduce__", || {
            Ok((slf.get_type().getattr("from_json")?, (slf.get().answer().to_string(),)))
        })
    }
}
