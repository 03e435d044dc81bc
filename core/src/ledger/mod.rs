//! The in-memory ledger: the first store behind the `plan → apply → conclude` seam.
//!
//! A store answers one question in one atomic step: *take these holds if every ceiling allows, else
//! none, and tell the readings*. Which counters and which ceilings is the plan's business; what the
//! answer means is the engine's.

mod carry;
mod definitions;
mod kind;
mod pool;
mod reading;
mod saved;
mod shard;
mod subjects;
mod sweep;

pub(crate) use definitions::Definitions;
pub(crate) use kind::Kind;
pub(crate) use pool::{Counter, Pool};
pub(crate) use reading::Reading;
pub(crate) use saved::{Saved, SavedRef};
pub(crate) use subjects::{Handle, NEAR, NO_OWN, Row, Subjects};

use crate::map::Seed;
use smallvec::SmallVec;
use std::collections::BTreeMap;
use sweep::Sweep;

/// No row: the subject has no counters yet.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// Names one counter for as long as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct CounterRef {
    pub(crate) row: u32,
    pub(crate) definition: u32,
    pub(crate) window: u32,
}

/// Additions of one call.
pub(crate) type Adds = SmallVec<[Add; 6]>;

/// One addition to one counter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Add {
    pub(crate) at: CounterRef,
    /// Where in its row the counter stood when it was read.
    pub(crate) place: u16,
    pub(crate) spent: i64,
    pub(crate) held: i64,
    /// The spent amount that the caller wants to hear of.
    pub(crate) alarm: i64,
}

/// All counters of an engine.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) subjects: Subjects,
    pub(crate) definitions: Definitions,
    pool: Pool,
    /// Sums that left `i64`, exact.
    wide: BTreeMap<CounterRef, (i128, i128)>,
    pub(crate) counters: u64,
    sweep: Sweep,
    /// Where the global row likely is.
    global: u32,
}

impl Ledger {
    pub(crate) fn new(seed: Seed) -> Ledger {
        Ledger {
            subjects: Subjects::new(seed),
            definitions: Definitions::default(),
            pool: Pool::default(),
            wide: BTreeMap::new(),
            counters: 0,
            sweep: Sweep::default(),
            global: NO_ROW,
        }
    }

    /// The row of a subject, [`NO_ROW`] when it has no counters.
    #[inline]
    pub(crate) fn row(&self, kind: Kind, name: &str) -> u32 {
        self.subjects.find(kind, name, self.subjects.hash(kind, name)).map_or(NO_ROW, |(number, _)| number)
    }

    /// The near counters of the one subject that is everything, with its row's number.
    #[inline]
    pub(crate) fn global(&self) -> Option<(u32, &[Counter; NEAR])> {
        let at_hand =
            self.subjects.row(self.global).filter(|row| row.kind() == Kind::Global && !row.is_free());
        let (number, row) = match at_hand {
            Some(row) => (self.global, row),
            None => self.subjects.find(Kind::Global, "", self.subjects.hash(Kind::Global, ""))?,
        };
        Some((number, row.near()))
    }

    /// Notes where the global row is.
    pub(crate) fn global_is(&mut self, row: u32) {
        self.global = row;
    }

    /// All counters of a row.
    pub(crate) fn counters_of(&self, row: u32) -> impl Iterator<Item = &Counter> {
        let row = self.subjects.row(row);
        let near = row.map_or(&[][..], |row| row.near());
        let far = row.map_or(&[][..], |row| self.pool.get(row.far()));
        near.iter().filter(|counter| !counter.is_vacant()).chain(far)
    }

    /// The counter at a place, which is near below [`NEAR`] and far from there on.
    #[inline]
    fn at_place<'l>(&'l self, row: &'l Row, place: usize) -> Option<&'l Counter> {
        match row.near().get(place) {
            Some(counter) => Some(counter),
            None => self.pool.get(row.far()).get(place - NEAR),
        }
    }

    #[inline]
    fn at_place_mut(&mut self, row: u32, place: usize) -> Option<&mut Counter> {
        let row = self.subjects.row_mut(row)?;
        if place < NEAR {
            return row.near_mut().get_mut(place);
        }
        self.pool.get_mut(row.far()).get_mut(place - NEAR)
    }

    /// The place of the first counter for which `is` holds.
    fn place_of(&self, row: &Row, is: impl Fn(&Counter) -> bool) -> Option<usize> {
        let near = row.near().iter().position(&is);
        near.or_else(|| self.pool.get(row.far()).iter().position(is).map(|place| place + NEAR))
    }

