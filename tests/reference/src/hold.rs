//! Reservations and their states (§7).

use crate::amount::Amounts;
use crate::call::Call;
use crate::select::Key;

/// `held → settled | released | expired (→ settled or released late)`.
#[derive(Debug, Clone)]
pub(crate) enum State {
    Held,
    Settled { amounts: Amounts, end: i64 },
    Released { end: i64 },
    Expired { at: i64 },
}

/// One reservation.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) id: u64,
    pub(crate) call: Call,
    /// The model that is called: the sibling of a downgrade.
    pub(crate) called: Option<String>,
    pub(crate) created: i64,
    pub(crate) ttl: i64,
    /// What is held, by unit; an absent unit was not estimated.
    pub(crate) amounts: Amounts,
    /// R22: the decision's budget and its counter, as they were at the reserve.
    pub(crate) budget: Option<(String, Key)>,
    /// R3: the reserve has said `unpriced` already.
    pub(crate) told_unpriced: bool,
    pub(crate) state: State,
}

const HOUR: i64 = 3_600_000;

impl Hold {
    /// The instant from which it is no longer usable.
    pub(crate) fn expires(&self) -> i64 {
        self.created + self.ttl
    }

    /// R25: ends are remembered for an hour, expiries for a day.
    pub(crate) fn remembered(&self, now: i64) -> bool {
        match &self.state {
            State::Held => true,
            State::Settled { end, .. } | State::Released { end } => now < end + HOUR,
            State::Expired { at } => now < at + 24 * HOUR,
        }
    }

    /// §11: what lies in the future of a corrected clock counts as made now.
    pub(crate) fn correct(&mut self, now: i64) {
        self.created = self.created.min(now);
        match &mut self.state {
            State::Held => {}
            State::Settled { end, .. } | State::Released { end } => *end = (*end).min(now),
            State::Expired { at } => *at = (*at).min(now),
        }
    }
}
