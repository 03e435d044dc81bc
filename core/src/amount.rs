//! Amounts at the border: decimal text in, integers inside, canonical text out.
//!
//! Money is a count of nano-dollars in an `i64` (1 USD = 10^9); tokens and requests are whole
//! numbers in an `i64`. No float holds an amount anywhere: a JSON number is read by its shortest
//! decimal form.

use crate::unit::Unit;

/// Nano-dollars in one dollar.
pub const NANOS_PER_USD: i64 = 1_000_000_000;

/// The largest integer a JSON number carries exactly (2^53).
pub const NUMBER_MAX: u64 = 9_007_199_254_740_992;

/// Why a text or number is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not `[0-9]+(\.[0-9]{1,9})?` (or `[0-9]+` where pieces are counted).
    #[error("is not a decimal amount")]
    Malformed,
    /// A number below zero.
    #[error("is below zero")]
    Negative,
    /// More than the largest amount, 9223372036.854775807 USD or 2^63 - 1 pieces.
    #[error("is larger than the largest amount")]
    TooLarge,
    /// A number beyond 2^53: its neighbours are lost, so it has to be given as a string.
    #[error("is beyond 2^53 and has to be given as a string")]
    Inexact,
    /// A fraction where whole pieces are counted.
    #[error("is not a whole number")]
    Fraction,
}

/// Reads the string form of an amount of `unit`: `[0-9]+(\.[0-9]{1,9})?` for USD, `[0-9]+` for
/// the others. No sign, exponent, space or hex. Returns nano-dollars, or pieces.
///
/// # Errors
/// [`AmountError::Malformed`], [`AmountError::Fraction`] or [`AmountError::TooLarge`].
pub fn parse(text: &str, unit: Unit) -> Result<i64, AmountError> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let whole = digits(whole)?;
    let fraction = match fraction {
        None => 0,
        Some(f) if f.len() > 9 => return Err(AmountError::Malformed),
        Some(f) => digits(f)? * 10_i128.pow(9_u32.saturating_sub(u32::try_from(f.len()).unwrap_or(9))),
    };
    let value = match unit {
        Unit::Usd => whole.saturating_mul(i128::from(NANOS_PER_USD)).saturating_add(fraction),
        _ if fraction != 0 => return Err(AmountError::Fraction),
        _ => whole,
    };
    i64::try_from(value).map_err(|_| AmountError::TooLarge)
}

/// Digits only, at least one; what exceeds an `i128` saturates and is refused later as too large.
fn digits(text: &str) -> Result<i128, AmountError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AmountError::Malformed);
    }
    Ok(text.bytes().fold(0_i128, |n, b| n.saturating_mul(10).saturating_add(i128::from(b & 0x0f))))
}

/// Reads a JSON number by its shortest decimal form, rounding USD up to a nano-dollar.
///
/// # Errors
/// [`AmountError::Negative`], [`AmountError::Inexact`] beyond 2^53, [`AmountError::Fraction`]
/// for a fraction of a piece.
pub fn from_number(number: &serde_json::Number, unit: Unit) -> Result<i64, AmountError> {
    parse_number(&number.to_string(), unit)
}

/// Reads a whole number as [`from_number`] reads a JSON integer.
///
/// # Errors
/// [`AmountError::Negative`], [`AmountError::Inexact`] beyond 2^53, [`AmountError::TooLarge`].
pub fn from_i64(number: i64, unit: Unit) -> Result<i64, AmountError> {
    match u64::try_from(number) {
        Err(_) => Err(AmountError::Negative),
        Ok(magnitude) if magnitude > NUMBER_MAX => Err(AmountError::Inexact),
        Ok(_) if unit == Unit::Usd => number.checked_mul(NANOS_PER_USD).ok_or(AmountError::TooLarge),
        Ok(_) => Ok(number),
    }
}

