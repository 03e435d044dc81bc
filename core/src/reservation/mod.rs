//! Reservations: held → settled | released | expired (→ settled late, released late). One end, ever.

mod attributes;
mod ended;
mod places;
mod queue;

pub(crate) use attributes::Attributes;
use ended::Ended;
use places::{Place, Places};
use queue::Queue;

use crate::amounts::Amounts;
use crate::ledger::CounterRef;
use crate::unit::Unit;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
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
    pub(crate) state: State,
    /// Whether it has the default time to live.
    usual: bool,
    /// Whether the unknown price was an event already.
    pub(crate) unpriced: bool,
    /// Every reservation ever made has its number; the order of creation.
    sequence: u64,
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
}

/// A reservation as a command finds it.
pub(crate) enum Found {
    /// In that slot, held or expired.
    Open(u32),
    /// Settled or released, with the lead's counter alone.
    Ended(Box<Reservation>),
}

/// How long an end is remembered.
const REMEMBERED_MS: i64 = 3_600_000;
/// How many ends are remembered at most.
const REMEMBERED_MAX: u64 = 100_000;
/// How long an expired reservation waits for its late end.
const EXPIRED_MS: i64 = 24 * 3_600_000;
/// Old ends forgotten in one command.
const FORGET: usize = 4;
const CHUNK: usize = 1024;

/// All reservations that are held or remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reservations {
    /// Held and expired ones.
    slots: Vec<Vec<Reservation>>,
    free: Vec<u32>,
    #[serde(skip)]
    places: Places,
    #[serde(skip)]
    queue: Queue,
    ended: Ended,
    expired: VecDeque<(u32, u64)>,
    sequence: u64,
    expirations: u64,
}

impl Reservation {
    pub(crate) fn id(&self) -> ReservationId {
        ReservationId(self.sequence)
    }

    /// The budget that its decision named, and that budget's counter.
    #[inline]
    pub(crate) fn lead_counter(&self) -> Option<(u32, Held)> {
        let (name, place) = self.lead?;
        self.counters.get(usize::from(place)).map(|counter| (name, *counter))
    }
}

