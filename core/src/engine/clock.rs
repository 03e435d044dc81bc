//! Time: it comes in with every command, and what is due at it is done first.

use super::Engine;
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::ledger::CounterRef;
use crate::time;
use crate::unit::Unit;

/// A step back of up to this is ignored.
const STEP_BACK_MS: i64 = 24 * 3_600_000;
/// Ahead, a longer step is in doubt for a while.
const FAR_MS: u64 = STEP_BACK_MS.cast_unsigned();

impl Engine {
    /// Advances the clock, opens the windows of that time and expires holds. Returns the time that
    /// counts.
    ///
    /// # Errors
    /// [`Error::InvalidTime`]; nothing has changed then.
    #[inline]
    pub(super) fn tick(&mut self, now_ms: i64) -> Result<i64, Error> {
        // Neither back nor far ahead, in one comparison: a step over more than a day is noted, also where nothing is due.
        let step_ms = now_ms.wrapping_sub(self.latest_ms.unwrap_or(now_ms)).cast_unsigned();
        if now_ms < self.quiet_until_ms && step_ms <= FAR_MS {
            self.latest_ms = Some(now_ms);
            return Ok(now_ms);
        }
        self.tick_slowly(now_ms)
    }

    #[cold]
    fn tick_slowly(&mut self, now_ms: i64) -> Result<i64, Error> {
        time::check(now_ms)?;
        let latest = self.latest_ms.unwrap_or(now_ms);
        let corrected = now_ms < latest.saturating_sub(STEP_BACK_MS);
        let now = if corrected { now_ms } else { now_ms.max(latest) };
        if corrected || self.ledger.definitions.is_due(now) {
            self.open_windows(now)?;
        }
        if corrected {
            self.events.push(Event::new(EventKind::ClockCorrected, now));
            self.reservations.correct_clock(latest, now);
            self.breakers.correct_clock(now, self.active.policy.breakers());
        }
        self.ledger.step_clock(latest, now);
        self.latest_ms = Some(now);
        if let Some(totals) = &mut self.totals {
            totals.since_ms.get_or_insert(now);
        }
        while self.reservations.has_due(now) {
            self.expire(now);
        }
        for row in self.ledger.sweep(now) {
            self.fired.forget_row(row);
        }
        self.quiet_until_ms = self.next_due();
        Ok(now)
    }

    /// Until when a command has nothing to do first. Later holds pull it closer; it is never too late.
    fn next_due(&mut self) -> i64 {
        let hold = self.reservations.next_expiry().unwrap_or(i64::MAX);
        let sweep = self.ledger.next_sweep().unwrap_or(i64::MAX);
        self.ledger.definitions.boundary().min(hold).min(sweep).min(time::TIME_END_MS)
    }

    /// Opens the windows of `now` for every definition in use.
    pub(super) fn open_windows(&mut self, now: i64) -> Result<(), Error> {
        let moves = self.ledger.definitions.moves(now)?;
        let back = moves.iter().any(|(number, span)| {
            let before = self.ledger.definitions.get(*number).filter(|w| w.open != u32::MAX);
            before.is_some_and(|w| w.span.start_ms > span.start_ms)
        });
        let forget_at = self.ledger.definitions.advance(&moves, now);
        self.active.enter(&self.ledger.definitions);
        self.reservations.end_patterns();
        self.ledger.sweep_at(forget_at);
        if back {
            self.fold_future();
        }
        Ok(())
    }

    fn fold_future(&mut self) {
        let moved = self.ledger.fold_future();
        self.reservations.rename_windows(|definition, window| moved.get(&(definition, window)).copied());
        self.fired.rename_windows(&moved);
    }

    /// An unknown outcome must not lift the cap: the hold is charged, as a presumption.
    #[cold]
    fn expire(&mut self, now: i64) {
        let Some(reservation) = self.reservations.expire_next(now) else { return };
        let (at_ms, id) = (reservation.ends_ms, reservation.id());
        let Some(full) = self.reservations.full(id) else { return };
        let held = full.amounts;
        for counter in full.counters.iter() {
            let amount = i128::from(held.or_zero(counter.unit));
            // ONCE: the hold becomes a charge in one step. Where nothing is held nothing moves, so that a
            // bucket which has left is not made again.
            if amount != 0 {
                if counter.alarm == 0 && self.has_marks() {
                    let before = self.spent_as_of(counter.at, at_ms);
                    self.rearm(counter.at.row, counter.at.definition, before);
                }
                self.ledger.add(counter.at, amount, amount.saturating_neg(), 1);
            }
        }
        self.count_end(id, Some(&held), None);
        self.breakers.probe_lost(id.to_bits());
        if !full.counters.is_empty() {
            let mut event = self.money_event(&full, EventKind::Expired, at_ms);
            let unit = event.unit.unwrap_or(Unit::Usd);
            event.amount = Some((held.or_zero(unit), unit));
            self.events.push(event);
        }
    }

    /// Advances the clock alone. Returns how many holds expired.
    ///
    /// # Errors
    /// [`Error::InvalidTime`].
    pub fn expire_due(&mut self, now_ms: i64) -> Result<u64, Error> {
        let before = self.reservations.expirations();
        self.tick(now_ms)?;
        Ok(self.reservations.expirations().saturating_sub(before))
    }

    /// What a counter shows as spent, cut to the largest amount.
    pub(super) fn spent(&self, at: CounterRef) -> i64 {
        self.ledger.spent_in(at)
    }
}
