//! The counters that a reservation holds something of.

use crate::ledger::CounterRef;
use crate::unit::Unit;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::{Deref, DerefMut};

/// As many as nearly every call touches.
const NEAR: usize = 3;

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

const NOTHING: Held = Held {
    at: CounterRef { row: 0, definition: 0, window: 0 },
    place: u16::MAX,
    unit: Unit::Usd,
    alarm: i64::MAX,
};

/// A list that needs no memory of its own while it is short.
#[derive(Debug, Clone)]
pub(crate) struct Holds {
    near: [Held; NEAR],
    len: u8,
    /// All of them, where they are more than `near` has room for.
    #[allow(clippy::box_collection, reason = "one word, where there nearly always is none")]
    far: Option<Box<Vec<Held>>>,
}

impl Default for Holds {
    fn default() -> Holds {
        Holds { near: [NOTHING; NEAR], len: 0, far: None }
    }
}

impl Holds {
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        if self.far.is_some() {
            self.far = None;
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, held: Held) {
        match self.near.get_mut(usize::from(self.len)) {
            Some(place) => {
                *place = held;
                self.len = self.len.wrapping_add(1);
            }
            None => self.push_far(held),
        }
    }

    #[cold]
    fn push_far(&mut self, held: Held) {
        self.far.get_or_insert_with(|| Box::new(self.near.to_vec())).push(held);
    }
}

impl Deref for Holds {
    type Target = [Held];

    #[inline]
    fn deref(&self) -> &[Held] {
        match &self.far {
            None => self.near.get(..usize::from(self.len)).unwrap_or(&[]),
            Some(far) => far,
        }
    }
}

impl DerefMut for Holds {
    fn deref_mut(&mut self) -> &mut [Held] {
        match &mut self.far {
            None => self.near.get_mut(..usize::from(self.len)).unwrap_or(&mut []),
            Some(far) => far,
        }
    }
}

impl Extend<Held> for Holds {
    fn extend<I: IntoIterator<Item = Held>>(&mut self, held: I) {
        held.into_iter().for_each(|held| self.push(held));
    }
}

impl PartialEq for Holds {
    fn eq(&self, other: &Holds) -> bool {
        **self == **other
    }
}

impl Serialize for Holds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Holds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Holds, D::Error> {
        let mut holds = Holds::default();
        holds.extend(Vec::<Held>::deserialize(deserializer)?);
        Ok(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_order_when_it_grows_and_when_it_is_used_again() {
        let held = |row: u32| Held { at: CounterRef { row, ..NOTHING.at }, ..NOTHING };
        let mut holds = Holds::default();
        for round in 0..3 {
            for row in 0..7 {
                assert_eq!(
                    holds.iter().map(|h| h.at.row).collect::<Vec<_>>(),
                    (0..row).collect::<Vec<_>>(),
                    "{round}"
                );
                holds.push(held(row));
            }
            holds.clear();
        }
        assert!(holds.is_empty());
    }
}
