//! The ends that are remembered: for a while a repeated settle is told from another one.
//!
//! A ring in chunks: an end is written once, at its end, and read only when the reservation is named again.

use super::{Attributes, Held, Reservation, State};
use crate::amounts::Amounts;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

const CHUNK: u64 = 512;

/// What is remembered of a reservation; its texts stand in the chunk.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) sequence: u64,
    created_ms: i64,
    /// When it ended.
    pub(super) ends_ms: i64,
    amounts: Amounts,
    charged: Amounts,
    /// The budget its decision named, and that budget's counter.
    pub(super) lead: Option<(u32, Held)>,
    lengths: [u16; 8],
    /// Where its texts begin in the chunk.
    text: u32,
    settled: bool,
    unpriced: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Chunk {
    ends: Vec<End>,
    texts: Vec<u8>,
}

/// Ends in their order, numbered from 0.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ended {
    chunks: VecDeque<Chunk>,
    first: u64,
    next: u64,
    /// A chunk that is empty again, kept for its room.
    #[serde(skip)]
    spare: Option<Chunk>,
}

impl Ended {
    pub(super) fn len(&self) -> u64 {
        self.next.saturating_sub(self.first)
    }

    /// Whether the numbers fit the chunks; a forged snapshot may say anything.
    pub(super) fn is_sound(&self) -> bool {
        if self.first == self.next {
            return self.chunks.is_empty();
        }
        let len = |chunk: &Chunk| chunk.ends.len() as u64;
        let full = self.chunks.iter().rev().skip(1).all(|chunk| len(chunk) == CHUNK);
        let held: u64 = self.chunks.iter().map(len).sum();
        full && self.first < self.next
            && self.chunks.back().is_some_and(|last| (1..=CHUNK).contains(&len(last)))
            && (self.first % CHUNK).checked_add(self.len()) == Some(held)
            && self.next < u64::MAX / 2
    }

    /// Remembers how a reservation ended. Returns the number of the end, modulo 2^31.
    #[inline]
    pub(super) fn push(&mut self, reservation: &Reservation, state: State, charged: &Amounts, now_ms: i64) -> u32 {
        if self.next % CHUNK == 0 || self.chunks.is_empty() {
            self.open_chunk();
        }
        let number = self.next;
        self.next = number.wrapping_add(1);
        if let Some(chunk) = self.chunks.back_mut() {
            let (lengths, text) = reservation.attributes.parts();
            chunk.ends.push(End {
                sequence: reservation.sequence,
                created_ms: reservation.created_ms,
                ends_ms: now_ms,
                amounts: reservation.amounts,
                charged: *charged,
                lead: reservation.lead_counter(),
                lengths,
                text: u32::try_from(chunk.texts.len()).unwrap_or(u32::MAX),
                settled: state == State::Settled,
                unpriced: reservation.unpriced,
            });
            chunk.texts.extend_from_slice(text);
        }
        low(number)
    }

    #[cold]
    fn open_chunk(&mut self) {
        if self.chunks.is_empty() {
            // An empty ring begins at the start of a chunk.
            self.next = self.next.next_multiple_of(CHUNK);
            self.first = self.next;
        }
        let mut chunk = self.spare.take().unwrap_or_default();
        chunk.ends.reserve_exact(CHUNK as usize);
        self.chunks.push_back(chunk);
    }

    fn end(&self, number: u64) -> Option<(&End, &Chunk)> {
        let chunk = (number / CHUNK).checked_sub(self.first / CHUNK).filter(|_| number >= self.first)?;
        let chunk = self.chunks.get(usize::try_from(chunk).ok()?)?;
        chunk.ends.get((number % CHUNK) as usize).map(|end| (end, chunk))
    }

    /// The oldest end.
    #[inline]
    pub(super) fn front(&self) -> Option<&End> {
        self.chunks.front()?.ends.get((self.first % CHUNK) as usize)
    }

    #[inline]
    pub(super) fn pop_front(&mut self) {
        self.first = self.first.wrapping_add(1).min(self.next);
        if self.first % CHUNK == 0 || self.first == self.next {
            self.close_chunk();
        }
    }

    #[cold]
    fn close_chunk(&mut self) {
        if let Some(mut chunk) = self.chunks.pop_front() {
            chunk.ends.clear();
            chunk.texts.clear();
            self.spare = Some(chunk);
        }
    }

    /// The ends with their numbers modulo 2^31, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &End)> {
        (self.first..self.next).filter_map(|number| Some((low(number), self.end(number)?.0)))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut End> {
        let skip = usize::try_from(self.first % CHUNK).unwrap_or(0);
        self.chunks.iter_mut().flat_map(|chunk| &mut chunk.ends).skip(skip)
    }

    /// The reservation as it ended.
    #[cold]
    pub(super) fn get(&self, low_number: u32) -> Option<Reservation> {
        let ahead = low_number.wrapping_sub(low(self.first)) & (u32::MAX >> 1);
        let (end, chunk) = self.end(self.first.checked_add(u64::from(ahead))?)?;
        let text = chunk.texts.get(end.text as usize..).unwrap_or(&[]);
        Some(Reservation {
            state: if end.settled { State::Settled } else { State::Released },
            sequence: end.sequence,
            created_ms: end.created_ms,
            ends_ms: end.ends_ms,
            amounts: end.amounts,
            charged: end.charged,
            counters: end.lead.iter().map(|(_, counter)| *counter).collect(),
            lead: end.lead.map(|(budget, _)| (budget, 0)),
            attributes: Attributes::from_parts(end.lengths, text),
            unpriced: end.unpriced,
            ..Reservation::default()
        })
    }
}

#[allow(clippy::cast_possible_truncation, reason = "modulo 2^31 is what a place has room for")]
const fn low(number: u64) -> u32 {
    number as u32 & (u32::MAX >> 1)
}
