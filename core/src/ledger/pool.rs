//! Blocks of counters that find no room in their subject's row, in fixed chunks: growth never moves what
//! is there, so no command stalls.

use super::kind::Kind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What one subject has used of one definition in one window (or one bucket of a rolling window).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counter {
    /// Used up; [`Counter::WIDE`] when the sum has left `i64` and stands in the side table.
    pub(crate) spent: i64,
    /// Held by calls in flight.
    pub(crate) held: i64,
    /// Which definition; [`Counter::VACANT`] marks an unused place.
    pub(crate) definition: u32,
    /// Which window of the definition.
    pub(crate) window: u32,
}

impl Counter {
    pub(crate) const VACANT: u32 = u32::MAX;
    pub(crate) const WIDE: i64 = i64::MIN;
    /// Whether it is the counter of that definition and window.
    #[inline]
    pub(crate) const fn is(&self, at: super::CounterRef) -> bool {
        self.definition == at.definition && self.window == at.window
    }

    /// Adds where the sums stay within `i64` and gives what is spent then; else changes nothing.
    #[inline]
    pub(crate) fn add(&mut self, spent: i64, held: i64) -> Option<i64> {
        let sums = self.spent.checked_add(spent).zip(self.held.checked_add(held));
        let (spent, held) = sums.filter(|_| self.spent != Counter::WIDE)?;
        (self.spent, self.held) = (spent, held);
        Some(spent)
    }

    #[inline]
    pub(crate) const fn is_vacant(&self) -> bool {
        self.definition == Counter::VACANT
    }

    pub(crate) const EMPTY: Counter = Counter { spent: 0, held: 0, definition: Counter::VACANT, window: 0 };
}

/// Where a subject's further counters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub(crate) struct Block {
    first: u32,
    class: u8,
    len: u8,
    /// The subject's table; it stands here because there is room.
    kind: Kind,
}

impl Block {
    pub(crate) const fn of(kind: Kind) -> Block {
        Block { first: 0, class: 0, len: 0, kind }
    }
    #[inline]
    pub(crate) const fn kind(self) -> Kind {
        self.kind
    }
}

/// Sizes of blocks. A subject with more counters than the last class has a list of its own.
const CLASSES: [u32; 14] = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 255];
const CHUNK: usize = 8192;

/// The blocks of all subjects.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Pool {
    #[serde(serialize_with = "used", deserialize_with = "whole")]
    chunks: Vec<Vec<Counter>>,
    free: [Vec<u32>; CLASSES.len()],
    next: u32,
    lists: Vec<Vec<Counter>>,
    free_lists: Vec<u32>,
}

const LIST: u8 = u8::MAX;

impl Pool {
    #[inline]
    pub(crate) fn get(&self, block: Block) -> &[Counter] {
        let first = block.first as usize;
        if block.class == LIST {
            return self.lists.get(first).map_or(&[], Vec::as_slice);
        }
        let at = first % CHUNK;
        self.chunks.get(first / CHUNK).and_then(|c| c.get(at..at + usize::from(block.len))).unwrap_or(&[])
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, block: Block) -> &mut [Counter] {
        let first = block.first as usize;
        if block.class == LIST {
            return self.lists.get_mut(first).map_or(&mut [], Vec::as_mut_slice);
        }
        let at = first % CHUNK;
        self.chunks
            .get_mut(first / CHUNK)
            .and_then(|c| c.get_mut(at..at + usize::from(block.len)))
            .unwrap_or(&mut [])
    }

    /// Appends a counter, moving the block to a larger class when its own is full. `room` is how many
    /// more are about to follow.
    pub(crate) fn push(&mut self, block: &mut Block, counter: Counter, room: usize) {
        if block.class == LIST {
            if let Some(list) = self.lists.get_mut(block.first as usize) {
                list.push(counter);
            }
            return;
        }
        if u32::from(block.len) == size(block.class) {
            self.grow(block, room);
            return self.push(block, counter, room);
        }
        block.len = block.len.saturating_add(1);
        if let Some(last) = self.get_mut(*block).last_mut() {
            *last = counter;
        }
    }

