//! The class `Engine`: what each command takes. How it is done stands in the modules beside.

use crate::attributes::{Amounts, Given};
use crate::decision::Decision;
use crate::ends::{self, Ended, Used};
use crate::guard::guard;
use crate::hot::{self, Asked, Verb};
use crate::policies::{self, Chosen};
use crate::settled::Settled;
use crate::shared::Shared;
use crate::values::to_python;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// One engine: a policy in force, its counters, its reservations, its breakers.
#[pyclass(frozen, subclass, module = "spendgate._native")]
pub(crate) struct Engine(Shared);

// Keywords are looked for in the order in which they stand here: the usual ones come first.
#[pymethods]
#[allow(clippy::too_many_arguments, reason = "a call has as many attributes")]
impl Engine {
    #[new]
    #[pyo3(signature = (policy=None, *, prices=None, at_ms, hash_seed=None, max_counters=None, max_events=None,
        report_rows=None))]
    fn new(
        policy: Given<'_, '_>,
        prices: Given<'_, '_>,
        at_ms: &Bound<'_, PyAny>,
        hash_seed: Given<'_, '_>,
        max_counters: Given<'_, '_>,
        max_events: Given<'_, '_>,
        report_rows: Given<'_, '_>,
    ) -> PyResult<Engine> {
        let chosen = Chosen { hash_seed, max_counters, max_events, report_rows };
        guard("Engine.__new__", || Ok(Engine(policies::start(policy, prices, at_ms, &chosen)?)))
    }

    /// Decides a call and, when it may be made, holds its estimate on every counter it touches.
    #[pyo3(signature = (at_ms, *, user=None, tier=None, usd=None, model=None, feature=None, input_tokens=None,
        output_tokens=None, provider=None, org=None, session=None, tokens=None, ttl_ms=None))]
    fn reserve(
        &self,
        at_ms: &Bound<'_, PyAny>,
        user: Given<'_, '_>,
        tier: Given<'_, '_>,
        usd: Given<'_, '_>,
        model: Given<'_, '_>,
        feature: Given<'_, '_>,
        input_tokens: Given<'_, '_>,
        output_tokens: Given<'_, '_>,
        provider: Given<'_, '_>,
        org: Given<'_, '_>,
        session: Given<'_, '_>,
        tokens: Given<'_, '_>,
        ttl_ms: Given<'_, '_>,
    ) -> PyResult<Py<Decision>> {
        let ids = [user, tier, org, feature, session, provider, model];
        let amounts = Amounts { usd, tokens, input_tokens, output_tokens };
        let asked = Asked { at_ms, ids, amounts, ttl_ms, without: None };
        guard("Engine.reserve", || hot::decide(&self.0, Verb::Reserve, &asked))
    }

    /// Decides as `reserve` would, holding nothing and saying nothing; as if the hold of `without` were off.
    #[pyo3(signature = (at_ms, *, user=None, tier=None, usd=None, model=None, feature=None, input_tokens=None,
        output_tokens=None, provider=None, org=None, session=None, tokens=None, without=None))]
    fn preview(
        &self,
        at_ms: &Bound<'_, PyAny>,
        user: Given<'_, '_>,
        tier: Given<'_, '_>,
        usd: Given<'_, '_>,
        model: Given<'_, '_>,
        feature: Given<'_, '_>,
        input_tokens: Given<'_, '_>,
        output_tokens: Given<'_, '_>,
        provider: Given<'_, '_>,
        org: Given<'_, '_>,
        session: Given<'_, '_>,
        tokens: Given<'_, '_>,
        without: Given<'_, '_>,
    ) -> PyResult<Py<Decision>> {
        let ids = [user, tier, org, feature, session, provider, model];
        let amounts = Amounts { usd, tokens, input_tokens, output_tokens };
        let asked = Asked { at_ms, ids, amounts, ttl_ms: None, without };
        guard("Engine.preview", || hot::decide(&self.0, Verb::Preview, &asked))
    }

    /// Ends a reservation, given as its Decision or its id, with what the call used.
    #[pyo3(signature = (reservation, at_ms, *, usd=None, tokens=None, input_tokens=None, output_tokens=None,
        usage=None, ok=None, latency_ms=None))]
    fn settle(
        &self,
        reservation: &Bound<'_, PyAny>,
        at_ms: &Bound<'_, PyAny>,
        usd: Given<'_, '_>,
        tokens: Given<'_, '_>,
        input_tokens: Given<'_, '_>,
        output_tokens: Given<'_, '_>,
        usage: Given<'_, '_>,
        ok: Given<'_, '_>,
        latency_ms: Given<'_, '_>,
    ) -> PyResult<Settled> {
        let used = Used { amounts: Amounts { usd, tokens, input_tokens, output_tokens }, usage };
        let ended = Ended { reservation, at_ms, ok, latency_ms };
        guard("Engine.settle", || ends::settle(&self.0, &ended, &used))
    }

    /// Ends a reservation of a call that never reached its provider; gives the outcome.
    #[pyo3(signature = (reservation, at_ms, *, ok=None, latency_ms=None))]
    fn release(
        &self,
        reservation: &Bound<'_, PyAny>,
        at_ms: &Bound<'_, PyAny>,
        ok: Given<'_, '_>,
        latency_ms: Given<'_, '_>,
    ) -> PyResult<&'static str> {
        let ended = Ended { reservation, at_ms, ok, latency_ms };
        guard("Engine.release", || ends::release(&self.0, &ended))
    }

    /// Runs one command given as a dict, and gives its answer.
    #[pyo3(signature = (step, /))]
    fn run<'py>(&self, py: Python<'py>, step: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        guard("Engine.run", || {
            let (at_ms, read) = policies::step(step)?;
            to_python(py, &hot::run(&self.0, &at_ms, read, "Engine.run/locked")?)
        })
    }

    /// Runs one command given as JSON text, and gives its answer, or its refusal, as JSON text.
    #[pyo3(signature = (text, /))]
    fn command(&self, text: &Bound<'_, PyAny>) -> PyResult<String> {
        guard("Engine.command", || Ok(policies::command(&self.0, text)))
    }

    /// Puts a policy in force: a dict, or its JSON text. What is spent and held stays.
    #[pyo3(signature = (document, at_ms))]
    fn set_policy<'py>(
        &self,
        py: Python<'py>,
        document: &Bound<'py, PyAny>,
        at_ms: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guard("Engine.set_policy", || {
            policies::set_policy(&self.0, document, None, at_ms)?;
            to_python(py, &serde_json::json!({"outcome": "accepted"}))
        })
    }

    /// Puts a policy in force together with the price list over the built-in table: both, or neither.
    #[pyo3(signature = (document, prices, at_ms))]
    fn set_policy_and_prices<'py>(
        &self,
        py: Python<'py>,
        document: &Bound<'py, PyAny>,
        prices: &Bound<'py, PyAny>,
        at_ms: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guard("Engine.set_policy_and_prices", || {
            policies::set_policy(&self.0, document, Some(prices), at_ms)?;
            to_python(py, &serde_json::json!({"outcome": "accepted"}))
        })
    }

    /// How many events wait to be taken by the command `events`.
    #[getter]
    fn waiting(&self, py: Python<'_>) -> PyResult<usize> {
        guard("Engine.waiting", || {
            Ok(self.0.locked(py, "Engine.waiting/locked", |engine| engine.waiting_events()))
        })
    }

    /// The whole state as bytes, but for the policy and the prices.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        guard("Engine.snapshot", || {
            let bytes = self.0.locked(py, "Engine.snapshot/locked", |engine| engine.snapshot());
            Ok(PyBytes::new(py, &bytes))
        })
    }

    /// Goes on from a snapshot, with the policy in force.
    #[pyo3(signature = (snapshot, /))]
    fn restore(&self, snapshot: &Bound<'_, PyAny>) -> PyResult<()> {
        guard("Engine.restore", || Ok(policies::restore(&self.0, snapshot)?))
    }
}
