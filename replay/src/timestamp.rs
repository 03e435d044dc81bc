//! Times as logs write them: ISO 8601 with or without zone, or counts since the epoch.

use spendgate_core::time;

/// Reads a time into epoch milliseconds; digits past the millisecond are cut off. Accepts
/// `2026-05-10T12:00:00.123Z`, a space for the `T`, offsets (`+02:00`, `+0200`, `+02`, ` UTC`), no zone (UTC),
/// no seconds, a date alone, and counts since 1970: seconds (also with a fraction), milliseconds,
/// microseconds or nanoseconds, told apart by size (below 10^11, 10^14, 10^17).
///
/// `None` for anything else and outside the years 1–9999.
#[must_use]
pub fn parse(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let ms = match text {
        [_, _, _, _, b'-', ..] => civil(text)?,
        _ => epoch(text)?,
    };
    time::check(ms).ok()?;
    Some(ms)
}

/// `digits[.digits]` since the epoch.
fn epoch(text: &[u8]) -> Option<i64> {
    let (whole, fraction) = match memchr::memchr(b'.', text) {
        Some(dot) => (text.get(..dot)?, text.get(dot + 1..)?),
        None => (text, &b""[..]),
    };
    if whole.is_empty() || whole.len() > 19 {
        return None;
    }
    let n = number(whole)?;
    if n >= 100_000_000_000 {
        number(fraction)?;
        return Some(match n {
            0..100_000_000_000_000 => n,
            100_000_000_000_000..100_000_000_000_000_000 => n / 1_000,
            _ => n / 1_000_000,
        });
    }
    n.checked_mul(1_000)?.checked_add(milliseconds(fraction)?)
}

/// The first three digits of a fraction, all of which have to be digits.
fn milliseconds(fraction: &[u8]) -> Option<i64> {
    let mut ms = 0;
    for i in 0..3 {
        ms = ms * 10 + i64::from(digit(fraction.get(i).copied().unwrap_or(b'0'))?);
    }
    fraction.iter().all(u8::is_ascii_digit).then_some(ms)
}

/// Digits only; no digits are 0.
fn number(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0_i64, |n, &b| n.checked_mul(10)?.checked_add(i64::from(digit(b)?)))
}

fn digit(b: u8) -> Option<u8> {
    b.is_ascii_digit().then_some(b & 0x0f)
}

/// Two digits.
fn two(text: &[u8], at: usize) -> Option<i64> {
    number(text.get(at..at + 2)?)
}

/// `YYYY-MM-DD`, then the time of day, then the zone.
fn civil(text: &[u8]) -> Option<i64> {
    let (year, month, day) = (number(text.get(..4)?)?, two(text, 5)?, two(text, 8)?);
    if text.get(7) != Some(&b'-') || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let days = day_number(year, month, day);
    let Some(separator) = text.get(10) else { return days.checked_mul(86_400_000) };
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    let (hour, minute) = (two(text, 11)?, two(text, 14)?);
    if text.get(13) != Some(&b':') || hour > 23 || minute > 59 {
        return None;
    }
    let (mut second, mut ms, mut rest) = (0, 0, text.get(16..)?);
    if let [b':', tail @ ..] = rest {
        second = two(tail, 0)?;
        rest = tail.get(2..)?;
        if let [b'.' | b',', tail @ ..] = rest {
            let length = tail.iter().take_while(|b| b.is_ascii_digit()).count();
            if length == 0 {
                return None;
            }
            ms = milliseconds(tail.get(..length)?)?;
            rest = tail.get(length..)?;
        }
    }
    if second > 59 {
        return None;
    }
    let offset = zone_minutes(rest)?;
    let seconds = days * 86_400 + hour * 3_600 + (minute - offset) * 60 + second;
    Some(seconds * 1_000 + ms)
}

/// Minutes east of UTC.
fn zone_minutes(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text.trim_ascii() {
        b"" | b"Z" | b"z" | b"UTC" | b"GMT" => return Some(0),
        [b'+', tail @ ..] => (1, tail),
        [b'-', tail @ ..] => (-1, tail),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [_, _] => (two(digits, 0)?, 0),
        [_, _, b':', _, _] => (two(digits, 0)?, two(digits, 3)?),
        [_, _, _, _] => (two(digits, 0)?, two(digits, 2)?),
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

/// Days from 1970-01-01 of a Gregorian date: years are counted from March, in eras of 400.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_logs() {
        let want = time::parse("2023-11-16T18:15:46.680Z");
        for text in [
            "2023-11-16 18:15:46.6805900",
            "2023-11-16T18:15:46.68Z",
            "2023-11-16T20:15:46.680+02:00",
            "2023-11-16 18:15:46,680 UTC",
            "2023-11-16 18:15:46.680+00",
            "2023-11-16T13:15:46.680-0500",
            "1700158546.680",
            "1700158546680",
            "1700158546680123",
            "1700158546680123456",
            " 2023-11-16T18:15:46.680Z ",
        ] {
            assert_eq!(parse(text.as_bytes()), want, "{text}");
        }
        assert_eq!(parse(b"2024-02-29"), time::parse("2024-02-29T00:00:00Z"));
        assert_eq!(parse(b"2024-02-29 07:08"), time::parse("2024-02-29T07:08:00Z"));
        assert_eq!(parse(b"0001-01-01"), time::parse("0001-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "-",
            "yesterday",
            "2023-02-29",
            "2023-13-01",
            "2023-00-10",
            "2023-1-1",
            "2023-11-16T24:00:00Z",
            "2023-11-16T12:60",
            "2023-11-16T12:00:60Z",
            "2023-11-16T12:00:00.Z",
            "2023-11-16T12:00:00+25:00",
            "2023-11-16X12:00",
            "0000-12-31",
            "99999999999999999999",
            "-5",
            "1e9",
            "NaN",
            "2023-11-16T12:00:00 CEST",
            "12:00",
            "16/11/2023",
            "1.5x",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
