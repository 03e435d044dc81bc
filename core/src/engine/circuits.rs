//! The circuit breakers' part in the life of a call.

use super::Engine;
use crate::breaker::{Change, Gate, Sample};
use crate::call::Call;
use crate::dimension::Dimension;
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::policy::{Breaker, Trip};
use crate::reservation::ReservationId;

/// Where a breaker stands after it was set by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState {
    /// Calls pass.
    Closed,
    /// Calls are refused until it is closed by hand.
    Open,
}

/// Whose circuit of `breaker` the call is on: `None` when the call has none, `Some(None)` for the one
/// circuit that everything, or every call without a user, shares.
fn subject<'a>(breaker: &Breaker, call: &Call<'a>) -> Option<Option<&'a str>> {
    let dimension = breaker.scope.dimension;
    let value = dimension.of(call);
    match (&breaker.scope.value, value) {
        (Some(exact), value) => (value == Some(exact)).then_some(value),
        (None, Some(value)) => Some(Some(value)),
        (None, None) => matches!(dimension, Dimension::Global | Dimension::User).then_some(None),
    }
}

impl Engine {
    #[inline]
    pub(super) fn is_circuit_open(&self, call: &Call<'_>, now: i64) -> bool {
        let breakers = self.active.policy.breakers();
        !breakers.is_empty()
            && !self.breakers.is_empty()
            && breakers.iter().any(|breaker| {
                subject(breaker, call).is_some_and(|s| self.breakers.gate(breaker, s, now) == Gate::Refuse)
            })
    }

    /// The call goes ahead: on circuits that are half open it is the probe.
    #[inline]
    pub(super) fn probe(&mut self, call: &Call<'_>, called: Option<&str>, id: ReservationId, now: i64) {
        if self.breakers.is_empty() {
            return;
        }
        let policy = std::sync::Arc::clone(&self.active.policy);
        for breaker in policy.breakers() {
            let Some(subject) = subject(breaker, call) else { continue };
            if let Gate::Probe { first } = self.breakers.gate(breaker, subject, now) {
                self.breakers.probe(&breaker.id, subject, id.to_bits());
                if first {
                    self.breaker_event(EventKind::BreakerHalfOpen, breaker, subject, (call, called), now);
                }
            }
        }
    }

    /// A call has ended: its breakers measure it and may change.
    #[inline]
    pub(super) fn measure(
        &mut self,
        call: &Call<'_>,
        called: Option<&str>,
        id: Option<ReservationId>,
        sample: Sample,
        charged: bool,
        now: i64,
    ) {
        if self.active.policy.breakers().is_empty() {
            return;
        }
        let policy = std::sync::Arc::clone(&self.active.policy);
        for breaker in policy.breakers() {
            let Some(subject) = subject(breaker, call) else { continue };
            let used_up = charged
                && matches!(&breaker.trip, Trip::Budget { id: budget } if self.is_used_up(budget, call, id));
            let id = id.map(ReservationId::to_bits);
            let kind = match self.breakers.measure(breaker, subject, id, sample, used_up, now) {
                Some(Change::Opened) => EventKind::BreakerOpened,
                Some(Change::Closed) => EventKind::BreakerClosed,
                None => continue,
            };
            self.breaker_event(kind, breaker, subject, (call, called), now);
        }
        self.breakers.sweep_when_many(now, policy.breakers());
    }

    /// The probe of a circuit was given back without a verdict.
    pub(super) fn probe_lost(&mut self, id: ReservationId) {
        if !self.breakers.is_empty() {
            self.breakers.probe_lost(id.to_bits());
        }
    }

    /// Whether the counter of the budget `id` that this end charged has reached the limit. A new policy
    /// may have given the budget another counter since the reserve.
    fn is_used_up(&self, id: &str, call: &Call<'_>, reservation: Option<ReservationId>) -> bool {
        let Some((limit, line)) = self.plan_of_one(id, call) else { return false };
        let charged = reservation.is_none_or(|id| {
            let found = self.reservations.full(id);
            found.is_some_and(|r| {
                r.counters.iter().any(|c| c.at.row == line.row && c.at.definition == line.definition)
            })
        });
        charged && line.reading.spent >= limit
    }

    fn breaker_event(
        &mut self,
        kind: EventKind,
        breaker: &Breaker,
        subject: Option<&str>,
        who: (&Call<'_>, Option<&str>),
        now: i64,
    ) {
        let event = Event { model: who.1.map(Into::into), ..Engine::call_event(kind, now, who.0) };
        let reason = (kind == EventKind::BreakerOpened).then(|| reason(&breaker.trip).into());
        self.events.push(Event {
            breaker: Some(breaker.id.clone()),
            subject: subject.map(Into::into),
            reason,
            ..event
        });
    }

    /// Opens a breaker by hand: for one subject, or for all. It stays open until it is closed by hand.
    ///
    /// # Errors
    /// [`Error::UnknownBreaker`], [`Error::InvalidTime`].
    pub fn open_breaker(
        &mut self,
        id: &str,
        subject: Option<&str>,
        reason: Option<&str>,
        now_ms: i64,
    ) -> Result<CircuitState, Error> {
        let now = self.tick(now_ms)?;
        self.known_breaker(id)?;
        if self.breakers.open(id, subject) {
            self.hand_event(EventKind::BreakerOpened, id, subject, Some(reason.unwrap_or("by hand")), now);
        }
        Ok(CircuitState::Open)
    }

    /// Closes a breaker by hand, for one subject or for all, and forgets what it had measured.
    ///
    /// # Errors
    /// [`Error::UnknownBreaker`], [`Error::InvalidTime`].
    pub fn close_breaker(
        &mut self,
        id: &str,
        subject: Option<&str>,
        reason: Option<&str>,
        now_ms: i64,
    ) -> Result<CircuitState, Error> {
        let now = self.tick(now_ms)?;
        self.known_breaker(id)?;
        if self.breakers.close(id, subject) {
            self.hand_event(EventKind::BreakerClosed, id, subject, reason, now);
        }
        Ok(CircuitState::Closed)
    }

    fn known_breaker(&self, id: &str) -> Result<(), Error> {
        match self.active.policy.breakers().iter().any(|b| &*b.id == id) {
            true => Ok(()),
            false => Err(Error::UnknownBreaker { id: id.to_owned() }),
        }
    }

    fn hand_event(
        &mut self,
        kind: EventKind,
        id: &str,
        subject: Option<&str>,
        reason: Option<&str>,
        now: i64,
    ) {
        self.events.push(Event {
            breaker: Some(id.into()),
            subject: subject.map(Into::into),
            reason: reason.map(Into::into),
            ..Event::new(kind, now)
        });
    }
}

fn reason(trip: &Trip) -> &'static str {
    match trip {
        Trip::Spend { .. } => "spend",
        Trip::ErrorRate { .. } => "error_rate_percent",
        Trip::MeanLatency { .. } => "mean_latency_ms",
        Trip::Calls { .. } => "calls",
        Trip::Budget { .. } => "budget",
    }
}
