//! Amounts of a report: exact as data, rounded for people.

use serde::{Serialize, Serializer};

/// Nano-dollars, wide enough for any log. As JSON a decimal string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(pub i128);

const NANOS: u128 = 1_000_000_000;

impl Usd {
    /// The exact amount, without trailing zeros: `96.791325`.
    #[must_use]
    pub fn exact(self) -> String {
        let magnitude = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, nanos) = (magnitude / NANOS, magnitude % NANOS);
        if nanos == 0 {
            return format!("{sign}{whole}");
        }
        let fraction = format!("{nanos:09}");
        format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }

    /// For people: `$1,234.57`; below a cent four digits, `$0.0004`.
    #[must_use]
    pub fn short(self) -> String {
        let magnitude = self.0.unsigned_abs();
        let digits: u32 = if magnitude == 0 || magnitude >= NANOS / 100 { 2 } else { 4 };
        let step = NANOS / 10_u128.pow(digits);
        let rounded = (magnitude + step / 2) / step;
        let scale = 10_u128.pow(digits);
        let sign = if self.0 < 0 && rounded > 0 { "-" } else { "" };
        let (whole, fraction) = (rounded / scale, rounded % scale);
        format!("{sign}${}.{fraction:0width$}", grouped(whole), width = digits as usize)
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact())
    }
}

/// Digits in groups of three: `1,234,567`.
#[must_use]
pub fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 call`, `2,345 calls`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(count.into()), if count == 1 { "" } else { "s" })
}

/// `part` of `whole` in percent with one decimal, rounded; `None` where `whole` is not above 0.
#[must_use]
pub fn percent(part: i128, whole: i128) -> Option<String> {
    if whole <= 0 {
        return None;
    }
    let tenths = (part.saturating_mul(2_000) + whole) / (whole.saturating_mul(2));
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_and_short() {
        let cases = [
            (96_791_325_000_i128, "96.791325", "$96.79"),
            (0, "0", "$0.00"),
            (400_000, "0.0004", "$0.0004"),
            (-1_500_000_000, "-1.5", "-$1.50"),
            (1_234_567_899_999_999, "1234567.899999999", "$1,234,567.90"),
            (9_999_999, "0.009999999", "$0.0100"),
            (1, "0.000000001", "$0.0000"),
        ];
        for (nanos, exact, short) in cases {
            assert_eq!((Usd(nanos).exact().as_str(), Usd(nanos).short().as_str()), (exact, short));
        }
    }

    #[test]
    fn shares() {
        assert_eq!(percent(1, 3).as_deref(), Some("33.3"));
        assert_eq!(percent(2, 3).as_deref(), Some("66.7"));
        assert_eq!(percent(5, 2).as_deref(), Some("250.0"));
        assert_eq!(percent(1, 0), None);
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
