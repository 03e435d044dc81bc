//! The end of a reservation: settle with what was used, or release when nothing was.

use super::Engine;
use crate::amounts::Amounts;
use crate::breaker::Sample;
use crate::call::{Actual, Report};
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::ledger::{Add, Adds, CounterRef, Ledger};
use crate::reservation::{Counters, Full, Held, Holding, Part, Reservation, ReservationId, State};
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
        let Some(reservation) = self.reservations.find(id, now) else {
            return Err(Error::UnknownReservation);
        };
        if matches!(reservation.state, State::Settled | State::Released) {
            return self.settle_again(id, actual, now);
        }
        let (late, held) = (reservation.state == State::Expired, reservation.amounts());
        let (charge, unknown_price) = self.charge(reservation, &held, actual);
        let alarmed = self.finish(id, State::Settled, &held, &charge, now);
        if let Some(usage) = actual.usage.as_ref().filter(|usage| !usage.partial && !actual.bad) {
            self.learn(id, usage.output_total());
        }
        self.count_end(id, Some(&charge), late.then_some(&held));
        let overage = charge.or_zero(Unit::Usd).saturating_sub(held.or_zero(Unit::Usd)).max(0);
        if actual.bad || unknown_price || overage > 0 || late {
            self.settle_events(id, (actual.bad, unknown_price, late), overage, now);
        }
        if alarmed {
            self.fire_of(id, now);
        }
        if !self.active.policy.breakers().is_empty() {
            self.measure_end(id, report, charge.or_zero(Unit::Usd), false, now);
        }
        let outcome = if late { Outcome::SettledLate } else { Outcome::Settled };
        Ok(Settled { outcome, overage, usd: charge.get(Unit::Usd) })
    }

    /// ONCE: what has ended stays as it ended.
    #[cold]
    fn settle_again(&mut self, id: ReservationId, actual: &Actual, now: i64) -> Result<Settled, Error> {
        let Some(end) = self.reservations.get(id) else { return Err(Error::UnknownReservation) };
        if end.state != State::Settled {
            return Err(self.conflict(id, Error::AlreadyReleased, now));
        }
        let (charge, _) = self.charge(end, &end.amounts(), actual);
        if !end.charged().comes_to(&charge) {
            return Err(self.conflict(id, Error::AlreadySettled, now));
        }
        Ok(Settled { outcome: Outcome::Replayed, overage: 0, usd: charge.get(Unit::Usd) })
    }

    /// Ends a reservation of a call that never reached its provider, or for which nothing is charged.
    /// With `report.ok` false the provider failed, which breakers count.
    ///
    /// # Errors
    /// [`Error::UnknownReservation`], [`Error::AlreadySettled`], [`Error::InvalidTime`].
    pub fn release(&mut self, id: ReservationId, report: Report, now_ms: i64) -> Result<Outcome, Error> {
        let now = self.tick(now_ms)?;
        let Some(reservation) = self.reservations.find(id, now) else {
            return Err(Error::UnknownReservation);
        };
        let (late, held) = match reservation.state {
            State::Held | State::Expired => (reservation.state == State::Expired, reservation.amounts()),
            State::Released => return Ok(Outcome::Replayed),
            State::Settled | State::Free => return Err(self.conflict(id, Error::AlreadySettled, now)),
        };
        self.finish(id, State::Released, &held, &Amounts::default(), now);
        if late {
            self.count_end(id, None, Some(&held));
            self.say_of(id, EventKind::LateRelease, now, |_| {});
        }
        if report.ok == Some(false) {
            self.measure_end(id, report, 0, true, now);
        } else {
            self.probe_lost(id);
        }
        Ok(if late { Outcome::ReleasedLate } else { Outcome::Released })
    }

    /// What a settle charges: the actual amounts, and the hold where they say nothing. The flag says
    /// that the price is unknown and nobody was told yet.
    #[inline(always)]
    fn charge(&self, reservation: &Reservation, held: &Amounts, actual: &Actual) -> (Amounts, bool) {
        if actual.bad {
            return (*held, false);
        }
        if let (Some(_), Actual { tokens: None, input_tokens: None, output_tokens: None, usage: None, .. }) =
            (actual.usd, actual)
        {
            return (held.with(Unit::Usd, actual.usd), false);
        }
        let (mut charge, unknown) =
            self.used(actual, reservation.provider(), reservation.called(), reservation.created_ms);
        for unit in Unit::ALL {
            if charge.get(unit).is_none() {
                charge.set(unit, held.get(unit));
            }
        }
        (charge, unknown && !reservation.unpriced)
    }

    /// Hold (or presumption) off, charge on. CONSERVE: what leaves `held` is what the reserve put there.
    /// Returns whether a threshold may have been reached.
    #[inline(always)]
    fn finish(&mut self, id: ReservationId, end: State, held: &Amounts, charge: &Amounts, now: i64) -> bool {
        // Only a rolling counter's alarm is 0: its thresholds re-arm on what is spent before the charge.
        if self.has_marks() {
            self.rearm_before(id);
        }
        let Some(reservation) = self.reservations.end(id, end, charge, now) else { return false };
        let late = reservation.before == State::Expired;
        // Under another policy, or in another window, other counters than the charged ones decide the call.
        let alarmed = reservation.generation_of_policy != self.active.generation
            || reservation.created_ms < self.ledger.definitions.moved_ms();
        let amounts = Change { held, charge, late };
        alarmed
            | match reservation.holding {
                Holding::Ordinary(ordinary) => end_ordinary(&mut self.ledger, ordinary, amounts),
                Holding::Any(counters) => {
                    let add =
                        |counter: &Held| amounts.add(counter.at, counter.place, counter.unit, counter.alarm);
                    self.ledger.add_all(&counters.iter().map(add).collect::<Adds>())
                }
            }
    }

    #[cold]
    fn rearm_before(&mut self, id: ReservationId) {
        if self.reservations.is_rolling(id) {
            let Some(full) = self.reservations.full(id) else { return };
            let plan = self.plan(&full.attributes.call());
            self.rearm_rolling(&plan);
            self.put_back(plan);
        }
    }

    #[cold]
    fn settle_events(
        &mut self,
        id: ReservationId,
        (bad, unpriced, late): (bool, bool, bool),
        overage: i64,
        now: i64,
    ) {
        if bad {
            self.say_of(id, EventKind::BadUsage, now, |_| {});
        }
        if unpriced {
            self.say_of(id, EventKind::Unpriced, now, |_| {});
        }
        if overage > 0 {
            self.say_of(id, EventKind::Overage, now, |event| event.amount = Some((overage, Unit::Usd)));
        }
        if late {
            let charged = self.reservations.get(id).map(Reservation::charged).unwrap_or_default();
            self.say_of(id, EventKind::LateSettle, now, |event| {
                let unit = event.unit.unwrap_or(Unit::Usd);
                event.amount = Some((charged.or_zero(unit), unit));
            });
        }
    }

    /// An event about the money of a reservation.
    #[cold]
    fn say_of(&mut self, id: ReservationId, kind: EventKind, now: i64, add: impl FnOnce(&mut Event)) {
        let Some(full) = self.reservations.full(id) else { return };
        let mut event = self.money_event(&full, kind, now);
        add(&mut event);
        self.events.push(event);
    }

    #[cold]
    fn conflict(&mut self, id: ReservationId, error: Error, now: i64) -> Error {
        self.say_of(id, EventKind::SettleConflict, now, |event| event.reason = Some(error.code().into()));
        error
    }

    #[cold]
    fn fire_of(&mut self, id: ReservationId, now: i64) {
        let Some(Full { attributes, .. }) = self.reservations.full(id) else { return };
        self.fire_after(&attributes.call(), attributes.called(), now);
    }

    fn measure_end(&mut self, id: ReservationId, report: Report, spent: i64, released: bool, now: i64) {
        let Some(Full { attributes, .. }) = self.reservations.full(id) else { return };
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

/// What an end takes off and puts on.
#[derive(Clone, Copy)]
struct Change<'a> {
    held: &'a Amounts,
    charge: &'a Amounts,
    /// The hold has become a charge already.
    late: bool,
}

