//! A preview by a call that is running: does it still fit, its own hold aside?

use super::Engine;
use crate::call::Call;
use crate::decision::Decision;
use crate::error::Error;
use crate::reservation::{ReservationId, State};

impl Engine {
    /// Decides as [`Engine::preview`], as if the hold of `reservation` were off its counters. Of one that has ended
    /// nothing is held, so nothing is taken off.
    ///
    /// # Errors
    /// As [`Engine::preview`], and [`Error::UnknownReservation`].
    pub fn preview_without(
        &mut self,
        call: &Call<'_>,
        reservation: ReservationId,
        now_ms: i64,
    ) -> Result<Decision, Error> {
        let now = self.tick(now_ms)?;
        let found = self.reservations.find(reservation, now).ok_or(Error::UnknownReservation)?;
        if found.state != State::Held {
            return self.preview_at(call, now);
        }
        let Some(full) = self.reservations.full(reservation) else { return Err(Error::UnknownReservation) };
        let (held, counters) = (full.amounts, full.counters);
        let hold = |engine: &mut Engine, off: bool| {
            for counter in counters.iter() {
                let amount = i128::from(held.or_zero(counter.unit));
                // Where nothing is held nothing moves, so that a bucket which has left is not made again.
                if amount != 0 {
                    engine.ledger.add(counter.at, 0, if off { amount.saturating_neg() } else { amount }, 1);
                }
            }
        };
        // CONSERVE: what is taken off is put back, whatever the answer.
        hold(self, true);
        let decision = self.preview_at(call, now);
        hold(self, false);
        decision
    }
}
