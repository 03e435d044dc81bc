//! Circuit breakers (§9, R26–R29).

use crate::call::Call;
use crate::model::Model;
use crate::policy::{Breaker, Trip, Which};
use crate::refusal::Refusal;
use crate::select::{Key, is_metered, key};
use crate::window::Window;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Closed,
    Open { since: i64, by_hand: bool },
    HalfOpen { probe: Option<u64> },
}

/// What one settle, release or record adds to a breaker's measure.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measure {
    pub(crate) at: i64,
    /// Nano-dollars.
    pub(crate) spend: i128,
    /// False for a record, which counts for spend only.
    pub(crate) is_end: bool,
    pub(crate) failed: bool,
    pub(crate) latency_ms: Option<i128>,
    /// False for a release: only charges can use a budget up.
    pub(crate) charges: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Circuit {
    state: State,
    measures: Vec<Measure>,
}

/// Every subject of one breaker.
#[derive(Debug, Clone)]
pub(crate) struct Circuits {
    trip: Trip,
    /// Opened by hand for all, those not seen yet too.
    all_open: bool,
    subjects: BTreeMap<(&'static str, String), Circuit>,
}

/// R29: anonymous calls share one subject; no id has a control character.
const ANONYMOUS: &str = "\0";

/// The subject of a call under a breaker, `None` when it does not match.
fn subject(breaker: &Breaker, call: &Call) -> Option<(&'static str, String)> {
    let name = match (&breaker.which, call.get(breaker.scope)) {
        (Which::All, _) => String::new(),
        (Which::Any, None) if breaker.scope == "user" => ANONYMOUS.to_owned(),
        (Which::Any, value) => value?.to_owned(),
        (Which::This(wanted), value) => value.filter(|v| v == wanted)?.to_owned(),
    };
    Some((breaker.scope, name))
}

impl Circuits {
    /// Circuits that are not closed; 1 when all were opened by hand.
    pub(crate) fn open(&self) -> usize {
        let open = self.subjects.values().filter(|c| c.state != State::Closed).count();
        if self.all_open { 1 } else { open }
    }

