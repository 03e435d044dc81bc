//! Forgetting: counters of closed windows go as time passes, a few rows a command.

use super::{Counter, Ledger, Row};
use serde::{Deserialize, Serialize};

/// Rows looked at in one command.
const ROWS: u32 = 2;

/// A walk over all rows, begun when some closed window has become old enough.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Sweep {
    /// When the next walk begins.
    due_ms: Option<i64>,
    /// Where the walk is, and the time at which it began.
    walk: Option<(u32, i64)>,
    /// After a step over more than a day: until when what it closed stays, and the time before it.
    doubt: Option<(i64, i64)>,
}

/// How long a far step forward is in doubt: a corrected clock finds open again what it had closed.
const DOUBT_MS: i64 = 24 * 3_600_000;

impl Sweep {
    /// The time up to which windows have closed for certain.
    fn certain(&self, now_ms: i64) -> i64 {
        match self.doubt {
            Some((until, before)) if now_ms < until => before,
            _ => now_ms,
        }
    }
}

impl Ledger {
    /// Notes that counters which may go at `at_ms` exist.
    pub(crate) fn sweep_at(&mut self, at_ms: Option<i64>) {
        self.sweep.due_ms = self.sweep.due_ms.into_iter().chain(at_ms).min();
    }

    /// The clock steps from `latest_ms` to `now_ms`. KEEP: one wrong time far ahead forgets nothing.
    pub(crate) fn step_clock(&mut self, latest_ms: i64, now_ms: i64) {
        if now_ms < latest_ms {
            self.sweep.doubt = None;
        } else if now_ms.saturating_sub(latest_ms) > DOUBT_MS {
            self.sweep.doubt = Some((now_ms.saturating_add(DOUBT_MS), self.sweep.certain(latest_ms)));
        }
    }

    /// Looks at a few rows; returns those whose subject was forgotten.
    pub(crate) fn sweep(&mut self, now_ms: i64) -> smallvec::SmallVec<[u32; 2]> {
        let mut forgotten = smallvec::SmallVec::new();
        let (start, began) = match (self.sweep.walk, self.sweep.due_ms) {
            (Some(walk), _) => walk,
            (None, Some(due)) if due <= self.sweep.certain(now_ms) => {
                self.sweep.due_ms = None;
                (0, self.sweep.certain(now_ms))
            }
            _ => return forgotten,
        };
        let end = start.saturating_add(ROWS);
        for row in start..end.min(self.subjects.rows()) {
            if self.sweep_row(row, began) {
                forgotten.push(row);
            }
        }
        self.sweep.walk = (end < self.subjects.rows()).then_some((end, began));
        if self.sweep.walk.is_none() {
            for windows in self.definitions.iter_mut() {
                windows
                    .past
                    .retain(|(_, span)| span.end_ms.saturating_add(super::definitions::KEEP_MS) > began);
            }
        }
        forgotten
    }

    /// When the next rows are to be looked at: at once while a walk is under way.
    pub(crate) fn next_sweep(&self) -> Option<i64> {
        match (self.sweep.walk, self.sweep.due_ms, self.sweep.doubt) {
            (Some(_), ..) => Some(i64::MIN),
            (None, Some(due), Some((until, before))) if due > before => Some(due.max(until)),
            (None, due, _) => due,
        }
    }

    fn sweep_row(&mut self, row: u32, began: i64) -> bool {
        if self.subjects.row(row).is_none_or(Row::is_free) {
            return false;
        }
        let left = self.retain(row, |c, definitions| {
            let forget_at = definitions.get(c.definition).and_then(|w| w.forget_at(c.window));
            c.held != 0 || c.spent == Counter::WIDE || forget_at.is_some_and(|at| at > began)
        });
        if left == 0 {
            self.wide.retain(|at, _| at.row != row);
            self.subjects.remove(row);
        }
        left == 0
    }
}