/// Reads the decimal text of a number: `[-]digits[.digits][e[+-]digits]`, as JSON writes it.
///
/// # Errors
/// As [`from_number`]; [`AmountError::Malformed`] for anything else (`NaN`, `Infinity`, …).
pub fn parse_number(text: &str, unit: Unit) -> Result<i64, AmountError> {
    let (sign, body) = text.strip_prefix('-').map_or((false, text), |b| (true, b));
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        None => (body, 0_i32),
        Some((m, e)) => (m, e.parse::<i32>().map_err(|_| AmountError::Malformed)?),
    };
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    digits(whole)?;
    if let Some(f) = fraction {
        digits(f)?;
    }
    let fraction = fraction.unwrap_or("");
    let significand: String = [whole, fraction].concat();
    let significand = significand.trim_start_matches('0');
    if significand.is_empty() {
        return Ok(0);
    }
    if sign {
        return Err(AmountError::Negative);
    }
    // value = significand × 10^scale
    let scale = exponent.saturating_sub(i32::try_from(fraction.len()).unwrap_or(i32::MAX));
    let (units, units_exact) = shift(significand, scale)?;
    if units > i128::from(NUMBER_MAX) || (units == i128::from(NUMBER_MAX) && !units_exact) {
        return Err(AmountError::Inexact);
    }
    match unit {
        Unit::Usd => {
            let (nanos, exact) = shift(significand, scale.saturating_add(9))?;
            let nanos = nanos.saturating_add(i128::from(!exact));
            i64::try_from(nanos).map_err(|_| AmountError::TooLarge)
        }
        _ if !units_exact => Err(AmountError::Fraction),
        _ => i64::try_from(units).map_err(|_| AmountError::TooLarge),
    }
}

/// Reads a float that a host holds as [`parse_number`] reads its shortest decimal form.
///
/// # Errors
/// As [`parse_number`].
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a candidate counts only where it comes back as the very float"
)]
pub fn from_f64(number: f64, unit: Unit) -> Result<i64, AmountError> {
    // Up to 15 digits a decimal text and its nearest float stand for each other, so a candidate of so many
    // nano-dollars that comes back as the float is what its shortest form says.
    const PLAIN_USD: f64 = 1e6;
    const NANOS: f64 = 1e9;
    match unit {
        Unit::Usd if (0.0..PLAIN_USD).contains(&number) => {
            let nanos = (number * NANOS + 0.5) as i64;
            if nanos as f64 / NANOS == number {
                return Ok(nanos);
            }
        }
        Unit::Usd => {}
        _ if (0.0..=NUMBER_MAX as f64).contains(&number) => {
            let pieces = number as i64;
            if pieces as f64 == number {
                return Ok(pieces);
            }
        }
        _ => {}
    }
    // As JSON writes it: one way to print a float is enough for the WASM module.
    match serde_json::Number::from_f64(number) {
        Some(number) => from_number(&number, unit),
        None => Err(AmountError::Malformed),
    }
}

/// `significand × 10^scale` cut to a whole number, and whether nothing was cut off.
fn shift(significand: &str, scale: i32) -> Result<(i128, bool), AmountError> {
    let length = i32::try_from(significand.len()).unwrap_or(i32::MAX);
    if scale >= 0 {
        if length.saturating_add(scale) > 30 {
            return Err(AmountError::Inexact);
        }
        let power = 10_i128.checked_pow(scale.unsigned_abs()).ok_or(AmountError::Inexact)?;
        return Ok((digits(significand)?.saturating_mul(power), true));
    }
    let keep = usize::try_from(length.saturating_add(scale)).unwrap_or(0);
    let (kept, cut) = significand.split_at_checked(keep).unwrap_or((significand, ""));
    let exact = cut.bytes().all(|b| b == b'0');
    Ok((if kept.is_empty() { 0 } else { digits(kept)? }, exact))
}

/// The canonical text of an amount: no trailing zeros, no exponent (`5`, `0.5`, `0.00000015`).
/// A negative amount (only an adjustment has one) carries a leading `-`.
#[must_use]
pub fn format(amount: i64, unit: Unit) -> String {
    if unit != Unit::Usd {
        return amount.to_string();
    }
    let magnitude = amount.unsigned_abs();
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, nanos) = (magnitude / NANOS_PER_USD.unsigned_abs(), magnitude % NANOS_PER_USD.unsigned_abs());
    if nanos == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{nanos:09}");
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

