//! Where reservations are kept: the latest in a ring, by their number, so that a number leads to its place
//! without a search, and nothing is moved when a reservation ends. What is still known when the ring comes
//! round again goes into a tree.

use super::Reservation;
use super::pattern::Patterns;
use std::collections::BTreeMap;

const CHUNK: u64 = 1024;
/// Places in the ring, a power of two.
pub(super) const PLACES: u64 = 128 * CHUNK;
/// Reservations in the tree that are looked at whenever one is added to it.
const LOOKED_AT: usize = 2;

/// Reservations by their number.
#[derive(Debug, Default)]
pub(super) struct Ring {
    chunks: Vec<Vec<Reservation>>,
    old: BTreeMap<u64, Reservation>,
    /// Where in the tree the search for forgotten ones goes on.
    cleaned: u64,
}

impl Ring {
    #[inline(always)]
    pub(super) fn get(&self, number: u64) -> Option<&Reservation> {
        let place = (number % PLACES) as usize;
        let found =
            self.chunks.get(place / CHUNK as usize).and_then(|chunk| chunk.get(place % CHUNK as usize));
        match found {
            Some(reservation) if reservation.number == number => Some(reservation),
            _ => self.old.get(&number),
        }
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Reservation> {
        let place = (number % PLACES) as usize;
        let chunk = self.chunks.get_mut(place / CHUNK as usize);
        match chunk.and_then(|chunk| chunk.get_mut(place % CHUNK as usize)) {
            Some(reservation) if reservation.number == number => Some(reservation),
            _ => self.old.get_mut(&number),
        }
    }

    /// The place for a new reservation with the number after the last one; what it held before is kept
    /// where `is_known` says so.
    #[inline(always)]
    pub(super) fn place(
        &mut self,
        number: u64,
        patterns: &Patterns,
        is_known: impl Fn(&Reservation) -> bool,
    ) -> Option<&mut Reservation> {
        let place = (number % PLACES) as usize;
        let (chunk, place) = (place / CHUNK as usize, place % CHUNK as usize);
        match self.chunks.get(chunk).and_then(|chunk| chunk.get(place)) {
            Some(before) if is_known(before) => self.put_aside((chunk, place), patterns, is_known),
            Some(_) => {}
            None => self.grow(chunk, place),
        }
        self.chunks.get_mut(chunk)?.get_mut(place)
    }

    #[cold]
    fn grow(&mut self, chunk: usize, place: usize) {
        while self.chunks.len() <= chunk {
            self.chunks.push(Vec::new());
        }
        if let Some(chunk) = self.chunks.get_mut(chunk) {
            chunk.reserve_exact(CHUNK as usize - chunk.len());
            while chunk.len() <= place {
                chunk.push(Reservation::default());
            }
        }
    }

    #[cold]
    fn put_aside(
        &mut self,
        (chunk, place): (usize, usize),
        patterns: &Patterns,
        is_known: impl Fn(&Reservation) -> bool,
    ) {
        let Some(before) = self.chunks.get_mut(chunk).and_then(|chunk| chunk.get_mut(place)) else { return };
        let mut before = std::mem::take(before);
        // Patterns last as long as the ring needs them.
        before.expand(patterns);
        let looked_at: Vec<u64> =
            self.old.range(self.cleaned..).take(LOOKED_AT).map(|(number, _)| *number).collect();
        for number in &looked_at {
            if self.old.get(number).is_some_and(|reservation| !is_known(reservation)) {
                self.old.remove(number);
            }
        }
        self.cleaned =
            if looked_at.len() < LOOKED_AT { 0 } else { looked_at.last().map_or(0, |n| n.saturating_add(1)) };
        self.old.insert(before.number, before);
    }

    /// Puts a reservation back where it was; `last` is the number of the latest one.
    pub(super) fn put_back(&mut self, mut reservation: Reservation, last: u64, patterns: &Patterns) {
        let number = reservation.number;
        if last.saturating_sub(number) >= PLACES {
            reservation.expand(patterns);
            self.old.insert(number, reservation);
        } else if let Some(place) = self.place(number, patterns, |_| false) {
            *place = reservation;
        }
    }

    /// All of them, in no order that may reach an answer.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Reservation> {
        self.old.values().chain(self.chunks.iter().flatten())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Reservation> {
        self.old.values_mut().chain(self.chunks.iter_mut().flatten())
    }

    /// The first one from `from` to `last` that `is_it` says, by number.
    pub(super) fn find(
        &self,
        from: u64,
        last: u64,
        is_it: impl Fn(&Reservation) -> bool,
    ) -> Option<&Reservation> {
        let old = self.old.range(from..).map(|(_, reservation)| reservation).find(|r| is_it(r));
        old.or_else(|| {
            let first = last.saturating_sub(PLACES - 1).max(from);
            (first..=last).filter_map(|number| self.get(number)).find(|r| is_it(r))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(ring: &mut Ring, number: u64, known: &dyn Fn(u64) -> bool) {
        let place = ring.place(number, &Patterns::default(), |r| r.number > 0 && known(r.number)).unwrap();
        *place = Reservation::default();
        place.number = number;
    }

    #[test]
    fn what_is_known_outlives_the_ring_and_what_is_not_goes() {
        let mut ring = Ring::default();
        let old = |number: u64| number % 1000 == 7;
        for number in 1..=3 * PLACES {
            new(&mut ring, number, &old);
        }
        let found: Vec<u64> = (0..=2 * PLACES).filter_map(|n| ring.get(n)).map(|r| r.number).collect();
        assert_eq!(found, (1..=2 * PLACES).filter(|n| old(*n)).collect::<Vec<_>>());
        assert!((2 * PLACES + 1..=3 * PLACES).all(|n| ring.get(n).is_some_and(|r| r.number == n)));
        assert_eq!(ring.find(8, 3 * PLACES, |_| true).map(|r| r.number), Some(1007));
        assert_eq!(
            ring.find(2 * PLACES + 1, 3 * PLACES, |r| r.number % 5 == 0).map(|r| r.number % 5),
            Some(0)
        );
        assert!(ring.find(3 * PLACES, 3 * PLACES, |_| false).is_none());
        // Those in the tree are forgotten as others join them.
        let late = |number: u64| number > 2 * PLACES && number % 100 == 7;
        for number in 3 * PLACES + 1..=5 * PLACES {
            new(&mut ring, number, &late);
        }
        assert!((1..=2 * PLACES).all(|number| ring.get(number).is_none()));
    }
}
