//! The end of a reservation: settle with what was used, or release when nothing was.

use super::Engine;
use crate::amounts::Amounts;
use crate::breaker::Sample;
use crate::call::{Actual, Report};
use crate::error::Error;
use crate::event::EventKind;
use crate::ledger::Add;
use crate::reservation::{ReservationId, State};
use crate::unit::Unit;

/// What an end did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The hold is off and the actual amount is charged.
    Settled,
    /// The same end came again; nothing changed.
    Replayed,
    /// The presumption of an expired hold was replaced by the actual amount.
    SettledLate,
    /// The hold is off.
    Released,
    /// The presumption of an expired hold was taken back.
    ReleasedLate,
}

impl Outcome {
    /// Every outcome of a settle or release, in the order of the catalogue.
    pub const ALL: [Outcome; 5] =
        [Outcome::Settled, Outcome::Replayed, Outcome::SettledLate, Outcome::Released, Outcome::ReleasedLate];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Settled => "settled",
            Outcome::Replayed => "replayed",
            Outcome::SettledLate => "settled_late",
            Outcome::Released => "released",
            Outcome::ReleasedLate => "released_late",
        }
    }
}

/// The answer to a settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// What it did.
    pub outcome: Outcome,
    /// By how many nano-dollars the call cost more than it held; 0 when it did not.
    pub overage: i64,
    /// What was charged, in nano-dollars; `None` when it is not known.
    pub usd: Option<i64>,
}

impl Engine {
    /// Ends a reservation with what the call used: hold off, actual on, on every counter of the
    /// reservation, in the windows of the reserve.
    ///
    /// # Errors
    /// [`Error::UnknownReservation`]; [`Error::AlreadySettled`] when it was settled with another amount;
    /// [`Error::AlreadyReleased`]; [`Error::InvalidAmount`] for a latency below zero;
    /// [`Error::InvalidTime`]. Nothing changes then but what was due.
    pub fn settle(
        &mut self,
        id: ReservationId,
        actual: &Actual,
        report: Report,
        now_ms: i64,
    ) -> Result<Settled, Error> {
        let now = self.tick(now_ms)?;
        let slot = self.reservations.find(id, now).ok_or(Error::UnknownReservation)?;
        let reservation = self.reservations.slot(slot).ok_or(Error::UnknownReservation)?;
        let (state, held) = (reservation.state, reservation.amounts);
        let (charge, unknown_price) = self.charge(slot, actual);
        match state {
            State::Held | State::Expired => {}
            State::Settled if self.reservations.slot(slot).is_some_and(|r| r.charged.comes_to(&charge)) => {
                return Ok(Settled { outcome: Outcome::Replayed, overage: 0, usd: charge.get(Unit::Usd) });
            }
            State::Settled => return Err(self.conflict(slot, Error::AlreadySettled, now)),
            State::Released | State::Free => return Err(self.conflict(slot, Error::AlreadyReleased, now)),
        }
        let late = state == State::Expired;
        let alarmed = self.move_money(slot, &held, &charge, late);
        self.reservations.end(slot, State::Settled, now);
        if let Some(reservation) = self.reservations.slot_mut(slot) {
            reservation.charged = charge;
        }
        let overage = charge.or_zero(Unit::Usd).saturating_sub(held.or_zero(Unit::Usd)).max(0);
        if actual.bad || unknown_price || overage > 0 || late {
            self.settle_events(slot, actual.bad, unknown_price, overage, late, now);
        }
        if alarmed {
            self.fire_of(slot, now);
        }
        if !self.active.policy.breakers().is_empty() {
            self.measure_end(slot, id, report, charge.or_zero(Unit::Usd), false, now);
        }
        let outcome = if late { Outcome::SettledLate } else { Outcome::Settled };
        Ok(Settled { outcome, overage, usd: charge.get(Unit::Usd) })
    }

    /// Ends a reservation of a call that never reached its provider, or for which nothing is charged.
    /// With `report.ok` false the provider failed, which breakers count.
    ///
    /// # Errors
    /// [`Error::UnknownReservation`], [`Error::AlreadySettled`], [`Error::InvalidTime`].
    pub fn release(&mut self, id: ReservationId, report: Report, now_ms: i64) -> Result<Outcome, Error> {
        let now = self.tick(now_ms)?;
        let slot = self.reservations.find(id, now).ok_or(Error::UnknownReservation)?;
        let reservation = self.reservations.slot(slot).ok_or(Error::UnknownReservation)?;
        let (state, held) = (reservation.state, reservation.amounts);
        match state {
            State::Held | State::Expired => {}
            State::Released => return Ok(Outcome::Replayed),
            State::Settled | State::Free => return Err(self.conflict(slot, Error::AlreadySettled, now)),
        }
        let late = state == State::Expired;
        self.move_money(slot, &held, &Amounts::default(), late);
        self.reservations.end(slot, State::Released, now);
        if late {
            let event = self.money_event(slot, EventKind::LateRelease, now);
            self.events.push(event);
        }
        if report.ok == Some(false) {
            self.measure_end(slot, id, report, 0, true, now);
        } else {
            self.probe_lost(id);
        }
        Ok(if late { Outcome::ReleasedLate } else { Outcome::Released })
    }

