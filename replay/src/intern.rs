//! Names to small numbers, so that a row costs one look-up and no allocation.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Names in the order in which they were first seen.
pub(crate) struct Interner {
    table: HashTable<u32>,
    text: String,
    ends: Vec<usize>,
    hasher: FixedState,
    limit: usize,
}

impl Interner {
    /// Keeps at most `limit` names.
    pub(crate) fn new(limit: usize) -> Interner {
        let hasher = FixedState::with_seed(0x5e_ed);
        Interner { table: HashTable::new(), text: String::new(), ends: Vec::new(), hasher, limit }
    }

    /// The number of `name`; `None` for a new one when the limit is reached.
    pub(crate) fn number(&mut self, name: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(name);
        if let Some(found) = self.table.find(hash, |&n| slice(&self.text, &self.ends, n) == name) {
            return Some(*found);
        }
        if self.ends.len() >= self.limit {
            return None;
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let (text, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        self.table.insert_unique(hash, number, |&n| hasher.hash_one(slice(text, ends, n)));
        Some(number)
    }

    /// The name with that number.
    pub(crate) fn name(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let i = number as usize;
    let start = i.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(i).and_then(|&end| text.get(start..end)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers_up_to_the_limit() {
        let mut names = Interner::new(3);
        assert_eq!(
            ["a", "", "b", "a", ""].map(|n| names.number(n)),
            [Some(0), Some(1), Some(2), Some(0), Some(1)]
        );
        assert_eq!(names.number("c"), None);
        assert_eq!((names.name(2), names.name(1), names.name(9), names.len()), ("b", "", "", 3));
    }
}
