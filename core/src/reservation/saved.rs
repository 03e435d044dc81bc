//! Reservations as they stand in a snapshot: those that are still known, each in full.

use super::pattern::Patterns;
use super::{Full, Reservation, Reservations, State};
use serde::{Deserialize, Serialize, Serializer};

/// What is written.
#[derive(Serialize)]
pub(crate) struct SavedRef<'r> {
    known: Known<'r>,
    last: u64,
    ends: u64,
    expirations: u64,
}

/// What is read.
#[derive(Deserialize)]
pub(crate) struct Saved {
    known: Vec<Whole>,
    last: u64,
    ends: u64,
    expirations: u64,
}

/// One reservation.
#[derive(Serialize, Deserialize)]
struct Whole {
    state: State,
    usual: bool,
    unpriced: bool,
    number: u64,
    end: u64,
    created_ms: i64,
    ends_ms: i64,
    rest: Full,
}

/// Reservations that are written out one by one, for all of them at once would take much memory.
struct Known<'r> {
    list: Vec<&'r Reservation>,
    patterns: &'r Patterns,
}

impl Serialize for Known<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.list.iter().map(|reservation| Whole {
            state: reservation.state,
            usual: reservation.usual,
            unpriced: reservation.unpriced,
            number: reservation.number,
            end: reservation.end,
            created_ms: reservation.created_ms,
            ends_ms: reservation.ends_ms,
            rest: reservation.to_full(self.patterns),
        }))
    }
}

impl From<Whole> for Reservation {
    fn from(whole: Whole) -> Reservation {
        let mut reservation = Reservation::default();
        reservation.state = whole.state;
        reservation.usual = whole.usual;
        reservation.unpriced = whole.unpriced;
        reservation.number = whole.number;
        reservation.end = whole.end;
        reservation.created_ms = whole.created_ms;
        reservation.ends_ms = whole.ends_ms;
        *reservation.fill_in_full() = whole.rest;
        reservation
    }
}

impl Reservations {
    /// What a command at `latest_ms` would find, by number.
    pub(crate) fn save(&self, latest_ms: i64) -> SavedRef<'_> {
        let mut list: Vec<&Reservation> =
            self.ring.iter().filter(|r| r.is_known(self.ends, latest_ms)).collect();
        crate::order::by(&mut list, |a, b| a.number < b.number);
        let known = Known { list, patterns: &self.patterns };
        SavedRef { known, last: self.last, ends: self.ends, expirations: self.expirations }
    }

    /// `None` where numbers contradict each other: somebody changed the bytes.
    pub(crate) fn load(saved: Saved) -> Option<Reservations> {
        let mut reservations = Reservations {
            last: saved.last,
            ends: saved.ends,
            expirations: saved.expirations,
            ..Reservations::default()
        };
        let mut before = 0;
        for reservation in saved.known {
            if reservation.number <= before
                || reservation.number > saved.last
                || reservation.state == State::Free
            {
                return None;
            }
            before = reservation.number;
            reservations.ring.put_back(reservation.into(), saved.last, &Patterns::default());
        }
        reservations.fill_own();
        Some(reservations)
    }
}
