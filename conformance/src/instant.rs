//! RFC 3339 times as epoch milliseconds, and back.
//!
//! Written out here because the range of answers (`10000-01-01T00:00:00Z` is the end of the last
//! window) is wider than what date libraries take.

/// Reads `YYYY-MM-DDTHH:MM:SS[.f…](Z|±HH:MM)` with one to three fraction digits, and four or five
/// digits of a year. Gives epoch milliseconds, or `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !(4..=5).contains(&year.len()) {
        return None;
    }
    let (year, month, day) = (number(year)?, two(month)?, two(day)?);
    if !(1..=12).contains(&month) || !(1..=month_days(year, month)).contains(&day) {
        return None;
    }
    let (clock, offset) = split_offset(rest)?;
    let (clock, fraction) = clock.split_once('.').map_or((clock, "0"), |(c, f)| (c, f));
    if fraction.is_empty() || fraction.len() > 3 {
        return None;
    }
    let millis = number(&format!("{fraction:0<3}"))?;
    let (hour, minute, second) = {
        let mut parts = clock.split(':');
        let read = (two(parts.next()?)?, two(parts.next()?)?, two(parts.next()?)?);
        if parts.next().is_some() {
            return None;
        }
        read
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_before(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(seconds * 1000 + millis)
}

/// The time of day and the offset from UTC in seconds.
fn split_offset(rest: &str) -> Option<(&str, i64)> {
    if let Some(clock) = rest.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = rest.rfind(['+', '-'])?;
    let (clock, offset) = rest.split_at_checked(at)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some((clock, if offset.starts_with('-') { -seconds } else { seconds }))
}

/// Writes epoch milliseconds as RFC 3339 in UTC, with three fraction digits or none.
#[must_use]
pub fn format(ms: i64) -> String {
    let days = ms.div_euclid(86_400_000);
    let in_day = ms.rem_euclid(86_400_000);
    let (year, month, day) = civil(days);
    let (seconds, millis) = (in_day / 1000, in_day % 1000);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn two(text: &str) -> Option<i64> {
    (text.len() == 2).then(|| number(text)).flatten()
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let whole = before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = (1..month).map(|m| month_days(year, m)).sum();
    whole + months + day - 1 - 719_162
}

/// The date that is `days` after 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    // A guess by 366 days a year, corrected by whole years, then months.
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year, 1, 1) > days {
        year -= 1;
    }
    while days_before(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut rest = days - days_before(year, 1, 1);
    let mut month = 1;
    while rest >= month_days(year, month) {
        rest -= month_days(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants_both_ways() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-05-10T12:00:00Z", 1_778_414_400_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("10000-01-01T00:00:00Z", 253_402_300_800_000),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2024-02-29T00:00:00.050Z", 1_709_164_800_050),
        ] {
            assert_eq!(parse(text), Some(ms), "{text}");
            assert_eq!(format(ms), text);
        }
        assert_eq!(parse("2026-05-10T14:00:00+02:00"), Some(1_778_414_400_000));
        assert_eq!(parse("2026-05-10T12:00:00.5Z"), Some(1_778_414_400_500));
    }

    #[test]
    fn what_is_not_a_time() {
        for bad in [
            "",
            "5",
            "monthly",
            "2026-05-10",
            "2026-05-10T12:00:00",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-05-10T24:00:00Z",
            "2026-05-10T12:00:00.Z",
            "2026-05-10T12:00:00.1234Z",
            "2026-05-10T12:00:00+2:00",
            "+2026-05-10T12:00:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_day_of_the_range_comes_back() {
        for days in (-719_162..2_932_897).step_by(37) {
            let ms = days * 86_400_000;
            assert_eq!(parse(&format(ms)), Some(ms));
        }
    }
}
