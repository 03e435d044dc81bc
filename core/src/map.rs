//! The one hash map of the core: a fast hash, seeded by the host.
//!
//! The order of a hash map must never reach an answer: nothing in the core iterates one of these
//! without sorting. Seeds come from the host because some hosts (wasm) have no entropy of their own.
#![allow(clippy::disallowed_types, reason = "this is the one module that may name a hash map")]

use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hash, Hasher};

/// A hash map keyed by a seeded fast hash.
pub(crate) type Map<K, V> = hashbrown::HashMap<K, V, FixedState>;

/// The hash function of one engine.
#[derive(Debug, Clone)]
pub(crate) struct Seed(FixedState);

impl Seed {
    pub(crate) fn new(seed: u64) -> Seed {
        Seed(FixedState::with_seed(seed))
    }

    pub(crate) fn map<K, V>(&self) -> Map<K, V> {
        Map::with_hasher(self.0.clone())
    }

    /// 32 bits of hash: enough to spread, small enough to keep beside each entry.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the upper half is the hash")]
    pub(crate) fn hash<T: Hash + ?Sized>(&self, value: &T) -> u32 {
        (self.0.hash_one(value) >> 32) as u32
    }

    /// As [`Seed::hash`], of a name.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the upper half is the hash")]
    pub(crate) fn hash_name(&self, name: &str) -> u32 {
        let mut hasher = self.0.build_hasher();
        hasher.write(name.as_bytes());
        (hasher.finish() >> 32) as u32
    }
}

/// Spreads a stored 32-bit hash over the 64 bits a table wants.
#[inline]
pub(crate) const fn spread(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
