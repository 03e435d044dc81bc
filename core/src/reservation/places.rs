//! Where each reservation is, by its number.
//!
//! Numbers are given out in a row, so an array in chunks leads from a number to its place, without a
//! hash. A chunk goes when all its reservations are forgotten.

use std::collections::{BTreeMap, VecDeque};

/// Where a reservation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a slot, held or expired.
    Slot(u32),
    /// Among the ends, by the number of the end, modulo 2^31.
    End(u32),
}

const NOWHERE: u32 = u32::MAX;
const END: u32 = 1 << 31;
const CHUNK: u64 = 1024;
/// Chunks beyond which the oldest one is thinned out into the tree: 16 million reservations.
const CHUNKS_MAX: usize = 16_384;

#[derive(Debug, Default)]
struct Chunk {
    /// How many of its reservations are known.
    known: u32,
    /// How many of them wait in the usual queue.
    waiting: u32,
    places: Vec<u32>,
}

/// The places of all reservations that are held or remembered.
#[derive(Debug, Default)]
pub(super) struct Places {
    chunks: VecDeque<Chunk>,
    /// The number of the first chunk.
    first: u64,
    /// What is older than all chunks, with whether it waits in the usual queue.
    old: BTreeMap<u64, (u32, bool)>,
}

impl Place {
    fn pack(self) -> u32 {
        match self {
            Place::Slot(slot) => slot,
            Place::End(end) => end | END,
        }
    }

    #[inline]
    fn unpack(packed: u32) -> Option<Place> {
        match packed {
            NOWHERE => None,
            end if end & END != 0 => Some(Place::End(end & !END)),
            slot => Some(Place::Slot(slot)),
        }
    }
}

impl Places {
    /// No place yet; the next reservation has the number `next`.
    pub(super) fn from(next: u64) -> Places {
        let first = (next / CHUNK).saturating_sub(CHUNKS_MAX as u64 / 2);
        Places { first, ..Places::default() }
    }

    #[inline]
    fn chunk(&mut self, number: u64) -> Option<&mut Chunk> {
        let chunk = (number / CHUNK).checked_sub(self.first)?;
        self.chunks.get_mut(usize::try_from(chunk).ok()?)
    }

    #[inline]
    pub(super) fn get(&self, number: u64) -> Option<Place> {
        let Some(chunk) = (number / CHUNK).checked_sub(self.first) else {
            return self.old.get(&number).and_then(|(packed, _)| Place::unpack(*packed));
        };
        let chunk = self.chunks.get(usize::try_from(chunk).ok()?)?;
        chunk.places.get((number % CHUNK) as usize).and_then(|packed| Place::unpack(*packed))
    }

    /// Notes a new reservation, whose number is not below any before; `waits` in the usual queue.
    #[inline]
    pub(super) fn add(&mut self, number: u64, place: Place, waits: bool) {
        match self.chunk(number) {
            Some(chunk) if chunk.places.len() as u64 == number % CHUNK => {
                chunk.places.push(place.pack());
                chunk.known = chunk.known.saturating_add(1);
                chunk.waiting = chunk.waiting.saturating_add(u32::from(waits));
            }
            _ => self.add_apart(number, place, waits),
        }
    }

    #[cold]
    fn add_apart(&mut self, number: u64, place: Place, waits: bool) {
        let Some(wanted) = (number / CHUNK).checked_sub(self.first) else {
            self.old.insert(number, (place.pack(), waits));
            return;
        };
        if self.chunks.is_empty() {
            self.first = self.first.saturating_add(wanted);
        }
        while self.chunk(number).is_none() {
            if self.chunks.len() >= CHUNKS_MAX {
                self.thin_out();
            }
            self.chunks.push_back(Chunk::default());
        }
        if let Some(chunk) = self.chunk(number) {
            if chunk.places.is_empty() {
                chunk.places.reserve_exact(CHUNK as usize);
            }
            chunk.places.resize((number % CHUNK) as usize, NOWHERE);
            chunk.places.push(place.pack());
            chunk.known = chunk.known.saturating_add(1);
            chunk.waiting = chunk.waiting.saturating_add(u32::from(waits));
        }
    }

    /// The oldest chunk makes room: few of its reservations are still known.
    fn thin_out(&mut self) {
        let start = self.first.saturating_mul(CHUNK);
        let Some(chunk) = self.chunks.pop_front() else { return };
        self.first = self.first.saturating_add(1);
        for (number, packed) in (start..).zip(chunk.places).filter(|(_, packed)| *packed != NOWHERE) {
            // Whether it waits is known of a slot only; one that does not is passed over by the queue.
            self.old.insert(number, (packed, packed & END == 0));
        }
    }

