//! The answer to a reserve or preview.

use crate::answer::{member, parse, repr};
use crate::attributes::Kept;
use crate::guard::guard;
use crate::policies;
use crate::values::to_python;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyType;
use serde_json::Value;
use spendgate_core::decision::Decision as Made;
use spendgate_core::policy::Policy;
use spendgate_core::wire::output;
use std::sync::{Arc, OnceLock};

const KEYS: [&str; 21] = [
    "allowed",
    "action",
    "reason",
    "retryable",
    "model",
    "requested_model",
    "reservation",
    "policy_version",
    "degraded",
    "triggered",
    "budget",
    "scope",
    "subject",
    "unit",
    "limit",
    "spent",
    "held",
    "estimate",
    "remaining",
    "window",
    "resets_at",
];

/// The answer to a reserve or preview. Amounts are canonical decimal strings, times RFC 3339 in UTC.
#[pyclass(frozen, module = "spendgate._native")]
pub(crate) struct Decision {
    /// None in one that was read from JSON.
    made: Option<Fresh>,
    answer: OnceLock<Value>,
}

/// A decision of an engine in this process: numbers, and where their names are.
pub(crate) struct Fresh {
    pub(crate) decision: Made,
    /// The policy that decided, so that the names stay right after it was replaced.
    pub(crate) policy: Arc<Policy>,
    pub(crate) ids: Kept,
}

impl Decision {
    #[inline]
    pub(crate) fn new(made: Fresh) -> Decision {
        Decision { made: Some(made), answer: OnceLock::new() }
    }

    fn answer(&self, py: Python<'_>) -> &Value {
        self.answer.get_or_init(|| match &self.made {
            Some(made) => output::decision(&made.policy, &made.ids.call(py), &made.decision),
            None => Value::Null,
        })
    }

    fn get<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        member(py, self.answer(py), key)
    }

    /// The hold as a value of `wire`.
    pub(crate) fn hold(&self, py: Python<'_>) -> Value {
        match &self.made {
            Some(made) => made.decision.reservation.map(|id| id.to_string()).into(),
            None => self.answer(py).get("reservation").cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn made(&self) -> Option<&Made> {
        self.made.as_ref().map(|made| &made.decision)
    }
}

#[pymethods]
impl Decision {
    /// Whether the call may be made.
    #[getter]
    fn allowed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.allowed", || match self.made() {
            Some(made) => made.allowed.into_bound_py_any(py),
            None => self.get(py, "allowed"),
        })
    }

    /// What to do: `allow`, `dry_run`, `warn`, `downgrade` or `block`.
    #[getter]
    fn action<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.action", || match self.made() {
            Some(made) => made.action.as_str().into_bound_py_any(py),
            None => self.get(py, "action"),
        })
    }

    /// Why.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.reason", || match self.made() {
            Some(made) => made.reason.as_str().into_bound_py_any(py),
            None => self.get(py, "reason"),
        })
    }

    /// Whether the very same call may fit once calls in flight have settled.
    #[getter]
    fn retryable<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.retryable", || self.get(py, "retryable"))
    }

    /// The model to call: the cheaper sibling after a downgrade, else the one asked for.
    #[getter]
    fn model<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.model", || match &self.made {
            Some(made) => made.decision.model(&made.policy, &made.ids.call(py)).into_bound_py_any(py),
            None => self.get(py, "model"),
        })
    }

    /// The model asked for.
    #[getter]
    fn requested_model<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.requested_model", || self.get(py, "requested_model"))
    }

    /// The hold, when one was taken.
    #[getter]
    fn reservation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.reservation", || to_python(py, &self.hold(py)))
    }

    /// The version of the policy that decided.
    #[getter]
    fn policy_version<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.policy_version", || self.get(py, "policy_version"))
    }

    /// Whether the store was unreachable.
    #[getter]
    fn degraded<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.degraded", || self.get(py, "degraded"))
    }

    /// Every budget with a step over, in policy order.
    #[getter]
    fn triggered<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.triggered", || self.get(py, "triggered"))
    }

    /// The budget that the answer names.
    #[getter]
    fn budget<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.budget", || self.get(py, "budget"))
    }

    /// Whose use that budget limits: `user`, `tier`, …, `global`.
    #[getter]
    fn scope<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.scope", || self.get(py, "scope"))
    }

    /// Whose use it is, by id.
    #[getter]
    fn subject<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.subject", || self.get(py, "subject"))
    }

    /// What the budget counts.
    #[getter]
    fn unit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.unit", || self.get(py, "unit"))
    }

    /// The limit itself, whatever the step.
    #[getter]
    fn limit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.limit", || self.get(py, "limit"))
    }

    /// Used up before this call.
    #[getter]
    fn spent<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.spent", || self.get(py, "spent"))
    }

    /// Held by other calls in flight.
    #[getter]
    fn held<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.held", || self.get(py, "held"))
    }

    /// What this call was expected to use.
    #[getter]
    fn estimate<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.estimate", || self.get(py, "estimate"))
    }

    /// Limit less spent less held, never below 0.
    #[getter]
    fn remaining<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.remaining", || self.get(py, "remaining"))
    }

    /// The budget's window: `start` and `end`.
    #[getter]
    fn window<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.window", || self.get(py, "window"))
    }

    /// When use leaves the window.
    #[getter]
    fn resets_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.resets_at", || self.get(py, "resets_at"))
    }

    /// The answer as `wire` gives it.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard("Decision.to_dict", || to_python(py, self.answer(py)))
    }

    /// The same as JSON text.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        guard("Decision.to_json", || Ok(self.answer(py).to_string()))
    }

    /// Reads what `to_json` gave.
    #[classmethod]
    #[pyo3(signature = (text, /))]
    fn from_json(_class: &Bound<'_, PyType>, text: &Bound<'_, PyAny>) -> PyResult<Decision> {
        guard("Decision.from_json", || {
            Ok(Decision { made: None, answer: OnceLock::from(parse(&policies::text(text)?, &KEYS, &[])?) })
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard("Decision.__repr__", || repr(py, "Decision", self.answer(py)))
    }

    fn __eq__(&self, py: Python<'_>, other: &Decision) -> PyResult<bool> {
        guard("Decision.__eq__", || Ok(self.answer(py) == other.answer(py)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Decision>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        guard("Decision.__reduce__", || {
            let text = slf.get().answer(slf.py()).to_string();
            Ok((slf.get_type().getattr("from_json")?, (text,)))
        })
    }
}
