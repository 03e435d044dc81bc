//! What ordinary reservations have in common: the counters of one tier's calls, in the windows of their time.
//!
//! A reservation of an ordinary call names a pattern, its user's row and the places of its counters, which is all there is to
//! say of what it holds. Patterns are made when a call first needs one, and end when windows open or a policy comes.

use super::ring::PLACES;
use super::{Held, Holds, Lead};
use crate::ledger::CounterRef;
use crate::unit::Unit;
use std::collections::VecDeque;

/// Budgets that an ordinary call is judged by, at most.
pub(crate) const SEATS_MAX: usize = 6;

/// No pattern.
pub(crate) const NO_PATTERN: u32 = u32::MAX;

/// One budget of a pattern, and its counter.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) alarm: i64,
    pub(crate) definition: u32,
    pub(crate) window: u32,
    /// The budget's id, in [`crate::names::Names`].
    pub(crate) name: u32,
    /// Its counter's place among those charged.
    pub(crate) line: u16,
    pub(crate) unit: Unit,
    /// Whether its counter is the global one, and not the user's.
    pub(crate) global: bool,
    /// Whether it is the first of its counter, which is charged once.
    pub(crate) charges: bool,
}

/// The budgets of an ordinary call, in the order of its seats.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pattern {
    pub(crate) parts: Box<[Part]>,
    /// The row of the global counters.
    pub(crate) global: u32,
    /// The policy of the calls.
    pub(crate) generation: u32,
}

impl Pattern {
    /// The budget that the decision named, by its place among the seats.
    pub(super) fn lead(&self, winner: u8) -> Option<Lead> {
        self.parts.get(usize::from(winner)).map(|part| Lead { name: part.name, line: part.line })
    }

    /// The counters of a reservation of the user with that row.
    pub(super) fn counters(&self, row: u32, places: &[u8; SEATS_MAX]) -> Holds {
        let mut holds = Holds::default();
        for (part, place) in self.parts.iter().zip(places).filter(|(part, _)| part.charges) {
            let row = if part.global { self.global } else { row };
            holds.push(Held {
                at: CounterRef { row, definition: part.definition, window: part.window },
                place: u16::from(*place),
                unit: part.unit,
                alarm: part.alarm,
            });
        }
        holds
    }
}

/// All patterns that a reservation in the ring may have.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    places: Vec<Pattern>,
    free: Vec<u32>,
    /// Those that new reservations may have.
    current: Vec<u32>,
    /// Those that have ended, and the number of the last reservation that may have one of them.
    ended: VecDeque<(u64, Vec<u32>)>,
}

impl Patterns {
    #[inline(always)]
    pub(super) fn get(&self, number: u32) -> Option<&Pattern> {
        self.places.get(number as usize)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Pattern> {
        self.places.iter_mut()
    }

    /// Keeps a pattern; `last` is the number of the latest reservation. Those that the ring has left behind make room.
    pub(super) fn add(&mut self, pattern: Pattern, last: u64) -> u32 {
        while let Some((until, _)) = self.ended.front()
            && until.saturating_add(PLACES) <= last
        {
            self.free.extend(self.ended.pop_front().into_iter().flat_map(|(_, numbers)| numbers));
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.places.push(Pattern::default());
            u32::try_from(self.places.len().saturating_sub(1)).unwrap_or(NO_PATTERN)
        });
        if let Some(place) = self.places.get_mut(number as usize) {
            *place = pattern;
        }
        self.current.push(number);
        number
    }

    /// Ends all patterns: no reservation after `last` has one of them.
    pub(super) fn end(&mut self, last: u64) {
        if !self.current.is_empty() {
            self.ended.push_back((last, std::mem::take(&mut self.current)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(generation: u32) -> Pattern {
        Pattern { generation, ..Pattern::default() }
    }

    #[test]
    fn a_pattern_stays_as_long_as_the_ring_may_have_a_reservation_of_it() {
        let mut patterns = Patterns::default();
        let (first, second) = (patterns.add(of(1), 5), patterns.add(of(2), 7));
        patterns.end(9);
        let third = patterns.add(of(3), PLACES + 8);
        assert!(third != first && third != second);
        patterns.end(PLACES + 8);
        let next = [patterns.add(of(4), PLACES + 9), patterns.add(of(5), PLACES + 9)];
        assert!(next.contains(&first) && next.contains(&second));
        assert_eq!(patterns.get(third).map(|pattern| pattern.generation), Some(3));
        assert!(patterns.add(of(6), PLACES + 9) > third);
    }
}