/// A sum by a count, rounded up; the count at least 1, the sum at least 0.
pub(crate) const fn divided_up(sum: i64, count: i64) -> i64 {
    let count = if count < 1 { 1 } else { count };
    let whole = sum / count;
    if sum % count > 0 { whole.saturating_add(1) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_follow_the_grammar() {
        assert_eq!(parse("5", Unit::Usd), Ok(5_000_000_000));
        assert_eq!(parse("0.00000015", Unit::Usd), Ok(150));
        assert_eq!(parse("9223372036.854775807", Unit::Usd), Ok(i64::MAX));
        assert_eq!(parse("9223372036.854775808", Unit::Usd), Err(AmountError::TooLarge));
        for bad in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "0x1", " 1", "1 ", "1,0", "NaN", "٣", "1.0000000000"]
        {
            assert_eq!(parse(bad, Unit::Usd), Err(AmountError::Malformed), "{bad}");
        }
        assert_eq!(parse("7", Unit::Tokens), Ok(7));
        assert_eq!(parse("7.0", Unit::Tokens), Ok(7));
        assert_eq!(parse("7.5", Unit::Tokens), Err(AmountError::Fraction));
        assert_eq!(parse(&"9".repeat(60), Unit::Tokens), Err(AmountError::TooLarge));
    }

    #[test]
    fn numbers_are_read_by_their_shortest_form_and_rounded_up() {
        assert_eq!(parse_number("0.1", Unit::Usd), Ok(100_000_000));
        assert_eq!(parse_number("0.30000000000000004", Unit::Usd), Ok(300_000_001));
        assert_eq!(parse_number("1e-7", Unit::Usd), Ok(100));
        assert_eq!(parse_number("1e-10", Unit::Usd), Ok(1));
        assert_eq!(parse_number("5e-324", Unit::Usd), Ok(1));
        assert_eq!(parse_number("-0.0", Unit::Usd), Ok(0));
        assert_eq!(parse_number("-1e-300", Unit::Usd), Err(AmountError::Negative));
        assert_eq!(parse_number("9007199254740992", Unit::Tokens), Ok(9_007_199_254_740_992));
        assert_eq!(parse_number("9007199254740993", Unit::Tokens), Err(AmountError::Inexact));
        assert_eq!(parse_number("1e300", Unit::Usd), Err(AmountError::Inexact));
        assert_eq!(parse_number("1e10", Unit::Usd), Err(AmountError::TooLarge));
        assert_eq!(parse_number("1.5", Unit::Tokens), Err(AmountError::Fraction));
        assert_eq!(parse_number("2.0", Unit::Tokens), Ok(2));
        assert_eq!(parse_number("NaN", Unit::Usd), Err(AmountError::Malformed));
    }

    #[test]
    fn floats_are_read_as_their_text() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut floats =
            vec![0.0, -0.0, 0.1, 0.3, 0.1 + 0.2, 1e-9, 1e-10, 5e-324, 999_999.999_999_999, 1e6, -1.0];
        floats.extend([
            1e300,
            f64::NAN,
            f64::INFINITY,
            9_007_199_254_740_992.0,
            9_007_199_254_740_994.0,
            2.5,
        ]);
        for n in 0..100_000_u32 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            floats.push(f64::from(u32::try_from(bits >> 32).expect("32 bits")) / f64::from(n + 1));
            floats.push(f64::from(n) / 1e4);
            floats.push(f64::from_bits(bits));
        }
        for float in floats {
            for unit in [Unit::Usd, Unit::Tokens] {
                // As JSON and JavaScript write it.
                assert_eq!(
                    from_f64(float, unit),
                    parse_number(&float.to_string(), unit),
                    "{float:e} {unit:?}"
                );
            }
        }
    }

    #[test]
    fn whole_numbers_are_read_as_their_text() {
        for number in [0, 1, 7, -1, i64::MIN, i64::MAX, 9_223_372_036, 9_223_372_037, 1 << 53, (1 << 53) + 1]
        {
            for unit in Unit::ALL {
                assert_eq!(from_i64(number, unit), parse_number(&number.to_string(), unit), "{number}");
            }
        }
    }

    #[test]
    fn text_is_canonical() {
        for (nanos, text) in
            [(5_000_000_000, "5"), (500_000_000, "0.5"), (150, "0.00000015"), (0, "0"), (-1, "-0.000000001")]
        {
            assert_eq!(format(nanos, Unit::Usd), text);
        }
        assert_eq!(format(42, Unit::Requests), "42");
    }
}
