//! What counters show.

use super::{Counter, CounterRef, Ledger, Row};

/// What a counter shows. Sums are exact inside; here they are cut to the largest amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    pub(crate) spent: i64,
    pub(crate) held: i64,
}

impl Reading {
    fn new((spent, held): (i128, i128)) -> Reading {
        Reading { spent: Reading::cut(spent), held: Reading::cut(held) }
    }

    /// An amount as it is shown: cut to the largest one.
    pub(crate) fn cut(sum: i128) -> i64 {
        i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
    }

    /// Spent and held together.
    #[inline]
    pub(crate) fn used(self) -> i128 {
        i128::from(self.spent) + i128::from(self.held)
    }
}

impl Ledger {
    /// What the counter of `definition` shows at present.
    pub(crate) fn reading(&self, row: u32, definition: u32) -> Reading {
        let Some(windows) = self.definitions.get(definition) else { return Reading::default() };
        if !windows.rolling {
            return self.reading_at(CounterRef { row, definition, window: windows.open });
        }
        let mut sum = (0_i128, 0_i128);
        for counter in self.counters_of(row) {
            if counter.definition == definition && windows.is_live(counter.window) {
                let part = self.exact(row, counter);
                sum = (sum.0.saturating_add(part.0), sum.1.saturating_add(part.1));
            }
        }
        Reading::new(sum)
    }

    /// What one window of a calendar definition shows, and where in `row` it stands: likely at the
    /// place where the last call found it, since subjects of one tier are laid out alike.
    #[inline]
    pub(crate) fn look(&self, row: &Row, at: CounterRef, likely: u16) -> (Reading, u16) {
        let found = self.at_place(row, usize::from(likely)).filter(|counter| counter.is(at));
        match found.filter(|counter| counter.spent != Counter::WIDE) {
            Some(counter) => (Reading { spent: counter.spent, held: counter.held }, likely),
            None => self.look_around(row, at),
        }
    }

    fn look_around(&self, row: &Row, at: CounterRef) -> (Reading, u16) {
        let place = self.place_of(row, |counter| counter.is(at));
        let reading = place.and_then(|place| self.at_place(row, place)).map(|c| self.exact(at.row, c));
        let place = place.and_then(|place| u16::try_from(place).ok()).unwrap_or(u16::MAX);
        (reading.map_or_else(Reading::default, Reading::new), place)
    }

    /// What one window, or one bucket, holds by itself.
    pub(crate) fn reading_at(&self, at: CounterRef) -> Reading {
        self.subjects.row(at.row).map_or_else(Reading::default, |row| self.look(row, at, 0).0)
    }

    /// The spent amount that a window shows now: the whole live stretch for a rolling one.
    pub(crate) fn spent_in(&self, at: CounterRef) -> i64 {
        match self.definitions.get(at.definition) {
            Some(windows) if windows.rolling => self.reading(at.row, at.definition).spent,
            _ => self.reading_at(at).spent,
        }
    }

    pub(super) fn exact(&self, row: u32, counter: &Counter) -> (i128, i128) {
        if counter.spent == Counter::WIDE {
            let at = CounterRef { row, definition: counter.definition, window: counter.window };
            return self.wide.get(&at).copied().unwrap_or_default();
        }
        (i128::from(counter.spent), i128::from(counter.held))
    }

    /// The counters of `definition` that count at present, the newest bucket first.
    pub(crate) fn live(&self, row: u32, definition: u32) -> Vec<CounterRef> {
        let Some(windows) = self.definitions.get(definition) else { return Vec::new() };
        let mine = self.counters_of(row).filter(|c| c.definition == definition && windows.is_live(c.window));
        let mut live: Vec<CounterRef> =
            mine.map(|c| CounterRef { row, definition, window: c.window }).collect();
        crate::order::by(&mut live, |a, b| windows.age(a.window) < windows.age(b.window));
        live
    }

    /// First of the live buckets in which something is spent or held.
    pub(crate) fn oldest_used(&self, row: u32, definition: u32) -> Option<i64> {
        let windows = self.definitions.get(definition)?;
        self.counters_of(row)
            .filter(|c| c.definition == definition && windows.is_live(c.window))
            .filter(|c| self.exact(row, c) != (0, 0))
            .map(|c| windows.bucket(c.window))
            .min()
    }
}