impl Change<'_> {
    #[inline]
    fn add(&self, at: CounterRef, place: u16, unit: Unit, alarm: i64) -> Add {
        let (off, on) = (self.held.or_zero(unit), self.charge.or_zero(unit));
        let (spent, held) = if self.late { (on.saturating_sub(off), 0) } else { (on, off.saturating_neg()) };
        Add { at, place, spent, held, alarm }
    }
}

/// Ends an ordinary reservation in its user's row, as long as its counters are where they were; what remains is ended
/// the long way.
#[inline(always)]
fn end_ordinary(ledger: &mut Ledger, ordinary: Counters<'_>, change: Change<'_>) -> bool {
    let Counters { parts, places, row, .. } = ordinary;
    let mut alarmed = false;
    let mut done = 0;
    if let Some(row) = ledger.subjects.row_mut(row).filter(|_| !change.late) {
        let near = row.near_mut();
        for (part, place) in parts.iter().zip(places) {
            if part.global {
                break;
            }
            if part.charges {
                let counter = near.get_mut(usize::from(*place));
                let counter = counter.filter(|c| c.definition == part.definition && c.window == part.window);
                // An amount that is held is never below zero.
                let off = change.held.or_zero(part.unit).wrapping_neg();
                let Some(spent) = counter.and_then(|c| c.add(change.charge.or_zero(part.unit), off)) else {
                    break;
                };
                alarmed |= spent >= part.alarm;
            }
            done += 1;
        }
    }
    if done < parts.len() {
        alarmed |= end_slowly(ledger, ordinary, done, change);
    }
    alarmed
}

/// Ends what an ordinary reservation holds from its part `done` on.
#[inline(never)]
fn end_slowly(ledger: &mut Ledger, ordinary: Counters<'_>, done: usize, change: Change<'_>) -> bool {
    let Counters { parts, places, row, global } = ordinary;
    let left = parts.iter().zip(places).skip(done).filter(|(part, _)| part.charges);
    let add = |(part, place): (&Part, &u8)| {
        let row = if part.global { global } else { row };
        let at = CounterRef { row, definition: part.definition, window: part.window };
        change.add(at, u16::from(*place), part.unit, part.alarm)
    };
    ledger.add_all(&left.map(add).collect::<Adds>())
}
