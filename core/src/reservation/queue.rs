//! Which hold expires next.
//!
//! Nearly all holds have the default time to live, so they expire in the order they were made: a
//! doubly linked list through the places themselves, without a look-up. The others stand in a tree.

use super::{Reservation, Reservations};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Links {
    before: u32,
    after: u32,
    usual: bool,
}

impl Default for Links {
    fn default() -> Links {
        Links { before: NONE, after: NONE, usual: false }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Queue {
    first: u32,
    last: u32,
    /// (expiry, creation, place) of holds with a time to live of their own.
    own: BTreeSet<(i64, u64, u32)>,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue { first: NONE, last: NONE, own: BTreeSet::new() }
    }
}

impl Reservations {
    /// After a restore: the queue is made anew from the holds themselves, so that bytes which somebody
    /// changed cannot make it run in a circle. `false` when a place is free and in use at once.
    pub(crate) fn check(&mut self) -> bool {
        let free: BTreeSet<u32> = self.free.iter().copied().collect();
        let is_free = |slot: &u32| self.slot(*slot).is_some_and(|r| r.state == super::State::Free);
        if free.len() != self.free.len() || !free.iter().all(is_free) {
            return false;
        }
        self.queue = Queue::default();
        let mut held: Vec<(u64, u32, bool)> = Vec::new();
        for (slot, reservation) in (0_u32..).zip(self.slots.iter_mut().flatten()) {
            if reservation.state == super::State::Held {
                held.push((reservation.sequence, slot, reservation.links.usual));
            }
            reservation.links = Links::default();
        }
        held.sort_unstable();
        for (_, slot, usual) in held {
            self.enqueue(slot, usual);
        }
        true
    }

    pub(super) fn is_usual(&self, slot: u32) -> bool {
        self.slot(slot).is_some_and(|r| r.links.usual)
    }

    #[inline]
    pub(super) fn enqueue(&mut self, slot: u32, usual: bool) {
        if !usual {
            if let Some(key) = self.key(slot) {
                self.queue.own.insert(key);
            }
            self.link(slot, Links::default());
            return;
        }
        let last = self.queue.last;
        self.link(slot, Links { before: last, after: NONE, usual });
        match self.slot_mut(last) {
            Some(before) => before.links.after = slot,
            None => self.queue.first = slot,
        }
        self.queue.last = slot;
    }

    /// Takes a place out; one that is in no queue stays as it is.
    #[inline]
    pub(super) fn dequeue(&mut self, slot: u32) {
        let Some(links) = self.slot(slot).map(|r| r.links) else { return };
        if !links.usual {
            if let Some(key) = self.key(slot) {
                self.queue.own.remove(&key);
            }
            return;
        }
        match self.slot_mut(links.before) {
            Some(before) => before.links.after = links.after,
            None => self.queue.first = links.after,
        }
        match self.slot_mut(links.after) {
            Some(after) => after.links.before = links.before,
            None => self.queue.last = links.before,
        }
        self.link(slot, Links::default());
    }

    fn link(&mut self, slot: u32, links: Links) {
        if let Some(reservation) = self.slot_mut(slot) {
            reservation.links = links;
        }
    }

    fn key(&self, slot: u32) -> Option<(i64, u64, u32)> {
        self.slot(slot).map(|r: &Reservation| (r.ends_ms, r.sequence, slot))
    }

    /// The hold that expires first, if its time is over.
    pub(super) fn first_due(&self, now_ms: i64) -> Option<u32> {
        self.first().filter(|first| first.0 <= now_ms).map(|first| first.2)
    }

    /// When the first hold expires.
    pub(crate) fn next_expiry(&self) -> Option<i64> {
        self.first().map(|first| first.0)
    }

    fn first(&self) -> Option<(i64, u64, u32)> {
        let usual = self.key(self.queue.first);
        let own = self.queue.own.first().copied();
        match (usual, own) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }
}
