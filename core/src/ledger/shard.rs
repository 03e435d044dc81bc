//! One shard of the subjects' table: hashes and rows side by side, probed in a line.
//!
//! A look-up touches one cache line here, where a table with separate control bytes touches two; at
//! ten million subjects each line is a wait for memory. Rows are told apart by the caller.

/// A subject's hash and its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) hash: u32,
    pub(super) row: u32,
}

const EMPTY: Entry = Entry { hash: 0, row: u32::MAX };

/// Entries a shard has before it splits: three quarters of its largest number of places.
pub(super) const ENTRIES_MAX: usize = 3072;
const PLACES_MIN: usize = 8;

/// An open-addressed table; a power of two of places, at most three quarters of them taken.
#[derive(Debug, Default)]
pub(super) struct Shard {
    places: Vec<Entry>,
    len: usize,
    /// How many leading bits of the hash all its entries share.
    pub(super) depth: u8,
}

impl Shard {
    /// An empty shard with room for all it may ever have.
    pub(super) fn full_size(depth: u8) -> Shard {
        Shard { places: vec![EMPTY; ENTRIES_MAX / 3 * 4], len: 0, depth }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The leading bits are the shard's; the place comes from all of them, mixed.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        (hash.wrapping_mul(0x9e37_79b1) >> 7) as usize & self.mask()
    }

    #[inline]
    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    /// What `same` makes of the first row of that hash that it takes.
    #[inline(always)]
    pub(super) fn find<T>(&self, hash: u32, same: impl Fn(u32) -> Option<T>) -> Option<T> {
        let mut at = self.home(hash);
        loop {
            let entry = self.places.get(at)?;
            if entry.row == EMPTY.row {
                return None;
            }
            if entry.hash == hash
                && let Some(found) = same(entry.row)
            {
                return Some(found);
            }
            at = at.wrapping_add(1) & self.mask();
        }
    }

    /// Adds an entry; the caller splits the shard before it has more than [`ENTRIES_MAX`].
    pub(super) fn insert(&mut self, entry: Entry) {
        if self.len.saturating_mul(4) >= self.places.len().saturating_mul(3) {
            let larger = vec![EMPTY; self.places.len().saturating_mul(2).max(PLACES_MIN)];
            for entry in std::mem::replace(&mut self.places, larger) {
                self.put(entry);
            }
        }
        self.put(entry);
        self.len = self.len.saturating_add(1);
    }

    fn put(&mut self, entry: Entry) {
        if entry.row == EMPTY.row {
            return;
        }
        let mut at = self.home(entry.hash);
        let mask = self.mask();
        while let Some(place) = self.places.get_mut(at) {
            if place.row == EMPTY.row {
                *place = entry;
                return;
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    /// Takes a row out and moves those behind it up, so that no search ends too early.
    pub(super) fn remove(&mut self, hash: u32, row: u32) {
        let mask = self.mask();
        let mut hole = self.home(hash);
        while self.places.get(hole).is_some_and(|entry| entry.row != row) {
            if self.places.get(hole) == Some(&EMPTY) {
                return;
            }
            hole = hole.wrapping_add(1) & mask;
        }
        let mut at = hole;
        loop {
            at = at.wrapping_add(1) & mask;
            let Some(entry) = self.places.get(at).copied().filter(|e| e.row != EMPTY.row) else { break };
            // An entry may move to the hole when that is not before its home.
            let from_home = at.wrapping_sub(self.home(entry.hash)) & mask;
            let from_hole = at.wrapping_sub(hole) & mask;
            if from_home >= from_hole {
                if let Some(place) = self.places.get_mut(hole) {
                    *place = entry;
                }
                hole = at;
            }
        }
        if let Some(place) = self.places.get_mut(hole) {
            *place = EMPTY;
        }
        self.len = self.len.saturating_sub(1);
    }

    /// Every entry; the shard is empty afterwards.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Entry> {
        self.len = 0;
        std::mem::take(&mut self.places).into_iter().filter(|entry| entry.row != EMPTY.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Few distinct hashes, so that entries collide and holes are filled from all sides.
        #[test]
        fn a_shard_is_a_map_from_rows(steps in prop::collection::vec((0_u32..40, 0_u32..60), 1..400)) {
            let mut shard = Shard::default();
            let mut model: BTreeMap<u32, u32> = BTreeMap::new();
            for (hash, row) in steps {
                let hash = hash << 26;
                if let Some(hash) = model.remove(&row) {
                    shard.remove(hash, row);
                } else {
                    model.insert(row, hash);
                    shard.insert(Entry { hash, row });
                }
                prop_assert_eq!(shard.len(), model.len());
                for (row, hash) in &model {
                    prop_assert_eq!(shard.find(*hash, |r| (r == *row).then_some(r)), Some(*row));
                }
                prop_assert_eq!(shard.find(1, Some), None);
            }
        }
    }
}