    /// Adds to several counters; those of one row that follow each other are found together. Returns
    /// whether one has reached its alarm.
    pub(crate) fn add_all(&mut self, adds: &[Add]) -> bool {
        let mut alarmed = false;
        let mut number = NO_ROW;
        let mut row: Option<&mut Row> = None;
        for (done, add) in adds.iter().enumerate() {
            if add.at.row != number || row.is_none() {
                number = add.at.row;
                row = self.subjects.row_mut(number);
            }
            let place = usize::from(add.place);
            let counter = row.as_mut().and_then(|row| match place < NEAR {
                true => row.near_mut().get_mut(place),
                false => self.pool.get_mut(row.far()).get_mut(place - NEAR),
            });
            let counter = counter.filter(|counter| counter.is(add.at));
            let Some(spent) = counter.and_then(|counter| counter.add(add.spent, add.held)) else {
                return alarmed | self.add_slowly(adds.get(done..).unwrap_or(&[]));
            };
            alarmed |= spent >= add.alarm;
        }
        alarmed
    }

    /// Counters that are new, have moved, or leave `i64`.
    #[cold]
    fn add_slowly(&mut self, adds: &[Add]) -> bool {
        let mut alarmed = false;
        for (done, add) in adds.iter().enumerate() {
            let room = adds.len().saturating_sub(done);
            alarmed |= self.add(add.at, i128::from(add.spent), i128::from(add.held), room) >= add.alarm;
        }
        alarmed
    }

    /// Adds to a counter, making it where there is none; `room` says how many more are about to follow.
    /// A window that is gone takes nothing. Returns what is spent then.
    pub(crate) fn add(&mut self, at: CounterRef, spent: i128, held: i128, room: usize) -> i64 {
        let found = self.subjects.row(at.row).and_then(|row| self.place_of(row, |c| c.is(at)));
        let Some(place) = found.or_else(|| self.make(at, room)) else { return 0 };
        let counter = self.subjects.row(at.row).and_then(|row| self.at_place(row, place));
        let before = counter.map_or((0, 0), |c| self.exact(at.row, c));
        let after = (before.0.saturating_add(spent), before.1.saturating_add(held));
        let narrow = i64::try_from(after.0).ok().zip(i64::try_from(after.1).ok());
        match narrow {
            Some(_) => self.wide.remove(&at),
            None => self.wide.insert(at, after),
        };
        if let Some(counter) = self.at_place_mut(at.row, place) {
            (counter.spent, counter.held) = narrow.unwrap_or((Counter::WIDE, 0));
        }
        Reading::cut(after.0)
    }

    /// Makes a counter in its row and says where; `None` when its window is gone. The open window's
    /// counter stands near, where the last window's stood.
    fn make(&mut self, at: CounterRef, room: usize) -> Option<usize> {
        let windows = self.definitions.get(at.definition)?;
        windows.span_of(at.window)?;
        let counter = Counter { spent: 0, held: 0, definition: at.definition, window: at.window };
        let dead = |c: &Counter| {
            windows.rolling
                && c.definition == at.definition
                && (c.held == 0 && c.spent != Counter::WIDE)
                && windows.age(c.window) > 60
        };
        let row = self.subjects.row(at.row)?;
        if let Some(place) = self.place_of(row, dead) {
            *self.at_place_mut(at.row, place)? = counter;
            return Some(place);
        }
        let closed =
            |c: &Counter| !windows.rolling && c.definition == at.definition && at.window == windows.open;
        let near = row.near().iter().position(closed);
        let near = near.or_else(|| row.near().iter().position(Counter::is_vacant));
        self.counters = self.counters.saturating_add(1);
        let row = self.subjects.row_mut(at.row)?;
        let mut moved = counter;
        if let Some(place) = near {
            moved = std::mem::replace(row.near_mut().get_mut(place)?, counter);
        }
        if !moved.is_vacant() {
            self.pool.push(row.far_mut(), moved, room);
        }
        near.or_else(|| (NEAR + self.pool.get(row.far()).len()).checked_sub(1))
    }

    /// Keeps the counters of a row that `keep` says. Returns how many are left.
    fn retain(&mut self, row: u32, keep: impl Fn(&Counter, &Definitions) -> bool) -> usize {
        let Some(row) = self.subjects.row_mut(row) else { return 0 };
        let definitions = &self.definitions;
        let mut gone: u64 = 0;
        for counter in row.near_mut().iter_mut().filter(|c| !c.is_vacant()) {
            if !keep(counter, definitions) {
                *counter = Counter::EMPTY;
                gone = gone.saturating_add(1);
            }
        }
        let before = self.pool.get(row.far()).len();
        if !self.pool.get(row.far()).iter().all(|c| keep(c, definitions)) {
            self.pool.retain(row.far_mut(), |c| keep(c, definitions));
        }
        let after = self.pool.get(row.far()).len();
        gone = gone.saturating_add((before - after.min(before)) as u64);
        self.counters = self.counters.saturating_sub(gone);
        after + row.near().iter().filter(|c| !c.is_vacant()).count()
    }
}
