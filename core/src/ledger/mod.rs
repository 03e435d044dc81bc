//! The in-memory ledger: the first store behind the `plan → apply → conclude` seam.
//!
//! A store answers one question in one atomic step: *take these holds if every ceiling allows, else
//! none, and tell the readings*. Which counters and which ceilings is the plan's business; what the
//! answer means is the engine's.

mod definitions;
mod kind;
mod pool;
mod saved;
mod subjects;
mod sweep;

pub(crate) use definitions::Definitions;
pub(crate) use kind::Kind;
pub(crate) use pool::{Counter, Pool};
pub(crate) use saved::{Saved, SavedRef};
pub(crate) use subjects::Subjects;

use crate::map::Seed;
use std::collections::BTreeMap;
use sweep::Sweep;

/// No row: the subject has no counters yet.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// What a counter shows: exact sums, not yet cut to the largest amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    pub(crate) spent: i128,
    pub(crate) held: i128,
}

impl Reading {
    /// An amount as it is shown: cut to the largest one.
    pub(crate) fn shown(sum: i128) -> i64 {
        i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
    }
}

/// Names one counter for as long as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct CounterRef {
    pub(crate) row: u32,
    pub(crate) definition: u32,
    pub(crate) window: u32,
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
        }
    }

    /// The row of a subject, [`NO_ROW`] when it has no counters.
    #[inline]
    pub(crate) fn row(&self, kind: Kind, name: &str) -> u32 {
        self.subjects.find(kind, name, self.subjects.hash(kind, name)).unwrap_or(NO_ROW)
    }

    /// The row of a subject, made where there is none.
    pub(crate) fn row_or_insert(&mut self, kind: Kind, name: &str) -> u32 {
        let hash = self.subjects.hash(kind, name);
        self.subjects.find(kind, name, hash).unwrap_or_else(|| self.subjects.insert(kind, name, hash))
    }

    #[inline]
    fn counters_of(&self, row: u32) -> &[Counter] {
        self.subjects.row(row).map_or(&[], |row| self.pool.get(row.block()))
    }

    /// What the counter of `definition` shows at present.
    #[inline]
    pub(crate) fn reading(&self, row: u32, definition: u32) -> Reading {
        let Some(windows) = self.definitions.get(definition) else { return Reading::default() };
        if windows.period().is_none() {
            return self.reading_at(CounterRef { row, definition, window: windows.open });
        }
        let mut sum = Reading::default();
        for counter in self.counters_of(row) {
            if counter.definition == definition && windows.is_live(counter.window) {
                let part = self.value(row, counter);
                sum = Reading { spent: sum.spent.saturating_add(part.spent), held: sum.held.saturating_add(part.held) };
            }
        }
        sum
    }

    /// What one window, or one bucket, holds by itself.
    #[inline]
    pub(crate) fn reading_at(&self, at: CounterRef) -> Reading {
        let same = |c: &&Counter| c.definition == at.definition && c.window == at.window;
        self.counters_of(at.row).iter().find(same).map_or(Reading::default(), |c| self.value(at.row, c))
    }

    /// The spent amount that a window shows now: the whole live stretch for a rolling one.
    pub(crate) fn spent_in(&self, at: CounterRef) -> i128 {
        match self.definitions.get(at.definition) {
            Some(windows) if windows.period().is_some() => self.reading(at.row, at.definition).spent,
            _ => self.reading_at(at).spent,
        }
    }

    #[inline]
    fn value(&self, row: u32, counter: &Counter) -> Reading {
        if counter.spent == Counter::WIDE {
            let at = CounterRef { row, definition: counter.definition, window: counter.window };
            let (spent, held) = self.wide.get(&at).copied().unwrap_or_default();
            return Reading { spent, held };
        }
        Reading { spent: i128::from(counter.spent), held: i128::from(counter.held) }
    }

    /// The counters of `definition` that count at present, the newest bucket first.
    pub(crate) fn live(&self, row: u32, definition: u32) -> Vec<CounterRef> {
        let Some(windows) = self.definitions.get(definition) else { return Vec::new() };
        let mine = self.counters_of(row).iter().filter(|c| c.definition == definition && windows.is_live(c.window));
        let mut live: Vec<CounterRef> = mine.map(|c| CounterRef { row, definition, window: c.window }).collect();
        live.sort_unstable_by_key(|at| windows.age(at.window));
        live
    }

    /// First of the live buckets in which something is spent or held.
    pub(crate) fn oldest_used(&self, row: u32, definition: u32) -> Option<i64> {
        let windows = self.definitions.get(definition)?;
        self.counters_of(row)
            .iter()
            .filter(|c| c.definition == definition && windows.is_live(c.window))
            .filter(|c| self.value(row, c) != Reading::default())
            .map(|c| windows.bucket(c.window))
            .min()
    }

    /// Adds to a counter, making it where there is none; `room` says how many more are about to follow.
    /// A window that is gone takes nothing. Returns what is spent then.
    #[inline]
    pub(crate) fn add(&mut self, at: CounterRef, spent: i128, held: i128, room: usize) -> i64 {
        let Some(row) = self.subjects.row_mut(at.row) else { return 0 };
        let block = row.block_mut();
        let counters = self.pool.get_mut(*block);
        let same = |c: &&mut Counter| c.definition == at.definition && c.window == at.window;
        if let Some(counter) = counters.iter_mut().find(same) {
            let sums = (
                i64::try_from(spent).ok().and_then(|s| counter.spent.checked_add(s)),
                i64::try_from(held).ok().and_then(|h| counter.held.checked_add(h)),
            );
            if let ((Some(s), Some(h)), false) = (sums, counter.spent == Counter::WIDE) {
                counter.spent = s;
                counter.held = h;
                return s;
            }
            let before = if counter.spent == Counter::WIDE {
                self.wide.get(&at).copied().unwrap_or_default()
            } else {
                (i128::from(counter.spent), i128::from(counter.held))
            };
            let after = (before.0.saturating_add(spent), before.1.saturating_add(held));
            match (i64::try_from(after.0), i64::try_from(after.1)) {
                (Ok(s), Ok(h)) => {
                    (counter.spent, counter.held) = (s, h);
                    self.wide.remove(&at);
                }
                _ => {
                    counter.spent = Counter::WIDE;
                    self.wide.insert(at, after);
                }
            }
            return Reading::shown(after.0);
        }
        let Some(windows) = self.definitions.get(at.definition) else { return 0 };
        if windows.span_of(at.window).is_none() {
            return 0;
        }
        let counter = Counter { spent: 0, held: 0, definition: at.definition, window: at.window };
        let dead = |c: &&mut Counter| {
            c.definition == at.definition && c.held == 0 && windows.period().is_some() && windows.age(c.window) > 60
        };
        match self.pool.get_mut(*block).iter_mut().find(dead) {
            Some(place) => *place = counter,
            None => {
                self.pool.push(block, counter, room);
                self.counters = self.counters.saturating_add(1);
            }
        }
        self.add(at, spent, held, room)
    }

    /// Copies what the open window of `from` holds into the open window of `to`, unless that one
    /// is in use already. Returns the pairs of counters whose holds now end in both.
    pub(crate) fn carry(&mut self, row: u32, from: u32, to: u32) -> Vec<(CounterRef, CounterRef)> {
        let (Some(old), Some(new)) = (self.definitions.get(from), self.definitions.get(to)) else { return Vec::new() };
        if self.counters_of(row).iter().any(|c| c.definition == to && new.is_live(c.window)) {
            return Vec::new();
        }
        let mut moved = Vec::new();
        for counter in self.counters_of(row).iter().filter(|c| c.definition == from && old.is_live(c.window)) {
            let window = match (old.period(), new.period()) {
                (Some(_), Some(period)) => {
                    let last = old.span_of(counter.window).map_or(i64::MAX, |s| s.end_ms.saturating_sub(1));
                    let bucket = period.bucket_at(last);
                    if bucket > new.bucket(new.open) { new.open } else { new.number(bucket) }
                }
                _ => new.open,
            };
            let at = CounterRef { row, definition: to, window };
            moved.push((CounterRef { row, definition: from, window: counter.window }, at, self.value(row, counter)));
        }
        for (_, at, value) in &moved {
            self.add(*at, value.spent, value.held, 1);
        }
        moved.into_iter().map(|(from, to, _)| (from, to)).collect()
    }

    /// Adds what windows after the present one hold to the present one: the clock was wrong.
    /// Returns the counters that moved.
    pub(crate) fn fold_future(&mut self) -> BTreeMap<(u32, u32), u32> {
        let mut moved = BTreeMap::new();
        for (number, windows) in (0_u32..).zip(self.definitions.iter_mut()) {
            if windows.open == u32::MAX {
                continue;
            }
            let start = windows.span.start_ms;
            for (window, _) in windows.past.extract_if(.., |(_, span)| span.start_ms > start) {
                moved.insert((number, window), windows.open);
            }
        }
        for row in 0..self.subjects.rows() {
            let future: Vec<Counter> = self
                .counters_of(row)
                .iter()
                .filter(|c| self.is_future(c, &moved))
                .copied()
                .collect();
            for counter in future {
                let value = self.value(row, &counter);
                let Some(open) = self.definitions.get(counter.definition).map(|w| w.open) else { continue };
                let from = CounterRef { row, definition: counter.definition, window: counter.window };
                moved.insert((counter.definition, counter.window), open);
                if let Some(subject) = self.subjects.row_mut(row) {
                    let gone = |c: &Counter| !(c.definition == from.definition && c.window == from.window);
                    self.pool.retain(subject.block_mut(), gone);
                    self.counters = self.counters.saturating_sub(1);
                }
                self.wide.remove(&from);
                self.add(CounterRef { window: open, ..from }, value.spent, value.held, 1);
            }
        }
        moved
    }

    fn is_future(&self, counter: &Counter, moved: &BTreeMap<(u32, u32), u32>) -> bool {
        match self.definitions.get(counter.definition) {
            Some(windows) if windows.period().is_some() => windows.age(counter.window) < 0,
            _ => moved.contains_key(&(counter.definition, counter.window)),
        }
    }
}
