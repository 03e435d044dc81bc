//! Reservations as they stand in a snapshot: those that are still known.

use super::{Reservation, Reservations, State};
use serde::{Deserialize, Serialize};

/// What is written.
#[derive(Serialize)]
pub(crate) struct SavedRef<'r> {
    known: Vec<&'r Reservation>,
    last: u64,
    ends: u64,
    expirations: u64,
}

/// What is read.
#[derive(Deserialize)]
pub(crate) struct Saved {
    known: Vec<Reservation>,
    last: u64,
    ends: u64,
    expirations: u64,
}

impl Reservations {
    /// What a command at `latest_ms` would find, by number.
    pub(crate) fn save(&self, latest_ms: i64) -> SavedRef<'_> {
        let mut known: Vec<&Reservation> =
            self.ring.iter().filter(|r| r.is_known(self.ends, latest_ms)).collect();
        crate::order::by(&mut known, |a, b| a.number < b.number);
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
            reservations.ring.put_back(reservation, saved.last);
        }
        reservations.fill_own();
        Some(reservations)
    }
}
