//! The length of a rolling window and its sixty buckets.
//!
//! Bucket `k` covers `[k·P/60, (k+1)·P/60)`, counted from the epoch in exact fractions; a bound
//! that falls between two milliseconds is rounded up, to the first millisecond past it.

use std::fmt;

/// Buckets in one period.
const BUCKETS: i128 = 60;

/// Units with their milliseconds, largest first.
const UNITS: [(char, i64); 4] = [('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];

/// The longest period in milliseconds, 36,500 days.
const MAX_MS: i64 = 36_500 * 86_400_000;

/// A length of time from 1 s to 36,500 d, in whole seconds. `60m` and `1h` are the same period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    ms: i64,
}

impl Period {
    /// Reads `[1-9][0-9]*(s|m|h|d)`, at most 36,500 d; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Period> {
        let unit = text.chars().next_back()?;
        let digits = text.strip_suffix(unit)?;
        let (_, unit_ms) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let ms = digits.parse::<i64>().ok()?.checked_mul(unit_ms)?;
        (ms <= MAX_MS).then_some(Period { ms })
    }

    /// The length in milliseconds, at least 1,000.
    #[must_use]
    pub const fn as_ms(self) -> i64 {
        self.ms
    }

    /// The bucket that the instant `ms` (epoch milliseconds) falls into.
    #[must_use]
    pub fn bucket_at(self, ms: i64) -> i64 {
        narrow((i128::from(ms) * BUCKETS).div_euclid(i128::from(self.ms)))
    }

    /// The first millisecond of bucket `k`, in epoch milliseconds.
    #[must_use]
    pub fn bucket_start(self, k: i64) -> i64 {
        self.bound(i128::from(k))
    }

    /// The first millisecond at which bucket `k` is no longer live: its end plus one period.
    #[must_use]
    pub fn bucket_leaves_at(self, k: i64) -> i64 {
        self.bound(i128::from(k) + BUCKETS + 1)
    }

    /// The oldest bucket that overlaps the period which ends at `now_ms`, used or not.
    #[must_use]
    pub fn oldest_live(self, now_ms: i64) -> i64 {
        self.bucket_at(now_ms).saturating_sub(narrow(BUCKETS))
    }

    /// `k·P/60`, rounded up to a millisecond.
    fn bound(self, k: i128) -> i64 {
        // Up is minus down of minus: div_euclid rounds down for a positive divisor.
        narrow(-(-(k * i128::from(self.ms))).div_euclid(BUCKETS))
    }
}

impl fmt::Display for Period {
    /// The shortest form: `1h` for 3,600 s, `90m` for 5,400 s.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, unit_ms) in UNITS {
            if self.ms % unit_ms == 0 {
                return write!(f, "{}{name}", self.ms / unit_ms);
            }
        }
        Ok(())
    }
}

/// Saturates: only bucket numbers that no time has reach the ends.
fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    #[test]
    fn the_grammar_is_strict() {
        assert_eq!(period("5h").as_ms(), 18_000_000);
        assert_eq!(period("36500d").as_ms(), MAX_MS);
        assert_eq!(period("3153600000s").as_ms(), MAX_MS);
        for bad in [
            "",
            "h",
            "5",
            "0s",
            "05h",
            "-5h",
            "+5h",
            "5 h",
            "5H",
            "5w",
            "5ms",
            "1.5h",
            "36501d",
            "5h ",
            "3153600001s",
            "9223372036854775808s",
            "99999999999999999999999d",
            "٣h",
            "5µ",
        ] {
            assert_eq!(Period::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn equal_lengths_are_one_period_with_one_text() {
        assert_eq!(period("60m"), period("1h"));
        for (text, shown) in [("60m", "1h"), ("24h", "1d"), ("90m", "90m"), ("90s", "90s"), ("3600s", "1h")] {
            assert_eq!(period(text).to_string(), shown);
        }
    }

    #[test]
    fn buckets_of_an_even_period() {
        let hour = period("1h");
        assert_eq!((hour.bucket_at(0), hour.bucket_at(59_999), hour.bucket_at(60_000)), (0, 0, 1));
        assert_eq!((hour.bucket_at(-1), hour.bucket_at(-60_000), hour.bucket_at(-60_001)), (-1, -1, -2));
        assert_eq!((hour.bucket_start(1), hour.bucket_start(-1)), (60_000, -60_000));
        // The bucket ends at 60,000; its last instant stays in the period for one more hour.
        assert_eq!(hour.bucket_leaves_at(0), 3_660_000);
        assert_eq!((hour.oldest_live(3_659_999), hour.oldest_live(3_660_000)), (0, 1));
    }

    #[test]
    fn buckets_of_an_uneven_period() {
        // 1 s in 60 buckets: 16 2/3 ms each, bounds 0, 17, 34, 50.
        let second = period("1s");
        assert_eq!([0, 1, 2, 3].map(|k| second.bucket_start(k)), [0, 17, 34, 50]);
        assert_eq!([-1, -2, -3].map(|k| second.bucket_start(k)), [-16, -33, -50]);
        assert_eq!([16, 17, 33, 34, 49, 50].map(|t| second.bucket_at(t)), [0, 1, 1, 2, 2, 3]);
        assert_eq!([-1, -16, -17, -33, -34].map(|t| second.bucket_at(t)), [-1, -1, -2, -2, -3]);
        assert_eq!(second.bucket_leaves_at(0), 1_017);
    }

    #[test]
    fn the_ends_of_the_integers_do_not_wrap() {
        let long = period("36500d");
        assert_eq!(long.bucket_start(i64::MAX), i64::MAX);
        assert_eq!(long.bucket_leaves_at(i64::MIN), i64::MIN);
        let short = period("1s");
        assert!(short.oldest_live(i64::MIN) < short.bucket_at(i64::MIN));
    }
}
