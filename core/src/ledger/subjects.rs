//! Who has counters: ids to rows, in an extendible hash table.
//!
//! A shard that is full splits in two; nothing else moves. So the longest insertion costs the
//! same at a thousand subjects and at ten million.

use super::kind::Kind;
use super::pool::{Block, Counter};
use super::shard::{ENTRIES_MAX, Entry, Shard};
use crate::id::is_same;
use crate::map::Seed;
use serde::{Deserialize, Serialize};

/// How many counters stand in the row itself: a day, a week and a month.
pub(crate) const NEAR: usize = 3;

/// No budgets of its own.
pub(crate) const NO_OWN: u32 = u32::MAX;

const fn no_own() -> u32 {
    NO_OWN
}

/// One subject. Its first counters stand beside its name, so that one wait for memory brings both.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    name: Name,
    block: Block,
    /// The number of the user's own budgets among the overrides of the policy in force.
    #[serde(skip, default = "no_own")]
    pub(crate) own: u32,
    /// How often the place was another subject's before.
    #[serde(skip)]
    turn: u32,
    near: [Counter; NEAR],
}

/// An id of up to 22 bytes stands in the row itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Name {
    Inline { len: u8, bytes: [u8; 22] },
    Heap(Box<str>),
    Free,
}

impl Name {
    fn new(text: &str) -> Name {
        let mut bytes = [0; 22];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(text.as_bytes());
                Name::Inline { len, bytes }
            }
            _ => Name::Heap(text.into()),
        }
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match self {
            Name::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or(&[]),
            Name::Heap(text) => text.as_bytes(),
            Name::Free => &[],
        }
    }
}

/// Names a subject for as long as it has counters, to a host that has seen it before; exact as a float, and never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle(pub(crate) u64);

/// So often a place is taken again: a handle stays below 2^53.
const TURNS_MAX: u32 = (1 << 21) - 2;

impl Row {
    pub(crate) fn name(&self) -> &str {
        std::str::from_utf8(self.name.as_bytes()).unwrap_or("")
    }
    #[inline]
    pub(crate) fn name_bytes(&self) -> &[u8] {
        self.name.as_bytes()
    }
    /// Its handle, given its number.
    #[inline]
    pub(crate) fn handle(&self, number: u32) -> Handle {
        Handle((u64::from(self.turn) << 32 | u64::from(number)).wrapping_add(1))
    }
    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        self.block.kind()
    }
    /// Counters in the row itself, some of them vacant.
    #[inline]
    pub(crate) fn near(&self) -> &[Counter; NEAR] {
        &self.near
    }
    #[inline]
    pub(crate) fn near_mut(&mut self) -> &mut [Counter; NEAR] {
        &mut self.near
    }
    /// Where the counters are that found no room in the row.
    #[inline]
    pub(crate) fn far(&self) -> Block {
        self.block
    }
    #[inline]
    pub(crate) fn far_mut(&mut self) -> &mut Block {
        &mut self.block
    }
    pub(crate) fn is_free(&self) -> bool {
        matches!(self.name, Name::Free)
    }
}

const CHUNK: usize = 4096;
const DEPTH_MAX: u8 = 20;

/// All subjects of an engine.
#[derive(Debug)]
pub(crate) struct Subjects {
    seed: Seed,
    depth: u8,
    directory: Vec<u32>,
    shards: Vec<Shard>,
    rows: Vec<Vec<Row>>,
    free: Vec<u32>,
}

impl Subjects {
    pub(crate) fn new(seed: Seed) -> Subjects {
        let shards = vec![Shard::default()];
        Subjects { seed, depth: 0, directory: vec![0], shards, rows: Vec::new(), free: Vec::new() }
    }

    /// The hash of a subject, for [`Subjects::find`] and [`Subjects::insert`].
    #[inline]
    pub(crate) fn hash(&self, kind: Kind, name: &str) -> u32 {
        self.seed.hash_name(name) ^ (kind as u32).wrapping_mul(0x85eb_ca6b)
    }

    #[inline]
    fn shard_of(&self, hash: u32) -> usize {
        let slot = (u64::from(hash) >> (32_u8.saturating_sub(self.depth))) as usize;
        self.directory.get(slot).map_or(0, |s| *s as usize)
    }

    /// A subject's row with its number.
    pub(crate) fn find(&self, kind: Kind, name: &str, hash: u32) -> Option<(u32, &Row)> {
        self.find_hot(kind, name, hash)
    }

    /// As [`Subjects::find`], for where a call would cost more than the search.
    #[inline(always)]
    pub(crate) fn find_hot(&self, kind: Kind, name: &str, hash: u32) -> Option<(u32, &Row)> {
        let shard = self.shards.get(self.shard_of(hash))?;
        shard.find(hash, |number| {
            self.row(number)
                .filter(|row| row.kind() == kind && is_same(row.name.as_bytes(), name.as_bytes()))
                .map(|row| (number, row))
        })
    }

