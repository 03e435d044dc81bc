//! Instants: epoch milliseconds inside, RFC 3339 at the border. Nothing here reads a clock.

use crate::error::Error;
use crate::window::civil::{self, DAY_S};

/// The first instant, 0001-01-01T00:00:00Z, in epoch milliseconds.
pub const TIME_MIN_MS: i64 = civil::day_number(1, 1, 1) * DAY_S * 1_000;

/// The first instant after the last, 10000-01-01T00:00:00Z, in epoch milliseconds.
pub const TIME_END_MS: i64 = civil::day_number(10_000, 1, 1) * DAY_S * 1_000;

/// Accepts the years 1–9999.
///
/// # Errors
/// [`Error::InvalidTime`] for any other `now_ms` (epoch milliseconds).
pub fn check(now_ms: i64) -> Result<(), Error> {
    if (TIME_MIN_MS..TIME_END_MS).contains(&now_ms) {
        return Ok(());
    }
    Err(Error::InvalidTime { message: format!("the time {now_ms} ms is outside the years 1–9999") })
}

/// Reads an RFC 3339 instant, as `2026-02-28T23:59:59.5+05:30`, into epoch milliseconds. Digits
/// past the millisecond are cut off. `None` for any other text, for a date or time of day that
/// does not exist (second 60 too: epoch time has no leap seconds), and outside the years 1–9999.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let mut rest = text.as_bytes();
    let year = digits(&mut rest, 4)?;
    one_of(&mut rest, b"-")?;
    let month = digits(&mut rest, 2).filter(|m| (1..=12).contains(m))?;
    one_of(&mut rest, b"-")?;
    let day = digits(&mut rest, 2).filter(|d| (1..=civil::days_in_month(year, month)).contains(d))?;
    one_of(&mut rest, b"Tt")?;
    let hour = digits(&mut rest, 2).filter(|h| *h < 24)?;
    one_of(&mut rest, b":")?;
    let minute = digits(&mut rest, 2).filter(|m| *m < 60)?;
    one_of(&mut rest, b":")?;
    let second = digits(&mut rest, 2).filter(|s| *s < 60)?;
    let ms = fraction(&mut rest)?;
    let offset_s = offset(&mut rest)?;
    if !rest.is_empty() {
        return None;
    }
    let local_s = civil::day_number(year, month, day) * DAY_S + hour * 3_600 + minute * 60 + second;
    let instant = (local_s - offset_s) * 1_000 + ms;
    check(instant).is_ok().then_some(instant)
}

/// Takes exactly `count` decimal digits.
fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    head.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b & 0x0f)))
}

/// Takes one of the bytes given.
fn one_of(rest: &mut &[u8], allowed: &[u8]) -> Option<u8> {
    let (&head, tail) = rest.split_first()?;
    *rest = tail;
    allowed.contains(&head).then_some(head)
}

/// Takes `.digits` if it is there, at least one digit, and gives its milliseconds.
fn fraction(rest: &mut &[u8]) -> Option<i64> {
    let Some(tail) = rest.strip_prefix(b".") else { return Some(0) };
    let length = tail.iter().take_while(|b| b.is_ascii_digit()).count();
    let (found, tail) = tail.split_at_checked(length).filter(|_| length > 0)?;
    *rest = tail;
    let weights = [100, 10, 1];
    Some(found.iter().zip(weights).map(|(b, weight)| i64::from(b & 0x0f) * weight).sum())
}

/// Takes `Z` or `±hh:mm` and gives its seconds ahead of UTC.
fn offset(rest: &mut &[u8]) -> Option<i64> {
    let sign = match one_of(rest, b"Zz+-")? {
        b'+' => 1,
        b'-' => -1,
        _ => return Some(0),
    };
    let hours = digits(rest, 2).filter(|h| *h < 24)?;
    one_of(rest, b":")?;
    let minutes = digits(rest, 2).filter(|m| *m < 60)?;
    Some(sign * (hours * 3_600 + minutes * 60))
}

/// Writes epoch milliseconds in UTC: `2026-02-28T23:59:59Z`, with three fraction digits where the
/// milliseconds are not zero.
#[must_use]
pub fn format(ms: i64) -> String {
    let (seconds, millis) = (ms.div_euclid(1_000), ms.rem_euclid(1_000));
    let (year, month, day) = civil::date(seconds.div_euclid(DAY_S));
    let of_day = seconds.rem_euclid(DAY_S);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_years_1_to_9999() {
        assert_eq!(TIME_MIN_MS, -62_135_596_800_000);
        assert_eq!(TIME_END_MS, 253_402_300_800_000);
        assert!(check(TIME_MIN_MS).is_ok() && check(TIME_END_MS - 1).is_ok());
        for bad in [TIME_MIN_MS - 1, TIME_END_MS, i64::MIN, i64::MAX] {
            assert_eq!(check(bad).unwrap_err().code(), "invalid_time");
        }
    }

    #[test]
    fn every_form_of_the_grammar_is_read() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T00:00:00-00:00", 0),
            ("1970-01-01T05:30:00.001+05:30", 1),
            ("1969-12-31T16:00:00-08:00", 0),
            ("1970-01-01T00:00:00.1Z", 100),
            ("1970-01-01T00:00:00.123456789999Z", 123),
            ("1969-12-31T23:59:59.9999Z", -1),
            ("2024-02-29T12:00:00Z", 1_709_208_000_000),
            ("0001-01-01T00:00:00Z", TIME_MIN_MS),
            ("9999-12-31T23:59:59.999Z", TIME_END_MS - 1),
            ("0001-01-01T23:59:00+23:59", TIME_MIN_MS),
        ] {
            assert_eq!(parse(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-01-01 00:00:00Z",
            "1970-01-01T00:00Z",
            "1970-1-01T00:00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00,5Z",
            "1970-01-01T00:00:00Z ",
            " 1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00+0530",
            "1970-01-01T00:00:00+05",
            "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:00+05:60",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
            "1970-00-01T00:00:00Z",
            "1970-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "1970-01-00T00:00:00Z",
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "10000-01-01T00:00:00Z",
            "+1970-01-01T00:00:00Z",
            "-001-01-01T00:00:00Z",
            "٣970-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn text_is_utc_and_short() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_500, "1970-01-01T00:00:01.500Z"),
            (TIME_MIN_MS, "0001-01-01T00:00:00Z"),
            (TIME_END_MS, "10000-01-01T00:00:00Z"),
        ] {
            assert_eq!(format(ms), text);
        }
        assert!(!format(i64::MIN).is_empty() && !format(i64::MAX).is_empty());
    }
}