    fn grow(&mut self, block: &mut Block, room: usize) {
        let wanted = usize::from(block.len).saturating_add(room.max(1));
        let class = CLASSES.iter().position(|size| *size as usize >= wanted);
        let Some(class) = class.and_then(|c| u8::try_from(c).ok()) else {
            let list = self.get(*block).to_vec();
            self.release(block);
            let first = self.free_lists.pop().unwrap_or_else(|| {
                self.lists.push(Vec::new());
                u32::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u32::MAX)
            });
            if let Some(slot) = self.lists.get_mut(first as usize) {
                *slot = list;
            }
            *block = Block { first, class: LIST, len: 0, kind: block.kind };
            return;
        };
        let first = self.allocate(class);
        let grown = Block { first, class, len: block.len, kind: block.kind };
        let kept: smallvec::SmallVec<[Counter; 16]> = self.get(*block).into();
        for (to, from) in self.get_mut(grown).iter_mut().zip(kept) {
            *to = from;
        }
        self.release(block);
        *block = grown;
    }

    fn allocate(&mut self, class: u8) -> u32 {
        if let Some(first) = self.free.get_mut(usize::from(class)).and_then(Vec::pop) {
            return first;
        }
        let size = size(class);
        let chunk = CHUNK as u32;
        if (self.next % chunk).saturating_add(size) > chunk {
            self.next = self.next.next_multiple_of(chunk);
        }
        let first = self.next;
        self.next = self.next.saturating_add(size);
        if first as usize / CHUNK >= self.chunks.len() {
            self.chunks.push(vec![Counter::EMPTY; CHUNK]);
        }
        first
    }

    /// Gives the block back; it is empty afterwards.
    pub(crate) fn release(&mut self, block: &mut Block) {
        if block.class == LIST {
            if let Some(list) = self.lists.get_mut(block.first as usize) {
                *list = Vec::new();
                self.free_lists.push(block.first);
            }
        } else if block.class > 0
            && let Some(free) = self.free.get_mut(usize::from(block.class))
        {
            free.push(block.first);
        }
        *block = Block::of(block.kind);
    }

    /// Keeps the counters that `keep` says, in their order.
    pub(crate) fn retain(&mut self, block: &mut Block, keep: impl Fn(&Counter) -> bool) {
        let kept: smallvec::SmallVec<[Counter; 16]> =
            self.get(*block).iter().filter(|c| keep(c)).copied().collect();
        if kept.is_empty() {
            return self.release(block);
        }
        for (to, from) in self.get_mut(*block).iter_mut().zip(&kept) {
            *to = *from;
        }
        if block.class == LIST {
            if let Some(list) = self.lists.get_mut(block.first as usize) {
                list.truncate(kept.len());
            }
        } else {
            block.len = u8::try_from(kept.len()).unwrap_or(block.len);
        }
    }
}

fn size(class: u8) -> u32 {
    CLASSES.get(usize::from(class)).copied().unwrap_or(0)
}

/// A snapshot leaves the vacant end of each chunk out.
fn used<S: Serializer>(chunks: &[Vec<Counter>], serializer: S) -> Result<S::Ok, S::Error> {
    let used = chunks.iter().map(|chunk| {
        let end = chunk.iter().rposition(|c| *c != Counter::EMPTY).map_or(0, |last| last.saturating_add(1));
        chunk.get(..end).unwrap_or(&[])
    });
    serializer.collect_seq(used)
}

fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<Counter>>, D::Error> {
    let mut chunks: Vec<Vec<Counter>> = Vec::deserialize(deserializer)?;
    for chunk in &mut chunks {
        chunk.resize(CHUNK, Counter::EMPTY);
    }
    Ok(chunks)
}