    /// Adds a subject that [`Subjects::find`] did not find.
    pub(crate) fn insert(&mut self, kind: Kind, name: &str, hash: u32) -> u32 {
        let row = self.add_row(Row {
            name: Name::new(name),
            block: Block::of(kind),
            own: NO_OWN,
            turn: 0,
            near: [Counter::EMPTY; NEAR],
        });
        self.link(Entry { hash, row });
        row
    }

    fn add_row(&mut self, row: Row) -> u32 {
        if let Some(index) = self.free.pop() {
            if let Some(slot) = self.row_mut(index) {
                *slot = Row { turn: slot.turn.saturating_add(1), ..row };
            }
            return index;
        }
        if self.rows.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.rows.push(Vec::with_capacity(CHUNK));
        }
        let chunk = self.rows.len().saturating_sub(1);
        let Some(last) = self.rows.last_mut() else { return u32::MAX };
        last.push(row);
        u32::try_from(chunk * CHUNK + last.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn link(&mut self, entry: Entry) {
        loop {
            let index = self.shard_of(entry.hash);
            let Some(shard) = self.shards.get_mut(index) else { return };
            if shard.len() < ENTRIES_MAX || shard.depth >= DEPTH_MAX {
                return shard.insert(entry);
            }
            self.split(index);
        }
    }

    fn split(&mut self, index: usize) {
        let Some(shard) = self.shards.get_mut(index) else { return };
        let depth = shard.depth.saturating_add(1);
        let bit = |hash: u32| (hash >> (32_u8.saturating_sub(depth))) & 1 == 1;
        let (mut low, mut high) = (Shard::full_size(depth), Shard::full_size(depth));
        for entry in shard.take() {
            let half = if bit(entry.hash) { &mut high } else { &mut low };
            half.insert(entry);
        }
        *shard = low;
        let added = u32::try_from(self.shards.len()).unwrap_or(u32::MAX);
        self.shards.push(high);
        if depth > self.depth {
            self.directory = self.directory.iter().flat_map(|s| [*s, *s]).collect();
            self.depth = depth;
        }
        let below = self.depth.saturating_sub(depth);
        for (slot, shard) in self.directory.iter_mut().enumerate() {
            if *shard as usize == index && (slot >> below) & 1 == 1 {
                *shard = added;
            }
        }
    }

    /// Forgets a subject; its counters have to be gone before.
    pub(crate) fn remove(&mut self, row: u32) {
        let Some(subject) = self.row(row) else { return };
        let hash = self.hash(subject.kind(), subject.name());
        let shard = self.shard_of(hash);
        if let Some(shard) = self.shards.get_mut(shard) {
            shard.remove(hash, row);
        }
        let Some(slot) = self.row_mut(row) else { return };
        slot.name = Name::Free;
        // A place whose turns are used up is not taken again: a handle means one subject, ever.
        if slot.turn < TURNS_MAX {
            self.free.push(row);
        }
    }

    /// The row of a handle; `None` when its subject has gone, or when it never was one.
    #[inline(always)]
    pub(crate) fn of_handle(&self, handle: Handle) -> Option<(u32, &Row)> {
        let number = u32::try_from(handle.0.checked_sub(1)? & u64::from(u32::MAX)).ok()?;
        let row = self.row(number).filter(|row| row.handle(number) == handle && !row.is_free())?;
        Some((number, row))
    }

    #[inline]
    pub(crate) fn row(&self, row: u32) -> Option<&Row> {
        self.rows.get(row as usize / CHUNK)?.get(row as usize % CHUNK)
    }

    #[inline]
    pub(crate) fn row_mut(&mut self, row: u32) -> Option<&mut Row> {
        self.rows.get_mut(row as usize / CHUNK)?.get_mut(row as usize % CHUNK)
    }

    /// How many rows there are, free ones too; rows are numbered from 0.
    pub(crate) fn rows(&self) -> u32 {
        let last = self.rows.last().map_or(0, Vec::len);
        u32::try_from(self.rows.len().saturating_sub(1) * CHUNK + last).unwrap_or(u32::MAX)
    }

    /// Rows and free places as they stand, for a snapshot.
    pub(crate) fn parts(&self) -> (&[Vec<Row>], &[u32]) {
        (&self.rows, &self.free)
    }

    /// Rebuilds the table from [`Subjects::parts`].
    pub(crate) fn from_parts(seed: Seed, rows: Vec<Vec<Row>>, free: Vec<u32>) -> Subjects {
        let mut subjects = Subjects { rows, free, ..Subjects::new(seed) };
        for index in 0..subjects.rows() {
            let Some(row) = subjects.row(index).filter(|row| !row.is_free()) else { continue };
            let hash = subjects.hash(row.kind(), row.name());
            subjects.link(Entry { hash, row: index });
        }
        subjects
    }
}