    /// What a settle charges: the actual amounts, and the hold where they say nothing. The flag says
    /// that the price is unknown and nobody was told yet.
    #[inline]
    fn charge(&self, slot: u32, actual: &Actual) -> (Amounts, bool) {
        let Some(reservation) = self.reservations.slot(slot) else { return (Amounts::default(), false) };
        let held = &reservation.amounts;
        if actual.bad {
            return (*held, false);
        }
        if let (Some(_), Actual { tokens: None, input_tokens: None, output_tokens: None, usage: None, .. }) =
            (actual.usd, actual)
        {
            return (held.with(Unit::Usd, actual.usd), false);
        }
        let attributes = &reservation.attributes;
        let (mut charge, unknown) =
            self.used(actual, attributes.call().provider, attributes.called(), reservation.created_ms);
        for unit in Unit::ALL {
            if charge.get(unit).is_none() {
                charge.set(unit, held.get(unit));
            }
        }
        (charge, unknown && !reservation.unpriced)
    }

    /// Hold (or presumption) off, charge on. CONSERVE: what leaves `held` is what the reserve put there.
    /// Returns whether a threshold may have been reached.
    #[inline]
    fn move_money(&mut self, slot: u32, held: &Amounts, charge: &Amounts, late: bool) -> bool {
        let Some(reservation) = self.reservations.slot(slot) else { return false };
        // Under another policy, or in another window, other counters than the charged ones decide the call.
        let alarmed = reservation.generation_of_policy != self.active.generation
            || reservation.created_ms < self.ledger.definitions.moved_ms();
        // Only a rolling counter's alarm is 0: its thresholds re-arm on what is spent before the charge.
        if self.has_marks() && reservation.counters.iter().any(|c| c.alarm == 0) {
            let attributes = reservation.attributes.clone();
            let call = attributes.call();
            let plan = self.plan(&call);
            self.rearm_rolling(&plan);
            self.put_back(plan);
        }
        let Some(reservation) = self.reservations.slot(slot) else { return false };
        alarmed
            | self.ledger.add_all(&reservation.counters, |counter| {
                let (off, on) = (held.or_zero(counter.unit), charge.or_zero(counter.unit));
                let (spent, held) =
                    if late { (on.saturating_sub(off), 0) } else { (on, off.saturating_neg()) };
                Add { at: counter.at, place: counter.place, spent, held, alarm: counter.alarm }
            })
    }

    #[cold]
    fn settle_events(&mut self, slot: u32, bad: bool, unpriced: bool, overage: i64, late: bool, now: i64) {
        if bad {
            let event = self.money_event(slot, EventKind::BadUsage, now);
            self.events.push(event);
        }
        if unpriced {
            let event = self.money_event(slot, EventKind::Unpriced, now);
            self.events.push(event);
        }
        if overage > 0 {
            let mut event = self.money_event(slot, EventKind::Overage, now);
            event.amount = Some((overage, Unit::Usd));
            self.events.push(event);
        }
        if late {
            let mut event = self.money_event(slot, EventKind::LateSettle, now);
            let unit = event.unit.unwrap_or(Unit::Usd);
            event.amount = self.reservations.slot(slot).map(|r| (r.charged.or_zero(unit), unit));
            self.events.push(event);
        }
    }

    #[cold]
    fn conflict(&mut self, slot: u32, error: Error, now: i64) -> Error {
        let mut event = self.money_event(slot, EventKind::SettleConflict, now);
        event.reason = Some(error.code().into());
        self.events.push(event);
        error
    }

    #[cold]
    fn fire_of(&mut self, slot: u32, now: i64) {
        let Some(attributes) = self.reservations.slot(slot).map(|r| r.attributes.clone()) else { return };
        self.fire_after(&attributes.call(), attributes.called(), now);
    }

    fn measure_end(
        &mut self,
        slot: u32,
        id: ReservationId,
        report: Report,
        spent: i64,
        released: bool,
        now: i64,
    ) {
        let Some(attributes) = self.reservations.slot(slot).map(|r| r.attributes.clone()) else { return };
        let sample = Sample {
            calls: 1,
            errors: i64::from(report.ok == Some(false)),
            timed: i64::from(report.latency_ms.is_some()),
            latency_ms: report.latency_ms.unwrap_or(0),
            spent,
        };
        self.measure(&attributes.call(), attributes.called(), Some(id), sample, !released, now);
    }
}
