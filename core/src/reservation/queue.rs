//! Which hold expires next.
//!
//! Nearly all holds have the default time to live, so they expire in the order they were made: that of
//! their numbers, in which a cursor moves on. The others stand in a tree.

use super::{Place, Places, Reservations, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Queue {
    /// No hold of the default time to live has a lower number.
    #[serde(skip)]
    cursor: u64,
    /// (expiry, number, slot) of holds with a time to live of their own.
    #[serde(skip)]
    own: BTreeSet<(i64, u64, u32)>,
}

impl Reservations {
    /// After a restore: places and queue are made anew from the reservations themselves, so that bytes
    /// which somebody changed cannot contradict them. `false` when they contradict each other.
    pub(crate) fn check(&mut self) -> bool {
        let free: BTreeSet<u32> = self.free.iter().copied().collect();
        let is_free = |slot: &u32| self.slot(*slot).is_some_and(|r| r.state == State::Free);
        if free.len() != self.free.len() || !free.iter().all(is_free) || !self.ended.is_sound() {
            return false;
        }
        let mut known: Vec<(u64, Place, bool)> = Vec::new();
        for (slot, reservation) in (0_u32..).zip(self.slots.iter().flatten()) {
            match reservation.state {
                State::Free => {}
                State::Held => known.push((reservation.sequence, Place::Slot(slot), reservation.usual)),
                State::Expired => known.push((reservation.sequence, Place::Slot(slot), false)),
                State::Settled | State::Released => return false,
            }
        }
        known.extend(self.ended.iter().map(|(number, end)| (end.sequence, Place::End(number), false)));
        known.sort_unstable_by_key(|(sequence, ..)| *sequence);
        let numbers = known.iter().map(|(sequence, ..)| sequence);
        if !numbers.clone().is_sorted_by(|a, b| a < b) || numbers.last().is_some_and(|s| *s > self.sequence) {
            return false;
        }
        self.places = Places::from(self.sequence);
        self.queue = Queue::default();
        for (sequence, place, waits) in known {
            self.places.add(sequence, place, waits);
        }
        self.fill_own();
        true
    }

    /// Makes the tree of holds with a time to live of their own anew.
    pub(super) fn fill_own(&mut self) {
        let slots = (0_u32..).zip(self.slots.iter().flatten());
        let own = slots.filter(|(_, r)| r.state == State::Held && !r.usual);
        self.queue.own = own.map(|(slot, r)| (r.ends_ms, r.sequence, slot)).collect();
    }

    /// Notes a new hold with a time to live of its own; the places know the others.
    pub(super) fn enqueue_own(&mut self, ends_ms: i64, sequence: u64, slot: u32) {
        self.queue.own.insert((ends_ms, sequence, slot));
    }

    pub(super) fn dequeue_own(&mut self, slot: u32) {
        if let Some(key) = self.slot(slot).map(|r| (r.ends_ms, r.sequence, slot)) {
            self.queue.own.remove(&key);
        }
    }

    /// The hold that expires first: (expiry, number, slot).
    pub(super) fn first(&mut self) -> Option<(i64, u64, u32)> {
        let own = self.queue.own.first().copied();
        match (self.first_usual(), own) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }

    fn first_usual(&mut self) -> Option<(i64, u64, u32)> {
        loop {
            let Some((sequence, slot)) = self.places.next_waiting(self.queue.cursor) else {
                self.queue.cursor = self.sequence.saturating_add(1);
                return None;
            };
            self.queue.cursor = sequence;
            let waits = self.slot(slot).filter(|r| r.state == State::Held && r.usual);
            if let Some(reservation) = waits {
                return Some((reservation.ends_ms, sequence, slot));
            }
            self.queue.cursor = sequence.saturating_add(1);
        }
    }

    /// When the first hold expires.
    pub(crate) fn next_expiry(&mut self) -> Option<i64> {
        self.first().map(|first| first.0)
    }

    /// The hold that expires first, if its time is over.
    pub(super) fn first_due(&mut self, now_ms: i64) -> Option<u32> {
        self.first().filter(|first| first.0 <= now_ms).map(|first| first.2)
    }
}
