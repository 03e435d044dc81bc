//! The book: every charge and hold as an entry of its own, summed anew at each reading.

use crate::amount::{Amounts, TOP};
use crate::select::Key;
use crate::window::{Window, bucket, bucket_start};

/// One charge or hold on one counter.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    /// The time of the reserve, record or adjustment: it says in which window the entry counts.
    pub(crate) at: i64,
    /// The reservation that made it.
    pub(crate) hold: Option<u64>,
    pub(crate) spent: i128,
    pub(crate) held: i128,
}

/// Every entry there ever was.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    pub(crate) entries: Vec<Entry>,
}

/// What a counter says in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) spent: i128,
    pub(crate) held: i128,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) resets_at: Option<i64>,
}

impl Book {
    /// The sums of a counter in the window that holds `now`.
    pub(crate) fn read(&self, key: &Key, now: i64) -> Reading {
        let (from, until) = key.window.reach(now);
        let counted: Vec<&Entry> =
            self.entries.iter().filter(|e| from <= e.at && e.at < until && e.key == *key).collect();
        let (start, end) = key.window.span(now).unwrap_or((now, now));
        let resets_at = match key.window {
            Window::Lifetime => None,
            Window::Rolling { period } => {
                // R17: the oldest bucket in use leaves at the first millisecond it is not live.
                let mut used: Vec<i64> = counted.iter().map(|e| bucket(e.at, period)).collect();
                used.sort_unstable();
                used.retain(|k| {
                    let inside = counted.iter().filter(|e| bucket(e.at, period) == *k);
                    let (spent, held) = inside.fold((0, 0), |(s, h), e| (s + e.spent, h + e.held));
                    spent > 0 || held > 0
                });
                used.first().map(|k| bucket_start(k + 1, period) + period)
            }
            _ => Some(end),
        };
        // R37: decisions are taken on the shown readings.
        Reading {
            spent: counted.iter().map(|e| e.spent).sum::<i128>().min(TOP),
            held: counted.iter().map(|e| e.held).sum::<i128>().min(TOP),
            start,
            end,
            resets_at,
        }
    }

    /// §7: the end of a hold, on every counter of the reservation, in the window of the reserve.
    pub(crate) fn end_hold(&mut self, hold: u64, spent: &Amounts) {
        for entry in self.entries.iter_mut().filter(|e| e.hold == Some(hold)) {
            entry.held = 0;
            entry.spent = spent.get(entry.key.unit).copied().unwrap_or(0);
        }
    }
}
