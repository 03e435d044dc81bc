//! Reservations: held → settled | released | expired (→ settled late, released late). One end, ever.

mod attributes;
mod holds;
mod pattern;
mod queue;
mod record;
mod ring;
mod saved;
mod texts;

pub(crate) use attributes::Attributes;
pub(crate) use holds::{Held, Holds};
use pattern::Patterns;
pub(crate) use pattern::{NO_PATTERN, Part, Pattern, SEATS_MAX};
use queue::Queue;
pub(crate) use record::{Full, Ordinary, Reservation};
use ring::Ring;
pub(crate) use saved::{Saved, SavedRef};

use crate::amounts::Amounts;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names one reservation of one engine: its number, in the order of creation, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReservationId(u64);

impl ReservationId {
    /// The id as a number, for bindings that pass numbers.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The id of that number; whether it names a reservation only the engine knows.
    #[must_use]
    pub const fn from_bits(bits: u64) -> ReservationId {
        ReservationId(bits)
    }

    /// Reads the text form.
    #[must_use]
    pub fn parse(text: &str) -> Option<ReservationId> {
        let digits = text.strip_prefix('r')?;
        let canonical = digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        u64::from_str_radix(digits, 16).ok().filter(|_| canonical).map(ReservationId)
    }
}

impl ReservationId {
    /// The reservation of a name; for what is no name, one that is never made.
    pub(crate) fn named(text: &str) -> ReservationId {
        ReservationId::parse(text).unwrap_or(ReservationId(u64::MAX))
    }
}

impl fmt::Display for ReservationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{:x}", self.0)
    }
}

/// Where a reservation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum State {
    #[default]
    Free,
    Held,
    /// Its hold is charged and marked presumed; a late end may still correct that.
    Expired,
    Settled,
    Released,
}

/// The budget that a decision named, and that budget's place among the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lead {
    pub(crate) name: u32,
    pub(crate) line: u16,
}

/// What an end takes off or puts on.
pub(crate) struct Ending<'r> {
    /// Held or expired.
    pub(crate) before: State,
    pub(crate) created_ms: i64,
    pub(crate) generation_of_policy: u32,
    pub(crate) holding: Holding<'r>,
}

/// The counters that a reservation holds something of.
pub(crate) enum Holding<'r> {
    Ordinary(Counters<'r>),
    Any(&'r [Held]),
}

/// The counters of an ordinary reservation.
#[derive(Clone, Copy)]
pub(crate) struct Counters<'r> {
    pub(crate) parts: &'r [Part],
    pub(crate) places: &'r [u8; SEATS_MAX],
    /// The rows of the user's counters and of the global ones.
    pub(crate) row: u32,
    pub(crate) global: u32,
}

/// How long an end is remembered.
const REMEMBERED_MS: i64 = 3_600_000;
/// How many ends are remembered at most.
const REMEMBERED_MAX: u64 = 100_000;
/// How long an expired reservation waits for its late end.
const EXPIRED_MS: i64 = 24 * 3_600_000;

/// All reservations that are held or remembered.
#[derive(Debug, Default)]
pub(crate) struct Reservations {
    ring: Ring,
    patterns: Patterns,
    queue: Queue,
    /// The number of the latest reservation.
    last: u64,
    /// How many have ended.
    ends: u64,
    expirations: u64,
}

impl Reservation {
    /// Whether a command at `now_ms`, after `ends` ends, still finds it.
    #[inline]
    fn is_known(&self, ends: u64, now_ms: i64) -> bool {
        // Asked first: nearly all that are looked for are held.
        if self.state == State::Held {
            return true;
        }
        match self.state {
            State::Free => false,
            State::Held => true,
            State::Expired => now_ms < self.ends_ms.saturating_add(EXPIRED_MS),
            State::Settled | State::Released => {
                now_ms < self.ends_ms.saturating_add(REMEMBERED_MS)
                    && ends.wrapping_sub(self.end) < REMEMBERED_MAX
            }
        }
    }
}

impl Reservations {
    /// How many holds ever expired.
    pub(crate) fn expirations(&self) -> u64 {
        self.expirations
    }

    /// How many neither ended nor expired; looks at all of them.
    pub(crate) fn held(&self) -> u64 {
        self.ring.iter().filter(|reservation| reservation.state == State::Held).count() as u64
    }

    /// Makes a held reservation for the caller to fill; `usual` when it has the default time to live.
    #[inline(always)]
    pub(crate) fn open(
        &mut self,
        now_ms: i64,
        ttl_ms: i64,
        usual: bool,
    ) -> (ReservationId, Option<&mut Reservation>) {
        self.last = self.last.wrapping_add(1);
        let (number, ends) = (self.last, self.ends);
        let ends_ms = now_ms.saturating_add(ttl_ms);
        if !usual {
            self.queue.join(ends_ms, number);
        }
        let mut reservation = self.ring.place(number, &self.patterns, |before| before.is_known(ends, now_ms));
        if let Some(reservation) = &mut reservation {
            reservation.state = State::Held;
            reservation.usual = usual;
            reservation.number = number;
            reservation.created_ms = now_ms;
            reservation.ends_ms = ends_ms;
        }
        (ReservationId(number), reservation)
    }

    /// Gives as many numbers to nobody.
    pub(crate) fn pass_over(&mut self, count: u64) {
        self.last = self.last.saturating_add(count);
        // Those that the ring would no longer look for by their number go where it looks.
        let mut before = std::mem::take(&mut self.ring);
        for reservation in before.iter_mut().filter(|r| r.state != State::Free) {
            self.ring.put_back(std::mem::take(reservation), self.last, &self.patterns);
        }
    }

