//! Reservations: held → settled | released | expired (→ settled late, released late). One end, ever.

mod attributes;
mod queue;

pub(crate) use attributes::Attributes;
use queue::Queue;

use crate::amounts::Amounts;
use crate::ledger::CounterRef;
use crate::unit::Unit;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;

/// Names one reservation of one engine.
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

    const fn new(slot: u32, generation: u32) -> ReservationId {
        ReservationId((generation as u64) << 32 | slot as u64)
    }

    /// The place that it names, whoever has it now.
    pub(crate) const fn slot(self) -> u32 {
        self.parts().0
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "the lower half is the slot, the upper the generation"
    )]
    const fn parts(self) -> (u32, u32) {
        (self.0 as u32, (self.0 >> 32) as u32)
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

const fn nowhere() -> u16 {
    u16::MAX
}

/// One counter that a reservation holds something of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) at: CounterRef,
    /// Where in its row the counter stood. A hint, which depends on the calls before: no state.
    #[serde(skip, default = "nowhere")]
    pub(crate) place: u16,
    pub(crate) unit: Unit,
    /// The spent amount from which on a threshold may fire, as the policy of the reserve has it.
    pub(crate) alarm: i64,
}

/// One reservation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    generation: u32,
    pub(crate) state: State,
    /// Every reservation ever made has its number; the order of creation.
    pub(crate) sequence: u64,
    pub(crate) created_ms: i64,
    /// When the hold expires; once ended, when that was.
    pub(crate) ends_ms: i64,
    /// What is held, or was.
    pub(crate) amounts: Amounts,
    /// What was charged, once settled.
    pub(crate) charged: Amounts,
    pub(crate) counters: Vec<Held>,
    pub(crate) attributes: Attributes,
    /// The policy it was judged by.
    pub(crate) generation_of_policy: u32,
    /// The budget its decision named, and that budget's place in `counters`.
    pub(crate) lead: Option<(u32, u16)>,
    /// Whether the unknown price was an event already.
    pub(crate) unpriced: bool,
    /// Where its time stands in the queue; expires at its own time when not the usual one.
    links: queue::Links,
}

/// How long an end is remembered.
const REMEMBERED_MS: i64 = 3_600_000;
/// How many ends are remembered at most.
const REMEMBERED_MAX: usize = 100_000;
/// How long an expired reservation waits for its late end.
const EXPIRED_MS: i64 = 24 * 3_600_000;
/// Old ends forgotten in one command.
const FORGET: usize = 4;
const CHUNK: usize = 1024;

/// All reservations that are held or remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reservations {
    slots: Vec<Vec<Reservation>>,
    free: Vec<u32>,
    queue: Queue,
    ended: VecDeque<u32>,
    expired: VecDeque<(u32, u64)>,
    sequence: u64,
    expirations: u64,
}

impl Reservation {
    pub(crate) fn id(&self, slot: u32) -> ReservationId {
        ReservationId::new(slot, self.generation)
    }

    /// Whether a command at `now_ms` still finds it.
    #[inline]
    fn is_remembered(&self, now_ms: i64) -> bool {
        match self.state {
            State::Free => false,
            State::Held => true,
            State::Expired => now_ms < self.ends_ms.saturating_add(EXPIRED_MS),
            State::Settled | State::Released => now_ms < self.ends_ms.saturating_add(REMEMBERED_MS),
        }
    }
}

impl Reservations {
    /// How many holds ever expired.
    pub(crate) fn expirations(&self) -> u64 {
        self.expirations
    }

    /// Makes a held reservation for the caller to fill; `usual` when it has the default time to live.
    #[inline]
    pub(crate) fn open(
        &mut self,
        now_ms: i64,
        ttl_ms: i64,
        usual: bool,
    ) -> (ReservationId, Option<&mut Reservation>) {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence;
        if let Some(reservation) = self.slot_mut(slot) {
            reservation.state = State::Held;
            reservation.sequence = sequence;
            reservation.created_ms = now_ms;
            reservation.ends_ms = now_ms.saturating_add(ttl_ms);
        }
        self.enqueue(slot, usual);
        let reservation = self.slot_mut(slot);
        (ReservationId::new(slot, reservation.as_ref().map_or(0, |r| r.generation)), reservation)
    }

