//! Counters that move: to another definition, or out of a future that was none.

use super::{Counter, CounterRef, Ledger};
use std::collections::BTreeMap;

impl Ledger {
    /// Copies what the open window of `from` holds into the open window of `to`, unless that one
    /// is in use already. Returns the pairs of counters whose holds now end in both.
    pub(crate) fn carry(&mut self, row: u32, from: u32, to: u32) -> Vec<(CounterRef, CounterRef)> {
        let (Some(old), Some(new)) = (self.definitions.get(from), self.definitions.get(to)) else {
            return Vec::new();
        };
        // KEEP: a counter that is there but holds nothing is not in use.
        let in_use =
            |c: &Counter| c.definition == to && new.is_live(c.window) && self.exact(row, c) != (0, 0);
        if self.counters_of(row).any(in_use) {
            return Vec::new();
        }
        let mut moved = Vec::new();
        for counter in self.counters_of(row).filter(|c| c.definition == from && old.is_live(c.window)) {
            let window = match (old.period(), new.period()) {
                (Some(_), Some(period)) => {
                    let last = old.span_of(counter.window).map_or(i64::MAX, |s| s.end_ms.saturating_sub(1));
                    let bucket = period.bucket_at(last);
                    if bucket > new.bucket(new.open) { new.open } else { new.number(bucket) }
                }
                _ => new.open,
            };
            let at = CounterRef { row, definition: to, window };
            moved.push((
                CounterRef { row, definition: from, window: counter.window },
                at,
                self.exact(row, counter),
            ));
        }
        for (_, at, value) in &moved {
            self.add(*at, value.0, value.1, 1);
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
            let future: Vec<Counter> =
                self.counters_of(row).filter(|c| self.is_future(c, &moved)).copied().collect();
            for counter in future {
                let value = self.exact(row, &counter);
                let Some(open) = self.definitions.get(counter.definition).map(|w| w.open) else { continue };
                let from = CounterRef { row, definition: counter.definition, window: counter.window };
                moved.insert((counter.definition, counter.window), open);
                self.retain(row, |c, _| !c.is(from));
                self.wide.remove(&from);
                self.add(CounterRef { window: open, ..from }, value.0, value.1, 1);
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
