//! Daily, weekly and monthly windows: boundaries are local midnights of civil dates.
//!
//! The windows of a kind are numbered, and each number has a first day; the boundary is the first
//! instant of that local day. Boundaries never fall, so the window of an instant is the last one
//! whose boundary is not after it. The local date of the instant is only the first guess: where a
//! midnight happens twice, the hour between the two shows the old date in the new window, and a
//! date that a zone skipped is an empty window.

use super::civil::{self, DAY_S};
use super::{Span, Weekday, Zone};

const DAYS_IN_WEEK: i64 = 7;
const MONTHS_IN_YEAR: i64 = 12;

/// The local day that `now_ms` lies in.
pub(super) fn daily(zone: Zone, now_ms: i64) -> Span {
    find(zone, now_ms, |today| today, |index| index)
}

/// The local week that `now_ms` lies in.
pub(super) fn weekly(zone: Zone, week_start: Weekday, now_ms: i64) -> Span {
    let first = week_start.first_day();
    let guess = |today: i64| (today - first).div_euclid(DAYS_IN_WEEK);
    find(zone, now_ms, guess, |index| index * DAYS_IN_WEEK + first)
}

/// The local month from anchor day to anchor day that `now_ms` lies in.
pub(super) fn monthly(zone: Zone, anchor_day: u8, now_ms: i64) -> Span {
    let guess = |today| {
        let (year, month, _) = civil::date(today);
        year * MONTHS_IN_YEAR + month - 1
    };
    find(zone, now_ms, guess, |index| {
        let (year, month) = (index.div_euclid(MONTHS_IN_YEAR), index.rem_euclid(MONTHS_IN_YEAR) + 1);
        let day = i64::from(anchor_day).clamp(1, civil::days_in_month(year, month));
        civil::day_number(year, month, day)
    })
}

/// The window of `now_ms`, given a guess of its number from the local date, and the first day of
/// each number.
fn find(zone: Zone, now_ms: i64, guess: impl Fn(i64) -> i64, first_day: impl Fn(i64) -> i64) -> Span {
    let now_s = now_ms.div_euclid(1_000);
    let boundary = |index| zone.first_instant_at(first_day(index) * DAY_S);
    let mut index = guess((now_s + zone.offset_at(now_s)).div_euclid(DAY_S));
    let mut start = boundary(index);
    while start > now_s {
        index -= 1;
        start = boundary(index);
    }
    let mut end = boundary(index + 1);
    while end <= now_s {
        index += 1;
        start = end;
        end = boundary(index + 1);
    }
    Span { start_ms: start * 1_000, end_ms: end * 1_000 }
}