/// Whether a command at `now_ms` still finds what ended, or expired, at `ends_ms`.
#[inline]
const fn is_remembered(ends_ms: i64, for_ms: i64, now_ms: i64) -> bool {
    now_ms < ends_ms.saturating_add(for_ms)
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
        let ends_ms = now_ms.saturating_add(ttl_ms);
        self.places.add(sequence, Place::Slot(slot), usual);
        if !usual {
            self.enqueue_own(ends_ms, sequence, slot);
        }
        let reservation = self.slot_mut(slot).map(|reservation| {
            reservation.state = State::Held;
            reservation.usual = usual;
            reservation.sequence = sequence;
            reservation.created_ms = now_ms;
            reservation.ends_ms = ends_ms;
            reservation
        });
        (ReservationId(sequence), reservation)
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
    fn slot_mut(&mut self, slot: u32) -> Option<&mut Reservation> {
        self.slots.get_mut(slot as usize / CHUNK)?.get_mut(slot as usize % CHUNK)
    }

    /// A reservation that is held or still remembered.
    #[inline]
    pub(crate) fn find(&self, id: ReservationId, now_ms: i64) -> Option<Found> {
        match self.places.get(id.0)? {
            Place::Slot(slot) => {
                let reservation = self.slot(slot)?;
                let known = reservation.state == State::Held
                    || is_remembered(reservation.ends_ms, EXPIRED_MS, now_ms);
                known.then_some(Found::Open(slot))
            }
            Place::End(end) => self.find_ended(end, now_ms),
        }
    }

    #[cold]
    fn find_ended(&self, end: u32, now_ms: i64) -> Option<Found> {
        let ended = self.ended.get(end)?;
        is_remembered(ended.ends_ms, REMEMBERED_MS, now_ms).then(|| Found::Ended(Box::new(ended)))
    }

    /// The reservation of that name while it is held or expired.
    pub(crate) fn opened(&self, id: ReservationId) -> Option<&Reservation> {
        match self.places.get(id.0)? {
            Place::Slot(slot) => self.slot(slot),
            Place::End(_) => None,
        }
    }

    /// Ends a held or expired reservation for good; its slot is another's from then on.
    #[inline]
    pub(crate) fn end(&mut self, slot: u32, state: State, charged: &Amounts, now_ms: i64) {
        let Some(reservation) = self.slots.get_mut(slot as usize / CHUNK) else { return };
        let Some(reservation) = reservation.get_mut(slot as usize % CHUNK) else { return };
        let end = self.ended.push(reservation, state, charged, now_ms);
        let (held, usual) = (reservation.state == State::Held, reservation.usual);
        self.places.end(reservation.sequence, end, held && usual);
        if held && !usual {
            self.dequeue_own(slot);
        }
        self.free_slot(slot);
        self.forget(now_ms);
    }

    #[inline]
    fn free_slot(&mut self, slot: u32) {
        if let Some(reservation) = self.slot_mut(slot) {
            reservation.state = State::Free;
            self.free.push(slot);
        }
    }

    /// The next hold whose time is over at `now_ms`, in the order of (expiry, creation); it is
    /// expired then.
    pub(crate) fn expire_next(&mut self, now_ms: i64) -> Option<u32> {
        let slot = self.first_due(now_ms)?;
        let (sequence, usual) = self.slot(slot).map(|r| (r.sequence, r.usual))?;
        if usual {
            self.places.leave_queue(sequence);
        } else {
            self.dequeue_own(slot);
        }
        self.slot_mut(slot)?.state = State::Expired;
        self.expired.push_back((slot, sequence));
        self.expirations = self.expirations.saturating_add(1);
        Some(slot)
    }

    /// Whether some hold is over at `now_ms`.
    pub(crate) fn has_due(&mut self, now_ms: i64) -> bool {
        self.first_due(now_ms).is_some()
    }

    /// Forgets ends that are old or too many. Exactness is [`Reservations::find`]'s; this frees memory.
    #[inline]
    fn forget(&mut self, now_ms: i64) {
        for _ in 0..FORGET {
            let Some(front) = self.ended.front() else { break };
            let (sequence, ends_ms) = (front.sequence, front.ends_ms);
            if is_remembered(ends_ms, REMEMBERED_MS, now_ms) && self.ended.len() <= REMEMBERED_MAX {
                break;
            }
            self.ended.pop_front();
            self.places.forget(sequence);
        }
        if !self.expired.is_empty() {
            self.forget_expired(now_ms);
        }
    }

    fn forget_expired(&mut self, now_ms: i64) {
        for _ in 0..FORGET {
            let Some((slot, sequence)) = self.expired.front().copied() else { break };
            let waiting = self.slot(slot).filter(|r| r.state == State::Expired && r.sequence == sequence);
            if waiting.is_some_and(|r| is_remembered(r.ends_ms, EXPIRED_MS, now_ms)) {
                break;
            }
            let gone = waiting.is_some();
            self.expired.pop_front();
            if gone {
                self.places.forget(sequence);
                self.free_slot(slot);
            }
        }
    }

    /// Every reservation that is held or expired, for the rare commands that look at all of them.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Reservation> {
        self.slots.iter_mut().flatten().filter(|r| r.state != State::Free)
    }

    /// The counters that ended reservations name in events.
    pub(crate) fn ended_counters_mut(&mut self) -> impl Iterator<Item = &mut Held> {
        self.ended.iter_mut().filter_map(|end| end.lead.as_mut().map(|(_, counter)| counter))
    }

    /// Makes what lies after `now_ms` as if made at `now_ms`: the clock was wrong. What was forgotten
    /// at `latest_ms`, the time it showed, stays so.
    pub(crate) fn correct_clock(&mut self, latest_ms: i64, now_ms: i64) {
        while let Some(front) = self.ended.front() {
            let sequence = front.sequence;
            if is_remembered(front.ends_ms, REMEMBERED_MS, latest_ms) {
                break;
            }
            self.ended.pop_front();
            self.places.forget(sequence);
        }
        for end in self.ended.iter_mut() {
            end.ends_ms = end.ends_ms.min(now_ms);
        }
        let mut gone = BTreeSet::new();
        for (slot, reservation) in (0_u32..).zip(self.slots.iter_mut().flatten()) {
            match reservation.state {
                State::Held if reservation.created_ms > now_ms => {
                    let ttl = reservation.ends_ms.saturating_sub(reservation.created_ms);
                    reservation.created_ms = now_ms;
                    reservation.ends_ms = now_ms.saturating_add(ttl);
                }
                State::Expired if !is_remembered(reservation.ends_ms, EXPIRED_MS, latest_ms) => {
                    gone.insert((slot, reservation.sequence));
                }
                State::Expired => reservation.ends_ms = reservation.ends_ms.min(now_ms),
                _ => {}
            }
        }
        self.expired.retain(|expired| !gone.contains(expired));
        for (slot, sequence) in gone {
            self.places.forget(sequence);
            self.free_slot(slot);
        }
        self.fill_own();
    }
}