    fn circuit(&mut self, subject: &(&'static str, String), now: i64) -> &mut Circuit {
        let state = if self.all_open { State::Open { since: now, by_hand: true } } else { State::Closed };
        self.subjects.entry(subject.clone()).or_insert(Circuit { state, measures: Vec::new() })
    }
}

fn told(subject: &str) -> Value {
    if subject.is_empty() || subject == ANONYMOUS { Value::Null } else { json!(subject) }
}

impl Model {
    /// The breakers a call matches, each with its subject's circuit.
    fn matching(&self, call: &Call) -> Vec<(Breaker, (&'static str, String))> {
        let breakers = self.policy.breakers.iter();
        breakers.filter_map(|b| subject(b, call).map(|s| (b.clone(), s))).collect()
    }

    fn circuit(&mut self, id: &str, subject: &(&'static str, String), now: i64) -> Option<&mut Circuit> {
        self.circuits.get_mut(id).map(|c| c.circuit(subject, now))
    }

    /// R27: a call that matches several breakers needs all.
    pub(crate) fn circuit_open(&self, call: &Call, now: i64) -> bool {
        self.matching(call).iter().any(|(breaker, subject)| {
            let Some(circuits) = self.circuits.get(&breaker.id) else { return false };
            match circuits.subjects.get(subject).map(|c| &c.state) {
                None => circuits.all_open,
                Some(State::Closed | State::HalfOpen { probe: None }) => false,
                Some(State::Open { since, by_hand }) => *by_hand || now < since + breaker.cooldown,
                Some(State::HalfOpen { probe: Some(_) }) => true,
            }
        })
    }

    /// R27: the reserve that passes the budgets too is the probe.
    pub(crate) fn become_probe(&mut self, call: &Call, model: Option<&str>, hold: u64, now: i64) {
        for (breaker, subject) in self.matching(call) {
            let Some(circuit) = self.circuit(&breaker.id, &subject, now) else { continue };
            match circuit.state {
                State::Open { .. } => {
                    circuit.state = State::HalfOpen { probe: Some(hold) };
                    self.breaker_event(
                        "breaker_half_open",
                        now,
                        Some((call, model)),
                        &breaker.id,
                        &subject.1,
                        None,
                    );
                }
                State::HalfOpen { probe: None } => circuit.state = State::HalfOpen { probe: Some(hold) },
                _ => {}
            }
        }
    }

    /// R27: a probe that expires or is released without `ok: false` lets the next call probe.
    pub(crate) fn free_probes(&mut self, hold: u64) {
        for circuit in self.circuits.values_mut().flat_map(|c| c.subjects.values_mut()) {
            if circuit.state == (State::HalfOpen { probe: Some(hold) }) {
                circuit.state = State::HalfOpen { probe: None };
            }
        }
    }

    /// What an end or a record does to the breakers of its call. `charged` are the counters it
    /// charged.
    pub(crate) fn measure(
        &mut self,
        who: (&Call, Option<&str>),
        hold: Option<u64>,
        measure: &Measure,
        charged: &[Key],
    ) {
        let now = measure.at;
        for (breaker, subject) in self.matching(who.0) {
            let Some(circuit) = self.circuit(&breaker.id, &subject, now) else { continue };
            let kind = match circuit.state {
                State::HalfOpen { probe: Some(probe) } if Some(probe) == hold => {
                    circuit.measures.clear();
                    if measure.failed { "breaker_opened" } else { "breaker_closed" }
                }
                State::Closed => {
                    circuit.measures.push(measure.clone());
                    let measures = circuit.measures.clone();
                    if !self.trips(&breaker, &measures, measure, who.0, charged) {
                        continue;
                    }
                    "breaker_opened"
                }
                // Ends of other calls do not count while it is not closed.
                _ => continue,
            };
            let Some(circuit) = self.circuit(&breaker.id, &subject, now) else { continue };
            circuit.state = match kind {
                "breaker_opened" => State::Open { since: now, by_hand: false },
                _ => State::Closed,
            };
            let reason = (kind == "breaker_opened").then(|| breaker.trip.name());
            self.breaker_event(kind, now, Some(who), &breaker.id, &subject.1, reason);
        }
    }

    fn trips(
        &self,
        breaker: &Breaker,
        all: &[Measure],
        last: &Measure,
        call: &Call,
        charged: &[Key],
    ) -> bool {
        let live = |within: i64| {
            let window = Window::Rolling { period: within };
            all.iter().filter(move |m| window.counts(last.at, m.at))
        };
        let count = |n: usize| i128::try_from(n).unwrap_or(i128::MAX);
        match &breaker.trip {
            Trip::Spend { nanos, within } => live(*within).map(|m| m.spend).sum::<i128>() >= *nanos,
            // A record counts for spend only.
            Trip::ErrorRate { .. } | Trip::MeanLatency { .. } | Trip::Calls { .. } if !last.is_end => false,
            Trip::ErrorRate { percent, within, min_calls } => {
                let ends = count(live(*within).filter(|m| m.is_end).count());
                let failed = count(live(*within).filter(|m| m.is_end && m.failed).count());
                ends >= *min_calls && failed * 100 > percent * ends
            }
            Trip::MeanLatency { ms, within, min_calls } => {
                let measured: Vec<i128> = live(*within).filter_map(|m| m.latency_ms).collect();
                let n = count(measured.len());
                n >= *min_calls && measured.iter().sum::<i128>() > ms * n
            }
            Trip::Calls { calls, within } => count(live(*within).filter(|m| m.is_end).count()) >= *calls,
            Trip::Budget { id } => self.policy.budget(id).is_some_and(|budget| {
                let counter = key(budget, call);
                // A budget that does not count the call has no counter for it.
                last.charges
                    && is_metered(&self.policy, budget, call)
                    && charged.contains(&counter)
                    && self.book.read(&counter, last.at).spent >= budget.limit
            }),
        }
    }

    fn breaker_event(
        &mut self,
        kind: &str,
        at: i64,
        who: Option<(&Call, Option<&str>)>,
        id: &str,
        subject: &str,
        reason: Option<&str>,
    ) {
        let more = [("breaker", json!(id)), ("subject", told(subject)), ("reason", json!(reason))];
        self.event(kind, at, who, None, &more);
    }

    /// R28: `{"open" | "close": id, "subject"?, "reason"?}`.
    pub(crate) fn breaker(&mut self, what: &Value, now: i64) -> Result<Value, Refusal> {
        let fault = |path: &str| Refusal::at("invalid_call", path, "is not a command of breakers");
        let object = what.as_object().ok_or_else(|| fault("breaker"))?;
        if let Some(key) =
            object.keys().find(|k| !["open", "close", "subject", "reason"].contains(&k.as_str()))
        {
            return Err(fault(&format!("breaker.{key}")));
        }
        let (open, id) = match (object.get("open"), object.get("close")) {
            (Some(id), None) => (true, id),
            (None, Some(id)) => (false, id),
            _ => return Err(fault("breaker")),
        };
        let id = id.as_str().ok_or_else(|| fault(if open { "breaker.open" } else { "breaker.close" }))?;
        let text = |key: &str| match object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(fault(&format!("breaker.{key}"))),
        };
        let (wanted, reason) = (text("subject")?, text("reason")?);
        let breaker = self.policy.breakers.iter().find(|b| b.id == id).cloned();
        let breaker = breaker.ok_or_else(|| Refusal::plain("unknown_breaker"))?;
        let Some(circuits) = self.circuits.get_mut(id) else { return Err(Refusal::plain("unknown_breaker")) };
        let mut changed = wanted.is_none() && circuits.all_open != open;
        if let Some(subject) = &wanted {
            // The subject is there from now on, as it was until now.
            circuits.circuit(&(breaker.scope, subject.clone()), now);
        }
        for ((_, name), circuit) in &mut circuits.subjects {
            if wanted.as_ref().is_some_and(|w| w != name) {
                continue;
            }
            if !open {
                changed |= circuit.state != State::Closed;
                *circuit = Circuit { state: State::Closed, measures: Vec::new() };
            } else {
                // Opened by hand it stays open, which is a change of one that opened by itself.
                let by_hand = matches!(circuit.state, State::Open { by_hand: true, .. });
                changed |= !by_hand && (wanted.is_some() || circuits.all_open);
                circuit.measures.clear();
                circuit.state = State::Open { since: now, by_hand: true };
            }
        }
        if wanted.is_none() {
            circuits.all_open = open;
        }
        let (kind, state) = if open { ("breaker_opened", "open") } else { ("breaker_closed", "closed") };
        if changed {
            let subject = wanted.unwrap_or_default();
            let reason = if open { reason.as_deref().or(Some("by hand")) } else { reason.as_deref() };
            self.breaker_event(kind, now, None, id, &subject, reason);
        }
        Ok(json!({"state": state}))
    }

    /// §11: state survives a new policy that keeps the id and the trip.
    pub(crate) fn keep_circuits(&mut self) {
        let mut old = std::mem::take(&mut self.circuits);
        for breaker in &self.policy.breakers {
            let mut kept = old.remove(&breaker.id).filter(|c| c.trip == breaker.trip);
            if let Some(circuits) = &mut kept {
                // Under another scope the subjects are others.
                circuits.subjects.retain(|(scope, _), _| *scope == breaker.scope);
            }
            let fresh = Circuits { trip: breaker.trip.clone(), all_open: false, subjects: BTreeMap::new() };
            self.circuits.insert(breaker.id.clone(), kept.unwrap_or(fresh));
        }
    }

    /// §11: cooldowns and measures from the future count as made now.
    pub(crate) fn correct_circuits(&mut self, now: i64) {
        for circuit in self.circuits.values_mut().flat_map(|c| c.subjects.values_mut()) {
            if let State::Open { since, .. } = &mut circuit.state {
                *since = (*since).min(now);
            }
            for measure in &mut circuit.measures {
                measure.at = measure.at.min(now);
            }
        }
    }
}
