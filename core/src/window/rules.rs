//! How far the clocks of one place are ahead of UTC, at any time.

use super::civil::{self, DAY_S};

/// The clock from an instant on. Both in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) at_s: i64,
    pub(super) offset_s: i64,
}

/// A place: its first clock, each change of it by time, and what happens each year after the last.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) first: i64,
    pub(super) changes: Vec<Change>,
    pub(super) yearly: Option<Yearly>,
}

/// Summer time every year: seconds ahead of UTC without and with it, and when it starts and ends.
#[derive(Debug)]
pub(super) struct Yearly {
    pub(super) standard: i64,
    pub(super) summer: i64,
    pub(super) start: DayRule,
    pub(super) end: DayRule,
}

/// A weekday of a month: `week` 1–4, or 5 for the last; `weekday` 0 is Sunday. `second` counts from midnight by the
/// clock that is about to change, and may leave the day.
#[derive(Debug)]
pub(super) struct DayRule {
    pub(super) month: i64,
    pub(super) week: i64,
    pub(super) weekday: i64,
    pub(super) second: i64,
}

impl Rules {
    /// Seconds ahead of UTC at an instant.
    pub(super) fn offset_at(&self, at_s: i64) -> i64 {
        let begun = self.changes.partition_point(|change| change.at_s <= at_s);
        if begun == self.changes.len()
            && let Some(yearly) = &self.yearly
        {
            return yearly.offset_at(at_s);
        }
        let change = begun.checked_sub(1).and_then(|last| self.changes.get(last));
        change.map_or(self.first, |change| change.offset_s)
    }

    /// The first change after an instant.
    pub(super) fn change_after(&self, at_s: i64) -> Option<Change> {
        let begun = self.changes.partition_point(|change| change.at_s <= at_s);
        match self.changes.get(begun) {
            Some(change) => Some(*change),
            None => self.yearly.as_ref()?.change_after(at_s),
        }
    }
}

impl Yearly {
    /// When summer time starts and ends in a year.
    fn changes(&self, year: i64) -> [Change; 2] {
        [
            Change { at_s: self.start.in_year(year) - self.standard, offset_s: self.summer },
            Change { at_s: self.end.in_year(year) - self.summer, offset_s: self.standard },
        ]
    }

    fn offset_at(&self, at_s: i64) -> i64 {
        let [start, end] = self.changes(self.year(at_s)).map(|change| change.at_s);
        let summer = if start < end { start <= at_s && at_s < end } else { at_s >= start || at_s < end };
        if summer { self.summer } else { self.standard }
    }

    fn change_after(&self, at_s: i64) -> Option<Change> {
        let year = self.year(at_s);
        let changes = [self.changes(year), self.changes(year + 1)];
        changes.into_iter().flatten().filter(|change| change.at_s > at_s).min_by_key(|change| change.at_s)
    }

    fn year(&self, at_s: i64) -> i64 {
        civil::date((at_s + self.standard).div_euclid(DAY_S)).0
    }
}

impl DayRule {
    /// The instant in a year, by the clock that is about to change: seconds from 1970-01-01T00:00:00 local time.
    fn in_year(&self, year: i64) -> i64 {
        let length = civil::days_in_month(year, self.month);
        let first = civil::day_number(year, self.month, 1);
        // 1970-01-01 was a Thursday.
        let into = (self.weekday - (first + 4)).rem_euclid(7) + (self.week - 1) * 7;
        let into = if into >= length { into - 7 } else { into };
        (first + into) * DAY_S + self.second
    }
}