    #[cold]
    fn grow(&mut self) -> u32 {
        if self.slots.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.slots.push(Vec::with_capacity(CHUNK));
        }
        let chunk = self.slots.len().saturating_sub(1);
        let Some(last) = self.slots.last_mut() else { return u32::MAX };
        last.push(Reservation::default());
        u32::try_from(chunk * CHUNK + last.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    #[inline]
    pub(crate) fn slot(&self, slot: u32) -> Option<&Reservation> {
        self.slots.get(slot as usize / CHUNK)?.get(slot as usize % CHUNK)
    }

    #[inline]
    pub(crate) fn slot_mut(&mut self, slot: u32) -> Option<&mut Reservation> {
        self.slots.get_mut(slot as usize / CHUNK)?.get_mut(slot as usize % CHUNK)
    }

    /// The place of a reservation that is held or still remembered.
    #[inline]
    pub(crate) fn find(&self, id: ReservationId, now_ms: i64) -> Option<u32> {
        let (slot, generation) = id.parts();
        let found = self.slot(slot).filter(|r| r.generation == generation)?;
        found.is_remembered(now_ms).then_some(slot)
    }

    /// Ends a held or expired reservation for good.
    #[inline]
    pub(crate) fn end(&mut self, slot: u32, state: State, now_ms: i64) {
        self.dequeue(slot);
        if let Some(reservation) = self.slot_mut(slot) {
            reservation.state = state;
            reservation.ends_ms = now_ms;
            self.ended.push_back(slot);
        }
        self.forget(now_ms);
    }

    /// The next hold whose time is over at `now_ms`, in the order of (expiry, creation); it is
    /// expired then.
    pub(crate) fn expire_next(&mut self, now_ms: i64) -> Option<u32> {
        let slot = self.first_due(now_ms)?;
        self.dequeue(slot);
        let reservation = self.slot_mut(slot)?;
        reservation.state = State::Expired;
        let sequence = reservation.sequence;
        self.expired.push_back((slot, sequence));
        self.expirations = self.expirations.saturating_add(1);
        Some(slot)
    }

    /// Whether some hold is over at `now_ms`.
    #[inline]
    pub(crate) fn has_due(&self, now_ms: i64) -> bool {
        self.first_due(now_ms).is_some()
    }

    /// Forgets ends that are old or too many. Exactness is [`Reservations::find`]'s; this frees memory.
    #[inline]
    fn forget(&mut self, now_ms: i64) {
        for _ in 0..FORGET {
            let Some(slot) = self.ended.front().copied() else { break };
            let old = self.slot(slot).is_none_or(|r| r.ends_ms.saturating_add(REMEMBERED_MS) <= now_ms);
            if !old && self.ended.len() <= REMEMBERED_MAX {
                break;
            }
            self.ended.pop_front();
            if self.slot(slot).is_some_and(|r| matches!(r.state, State::Settled | State::Released)) {
                self.release_slot(slot);
            }
        }
        if !self.expired.is_empty() {
            self.forget_expired(now_ms);
        }
    }

    fn forget_expired(&mut self, now_ms: i64) {
        for _ in 0..FORGET {
            let Some((slot, sequence)) = self.expired.front().copied() else { break };
            let waiting = self.slot(slot).filter(|r| r.state == State::Expired && r.sequence == sequence);
            if waiting.is_some_and(|r| now_ms < r.ends_ms.saturating_add(EXPIRED_MS)) {
                break;
            }
            let gone = waiting.is_some();
            self.expired.pop_front();
            if gone {
                self.release_slot(slot);
            }
        }
    }

    fn release_slot(&mut self, slot: u32) {
        if let Some(reservation) = self.slot_mut(slot) {
            reservation.state = State::Free;
            reservation.generation = reservation.generation.wrapping_add(1);
            self.free.push(slot);
        }
    }

    /// Every place, for the rare commands that look at all of them.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Reservation> {
        self.slots.iter_mut().flatten().filter(|r| r.state != State::Free)
    }

    /// Makes what lies after `now_ms` as if made at `now_ms`: the clock was wrong. What was forgotten
    /// at `latest_ms`, the time it showed, stays so.
    pub(crate) fn correct_clock(&mut self, latest_ms: i64, now_ms: i64) {
        let forgotten = |r: &Reservation| r.state != State::Free && !r.is_remembered(latest_ms);
        let gone = (0_u32..).zip(self.slots.iter().flatten()).filter(|(_, r)| forgotten(r));
        let gone: std::collections::BTreeSet<u32> = gone.map(|(slot, _)| slot).collect();
        self.ended.retain(|slot| !gone.contains(slot));
        self.expired.retain(|(slot, _)| !gone.contains(slot));
        for slot in gone {
            self.release_slot(slot);
        }
        let mut held: Vec<(u64, u32)> = Vec::new();
        for (slot, reservation) in (0_u32..).zip(self.slots.iter_mut().flatten()) {
            if reservation.state == State::Held {
                held.push((reservation.sequence, slot));
            } else if reservation.ends_ms > now_ms {
                reservation.ends_ms = now_ms;
            }
        }
        held.sort_unstable();
        for (_, slot) in held {
            let usual = self.is_usual(slot);
            self.dequeue(slot);
            if let Some(reservation) = self.slot_mut(slot).filter(|r| r.created_ms > now_ms) {
                let ttl = reservation.ends_ms.saturating_sub(reservation.created_ms);
                reservation.created_ms = now_ms;
                reservation.ends_ms = now_ms.saturating_add(ttl);
            }
            self.enqueue(slot, usual);
        }
    }
}
