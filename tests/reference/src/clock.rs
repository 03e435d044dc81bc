//! The clock (§5, R31, R32): the latest time counts, a larger step back is a correction.

use crate::amount::{Amounts, show};
use crate::hold::State;
use crate::model::Model;
use crate::window::Window;
use serde_json::Value;

const DAY: i64 = 86_400_000;

impl Model {
    /// Sees a time; gives the time that counts and how many reservations expired by it.
    pub(crate) fn advance(&mut self, at: i64) -> (i64, usize) {
        let now = match self.latest {
            // §5: a step back of up to 24 h is ignored.
            Some(latest) if at < latest && latest - at <= DAY => latest,
            Some(latest) if at < latest => {
                self.correct(at);
                at
            }
            _ => at,
        };
        self.latest = Some(now);
        self.since.get_or_insert(now);
        let expired = self.expire(now);
        self.rearm_rolling(now);
        // R25: what is forgotten stays forgotten.
        self.holds.retain(|hold| hold.remembered(now));
        (now, expired)
    }

    /// §11, R31: what lies in the future of a corrected clock counts as made now.
    fn correct(&mut self, now: i64) {
        for entry in &mut self.book.entries {
            entry.at = entry.at.min(now);
        }
        for hold in &mut self.holds {
            hold.correct(now);
        }
        // Fired thresholds stay fired, in the window that takes their money over.
        let fired = std::mem::take(&mut self.fired);
        for (mut key, limit) in fired {
            if !matches!(key.counter.window, Window::Rolling { .. })
                && let Some((start, _)) = key.counter.window.span(now)
            {
                key.window = key.window.min(start);
            }
            self.fired.insert(key, limit);
        }
        self.correct_circuits(now);
        self.event("clock_corrected", now, None, None, &[]);
    }

    /// §7: on expiry the held amount is charged, presumed; in (expiry, creation) order.
    fn expire(&mut self, now: i64) -> usize {
        let mut due: Vec<(i64, u64)> = self
            .holds
            .iter()
            .filter(|h| matches!(h.state, State::Held) && h.expires() <= now)
            .map(|h| (h.expires(), h.id))
            .collect();
        due.sort_unstable();
        for (at, id) in &due {
            self.rearm_rolling(*at);
            let Some(hold) = self.holds.iter_mut().find(|h| h.id == *id) else { continue };
            hold.state = State::Expired { at: *at };
            let hold = hold.clone();
            // R24: an unestimated unit presumes 0.
            self.book.end_hold(hold.id, &hold.amounts);
            self.note(&hold.call, hold.called.as_deref(), (1, 0, 1), &hold.amounts);
            self.free_probes(hold.id);
            // §11: no-budget calls that expire emit nothing.
            if let Some((_, key)) = &hold.budget {
                let amount = amount_value(&hold.amounts, key.unit);
                self.hold_event("expired", *at, &hold, &[("amount", amount)]);
            }
        }
        due.len()
    }
}

/// An amount of one unit, 0 where it is not known.
pub(crate) fn amount_value(amounts: &Amounts, unit: &str) -> Value {
    show(amounts.get(unit).copied().unwrap_or(0), unit)
}