    /// The reservation has moved to the ends; it waits no longer.
    #[inline]
    pub(super) fn end(&mut self, number: u64, end: u32, waited: bool) {
        let place = Place::End(end & !END).pack();
        if let Some(chunk) = self.chunk(number) {
            chunk.waiting = chunk.waiting.saturating_sub(u32::from(waited));
            if let Some(packed) = chunk.places.get_mut((number % CHUNK) as usize) {
                *packed = place;
            }
        } else if let Some(old) = self.old.get_mut(&number) {
            *old = (place, false);
        }
    }

    /// The reservation has left the usual queue, and stays where it is.
    pub(super) fn leave_queue(&mut self, number: u64) {
        if let Some(chunk) = self.chunk(number) {
            chunk.waiting = chunk.waiting.saturating_sub(1);
        } else if let Some(old) = self.old.get_mut(&number) {
            old.1 = false;
        }
    }

    /// Nothing is known of the reservation any more.
    #[inline]
    pub(super) fn forget(&mut self, number: u64) {
        let Some(chunk) = self.chunk(number) else {
            self.old.remove(&number);
            return;
        };
        if let Some(packed) = chunk.places.get_mut((number % CHUNK) as usize) {
            *packed = NOWHERE;
            chunk.known = chunk.known.saturating_sub(1);
            if chunk.known == 0 && chunk.places.len() as u64 == CHUNK {
                self.drop_unknown(number / CHUNK);
            }
        }
    }

    #[cold]
    fn drop_unknown(&mut self, chunk: u64) {
        if let Some(chunk) = self.chunk(chunk.saturating_mul(CHUNK)) {
            chunk.places = Vec::new();
        }
        let is_gone = |chunk: &Chunk| chunk.known == 0 && chunk.places.is_empty();
        while self.chunks.len() > 1 && self.chunks.front().is_some_and(is_gone) {
            self.chunks.pop_front();
            self.first = self.first.saturating_add(1);
        }
    }

    /// The first slot from `number` on whose reservation may wait in the usual queue, with its number.
    pub(super) fn next_waiting(&self, number: u64) -> Option<(u64, u32)> {
        for (number, (packed, waits)) in self.old.range(number..) {
            if let (Some(Place::Slot(slot)), true) = (Place::unpack(*packed), waits) {
                return Some((*number, slot));
            }
        }
        let begin = (number / CHUNK).saturating_sub(self.first);
        let chunks = self.chunks.iter().enumerate().skip(usize::try_from(begin).unwrap_or(usize::MAX));
        for (index, chunk) in chunks.filter(|(_, chunk)| chunk.waiting > 0) {
            let start = self.first.saturating_add(index as u64).saturating_mul(CHUNK);
            for (at, packed) in (start..).zip(&chunk.places).filter(|(at, _)| *at >= number) {
                if let Some(Place::Slot(slot)) = Place::unpack(*packed) {
                    return Some((at, slot));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Add(bool),
        End(usize),
        Forget(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => any::<bool>().prop_map(Step::Add),
            2 => (0_usize..5000).prop_map(Step::End),
            3 => (0_usize..5000).prop_map(Step::Forget),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Many steps, so that chunks fill and go.
        #[test]
        fn places_are_a_map_from_numbers(
            first in prop_oneof![Just(1_u64), Just(1020), Just(u64::MAX / 2)],
            steps in prop::collection::vec(step(), 1..6000),
        ) {
            let mut places = Places::from(first);
            let mut model: BTreeMap<u64, (Place, bool)> = BTreeMap::new();
            let mut next = first;
            let nth = |model: &BTreeMap<u64, (Place, bool)>, n: usize| {
                model.keys().nth(n % model.len().max(1)).copied()
            };
            for step in steps {
                match step {
                    Step::Add(waits) => {
                        places.add(next, Place::Slot(7), waits);
                        model.insert(next, (Place::Slot(7), waits));
                        next += 1;
                    }
                    Step::End(n) => if let Some(number) = nth(&model, n) {
                        let waited = model[&number].1;
                        places.end(number, 5, waited);
                        model.insert(number, (Place::End(5), false));
                    },
                    Step::Forget(n) => if let Some(number) = nth(&model, n).filter(|n| !model[n].1) {
                        places.forget(number);
                        model.remove(&number);
                    },
                }
            }
            for number in first.saturating_sub(3)..next + 3 {
                prop_assert_eq!(places.get(number), model.get(&number).map(|m| m.0));
            }
            // Every one that waits is found, in its order.
            let mut from = 0;
            for number in model.iter().filter(|(_, (_, waits))| *waits).map(|(number, _)| *number) {
                while let Some((found, _)) = places.next_waiting(from).filter(|(found, _)| *found < number) {
                    from = found + 1;
                }
                prop_assert_eq!(places.next_waiting(from).map(|(found, _)| found), Some(number));
            }
        }
    }
}
