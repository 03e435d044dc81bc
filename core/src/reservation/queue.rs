//! Which hold expires next.
//!
//! Nearly all holds have the default time to live, so they expire in the order they were made: that of
//! their numbers, in which a cursor moves on. The others stand in a tree.

use super::{Reservation, Reservations, State};
use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub(super) struct Queue {
    /// No hold of the default time to live has a lower number.
    cursor: u64,
    /// (expiry, number) of holds with a time to live of their own.
    own: BTreeSet<(i64, u64)>,
}

impl Queue {
    /// Notes a new hold with a time to live of its own; the cursor finds the others.
    pub(super) fn join(&mut self, ends_ms: i64, number: u64) {
        self.own.insert((ends_ms, number));
    }

    /// Such a hold waits no longer.
    pub(super) fn leave(&mut self, ends_ms: i64, number: u64) {
        self.own.remove(&(ends_ms, number));
    }
}

impl Reservations {
    /// Makes the tree of holds with a time to live of their own anew.
    pub(super) fn fill_own(&mut self) {
        let own = self.ring.iter().filter(|r| r.state == State::Held && !r.usual);
        self.queue.own = own.map(|r| (r.ends_ms, r.number)).collect();
    }

    /// The hold that expires first: (expiry, number).
    fn first(&mut self) -> Option<(i64, u64)> {
        let waits = |r: &Reservation| r.state == State::Held && r.usual;
        let usual = self.ring.find(self.queue.cursor, self.last, waits).map(|r| (r.ends_ms, r.number));
        self.queue.cursor = usual.map_or(self.last.saturating_add(1), |(_, number)| number);
        let own = self.queue.own.first().copied();
        match (usual, own) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }

    /// When the first hold expires.
    pub(crate) fn next_expiry(&mut self) -> Option<i64> {
        self.first().map(|first| first.0)
    }

    /// The hold that expires first, if its time is over.
    pub(super) fn first_due(&mut self, now_ms: i64) -> Option<u64> {
        self.first().filter(|first| first.0 <= now_ms).map(|first| first.1)
    }
}
