//! The model's state, and the way from a step to its command.

use crate::book::Book;
use crate::breaker::Circuits;
use crate::document::read_document;
use crate::estimate::Lessons;
use crate::hold::Hold;
use crate::policy::Policy;
use crate::price::{self, Table};
use crate::refusal::Refusal;
use crate::threshold::Fired;
use crate::totals::{Decisions, Use};
use crate::window::{FIRST, LAST};
use serde_json::{Value, json};
use spendgate_conformance::Implementation;
use std::collections::BTreeMap;

/// The naive model: start it with a vector's prices and policy, then step it.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) prices: Table,
    pub(crate) policy: Policy,
    /// The latest time seen (§5).
    pub(crate) latest: Option<i64>,
    pub(crate) book: Book,
    pub(crate) holds: Vec<Hold>,
    pub(crate) fired: BTreeMap<Fired, i128>,
    pub(crate) circuits: BTreeMap<String, Circuits>,
    pub(crate) events: Vec<Value>,
    pub(crate) reservations: u64,
    /// The first command seen.
    pub(crate) since: Option<i64>,
    pub(crate) uses: Vec<Use>,
    pub(crate) decisions: Decisions,
    /// By model called and feature.
    pub(crate) lessons: BTreeMap<(String, Option<String>), Lessons>,
}

impl Model {
    /// A model without prices and budgets.
    ///
    /// # Errors
    /// Never in practice: the empty document is a policy.
    pub fn new() -> Result<Model, Value> {
        Model::with(&Value::Null, &json!({}))
    }

    fn with(prices: &Value, policy: &Value) -> Result<Model, Value> {
        let prices = price::read_table(prices, "prices").map_err(|r| r.to_value())?;
        let policy = read_document(policy, &prices).map_err(|r| r.to_value())?;
        let mut model = Model {
            prices,
            policy,
            latest: None,
            book: Book::default(),
            holds: Vec::new(),
            fired: BTreeMap::new(),
            circuits: BTreeMap::new(),
            events: Vec::new(),
            reservations: 0,
            since: None,
            uses: Vec::new(),
            decisions: Decisions::new(),
            lessons: BTreeMap::new(),
        };
        model.keep_circuits();
        Ok(model)
    }

    fn command(&mut self, step: &Value) -> Result<Value, Refusal> {
        let at = step.get("at_ms").and_then(Value::as_i64);
        let at = at.filter(|at| (FIRST..LAST).contains(at)).ok_or_else(|| Refusal::plain("invalid_time"))?;
        // §11, R32: every command but one refused as invalid_time advances the clock, and expires
        // what is due, before it is judged.
        let (now, expired) = self.advance(at);
        let get = |key: &str| step.get(key);
        if let Some(call) = get("reserve") {
            return self.reserve(call, get("ttl_ms"), now);
        }
        if let Some(call) = get("preview") {
            return self.preview(call, get("without"), now);
        }
        if let Some(name) = get("settle") {
            return self.settle(name, step, now);
        }
        if let Some(name) = get("release") {
            return self.release(name, step, now);
        }
        if let Some(call) = get("record") {
            return self.record(call, get("actual"), now);
        }
        if let Some(document) = get("set_policy") {
            return self.set_policy(document, get("prices"), now);
        }
        if let Some(call) = get("usage") {
            return self.usage(call, now);
        }
        if let Some(call) = get("explain") {
            return self.explain(call);
        }
        if let Some(definition) = get("window") {
            return self.window(definition, now);
        }
        if let Some(what) = get("cost") {
            return self.cost(what);
        }
        if let Some(what) = get("breaker") {
            return self.breaker(what, now);
        }
        if get("report").is_some() {
            return Ok(self.report(now));
        }
        if get("metrics").is_some() {
            return Ok(self.metrics(now));
        }
        if let Some(asked) = get("estimate") {
            return self.estimate_tokens(asked);
        }
        if let Some(what) = get("adjust") {
            return self.adjust(what, step, now);
        }
        if get("events").is_some() {
            return Ok(Value::Array(std::mem::take(&mut self.events)));
        }
        if get("expire").is_some() {
            return Ok(json!({"expired": expired}));
        }
        if get("snapshot").is_some() {
            return Ok(json!({"outcome": "restored"}));
        }
        Err(Refusal::at("invalid_call", "", "has no command"))
    }
}

impl Implementation for Model {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, _now_ms: i64) -> Result<(), Value> {
        *self = Model::with(prices, policy.unwrap_or(&json!({})))?;
        Ok(())
    }

    fn step(&mut self, step: &Value) -> Value {
        let before = self.clone();
        match self.command(step) {
            Ok(answer) => answer,
            Err(refusal) => {
                if refusal.code == "invalid_time" {
                    // §11: as if it had never come.
                    *self = before;
                }
                refusal.to_value()
            }
        }
    }
}