    /// A reservation that is held or still remembered.
    #[inline]
    pub(crate) fn find(&self, id: ReservationId, now_ms: i64) -> Option<&Reservation> {
        self.ring.get(id.0).filter(|reservation| reservation.is_known(self.ends, now_ms))
    }

    /// The reservation of that name, for as long as it has not made room for another.
    #[inline]
    pub(crate) fn get(&self, id: ReservationId) -> Option<&Reservation> {
        self.ring.get(id.0)
    }

    /// All that is to be known of the reservation of that name, as [`Reservations::get`] finds it.
    pub(crate) fn full(&self, id: ReservationId) -> Option<Full> {
        self.get(id).map(|reservation| reservation.to_full(&self.patterns))
    }

    /// Whether the reservation holds something of a rolling counter, whose alarm is 0; an ordinary one never does.
    pub(crate) fn is_rolling(&self, id: ReservationId) -> bool {
        let full = self.get(id).and_then(Reservation::full);
        full.is_some_and(|full| full.counters.iter().any(|counter| counter.alarm == 0))
    }

    /// Keeps a pattern for the ordinary reservations to come, and gives its number.
    pub(crate) fn add_pattern(&mut self, pattern: Pattern) -> u32 {
        self.patterns.add(pattern, self.last)
    }

    /// The row of the global counters in a pattern.
    #[inline]
    pub(crate) fn global_of(&self, pattern: u32) -> Option<u32> {
        self.patterns.get(pattern).map(|pattern| pattern.global)
    }

    /// No reservation from now on has a pattern that is there already.
    pub(crate) fn end_patterns(&mut self) {
        self.patterns.end(self.last);
    }

    /// Ends a held or expired reservation for good, and tells what it was.
    #[inline(always)]
    pub(crate) fn end(
        &mut self,
        id: ReservationId,
        state: State,
        charged: &Amounts,
        now_ms: i64,
    ) -> Option<Ending<'_>> {
        let reservation = self.ring.get_mut(id.0)?;
        let before = reservation.state;
        if before == State::Held && !reservation.usual {
            self.queue.leave(reservation.ends_ms, id.0);
        }
        reservation.state = state;
        reservation.ends_ms = now_ms;
        reservation.charge(charged, &self.patterns);
        self.ends = self.ends.wrapping_add(1);
        reservation.end = self.ends;
        let created_ms = reservation.created_ms;
        if let Some(full) = reservation.full() {
            return Some(Ending {
                before,
                created_ms,
                generation_of_policy: full.generation_of_policy,
                holding: Holding::Any(&full.counters),
            });
        }
        let (pattern, row, places) = reservation.ordinary();
        let pattern = self.patterns.get(pattern)?;
        Some(Ending {
            before,
            created_ms,
            generation_of_policy: pattern.generation,
            holding: Holding::Ordinary(Counters {
                parts: &pattern.parts,
                places,
                row,
                global: pattern.global,
            }),
        })
    }

    /// The next hold whose time is over at `now_ms`, in the order of (expiry, creation); it is
    /// expired then.
    pub(crate) fn expire_next(&mut self, now_ms: i64) -> Option<&Reservation> {
        let number = self.first_due(now_ms)?;
        let reservation = self.ring.get_mut(number)?;
        reservation.state = State::Expired;
        if !reservation.usual {
            self.queue.leave(reservation.ends_ms, number);
        }
        self.expirations = self.expirations.saturating_add(1);
        self.ring.get(number)
    }

    /// Whether some hold is over at `now_ms`.
    pub(crate) fn has_due(&mut self, now_ms: i64) -> bool {
        self.first_due(now_ms).is_some()
    }

    /// Names the windows of all that is held anew.
    pub(crate) fn rename_windows(&mut self, renamed: impl Fn(u32, u32) -> Option<u32>) {
        for part in self.patterns.iter_mut().flat_map(|pattern| pattern.parts.iter_mut()) {
            part.window = renamed(part.definition, part.window).unwrap_or(part.window);
        }
        let full = self.ring.iter_mut().filter_map(Reservation::full_mut);
        for held in full.flat_map(|full| full.counters.iter_mut()) {
            held.at.window = renamed(held.at.definition, held.at.window).unwrap_or(held.at.window);
        }
    }

    /// Adds to each reservation the counters that `more` makes of those that it has.
    pub(crate) fn extend(&mut self, more: impl Fn(&[Held]) -> Vec<Held>) {
        for reservation in self.ring.iter_mut().filter(|r| r.state != State::Free) {
            let more = more(&reservation.counters(&self.patterns));
            if !more.is_empty() {
                reservation.expand(&self.patterns).counters.extend(more);
            }
        }
    }

    /// Makes what lies after `now_ms` as if made at `now_ms`: the clock was wrong. What was forgotten
    /// at `latest_ms`, the time it showed, stays so.
    pub(crate) fn correct_clock(&mut self, latest_ms: i64, now_ms: i64) {
        let ends = self.ends;
        for reservation in self.ring.iter_mut() {
            match reservation.state {
                State::Held if reservation.created_ms > now_ms => {
                    let ttl = reservation.ends_ms.saturating_sub(reservation.created_ms);
                    reservation.created_ms = now_ms;
                    reservation.ends_ms = now_ms.saturating_add(ttl);
                }
                State::Held | State::Free => {}
                _ if !reservation.is_known(ends, latest_ms) => reservation.state = State::Free,
                _ => reservation.ends_ms = reservation.ends_ms.min(now_ms),
            }
        }
        self.fill_own();
    }
}
