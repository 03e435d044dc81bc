//! Amounts, read and written the plainest way: nano-dollars or whole pieces in an `i128`.

use serde_json::Value;
use std::collections::BTreeMap;

/// The largest amount a border value may have, and the most a reading shows (R37).
pub(crate) const TOP: i128 = i64::MAX as i128;

/// Amounts by unit name; a unit that is absent is not known.
pub(crate) type Amounts = BTreeMap<&'static str, i128>;

/// Every unit, with its number of decimals.
pub(crate) const UNITS: [&str; 5] = ["usd", "tokens", "input_tokens", "output_tokens", "requests"];

/// The unit of that name as a constant.
pub(crate) fn unit(name: &str) -> Option<&'static str> {
    UNITS.into_iter().find(|u| *u == name)
}

/// Why a value is not an amount.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    /// Neither a string nor a number.
    Type,
    /// A number below zero.
    Negative,
    /// Anything else.
    Amount,
}

fn decimals(unit: &str) -> usize {
    if unit == "usd" { 9 } else { 0 }
}

/// §2, §11: a string by the grammar, or a number by its shortest decimal form.
pub(crate) fn read(value: &Value, unit: &str) -> Result<i128, Bad> {
    match value {
        Value::String(text) => read_text(text, decimals(unit)),
        Value::Number(number) => {
            // The shortest decimal form, never with an exponent.
            let text = match number.as_f64() {
                Some(float) if number.is_f64() => format!("{float}"),
                _ => number.to_string(),
            };
            read_number(&text, decimals(unit))
        }
        _ => Err(Bad::Type),
    }
}

/// §11: `[0-9]+(\.[0-9]{1,9})?`.
fn read_text(text: &str, decimals: usize) -> Result<i128, Bad> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return Err(Bad::Amount);
    }
    if decimals == 0 && fraction.chars().any(|c| c != '0') {
        return Err(Bad::Amount);
    }
    let fraction = if decimals == 0 { String::new() } else { format!("{fraction:0<9}") };
    top(&format!("{whole}{fraction}"))
}

/// §11: rounded up to a nano-dollar; beyond 2^53 refused.
fn read_number(text: &str, decimals: usize) -> Result<i128, Bad> {
    let (whole, fraction) =
        text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let zero = |t: &str| t.chars().all(|c| c == '0');
    if text.starts_with('-') && !(zero(whole) && zero(fraction)) {
        return Err(Bad::Negative);
    }
    let integer: i128 = whole.parse().map_err(|_| Bad::Amount)?;
    let limit = 1_i128 << 53;
    if integer > limit || (integer == limit && !zero(fraction)) {
        return Err(Bad::Amount);
    }
    if decimals == 0 {
        return if zero(fraction) { Ok(integer) } else { Err(Bad::Amount) };
    }
    let padded = format!("{fraction:0<9}");
    let (kept, cut) = padded.split_at(9);
    let value = top(&format!("{whole}{kept}"))? + i128::from(!zero(cut));
    if value > TOP { Err(Bad::Amount) } else { Ok(value) }
}

fn top(digits: &str) -> Result<i128, Bad> {
    let digits = digits.trim_start_matches('0');
    let value: i128 = if digits.is_empty() { 0 } else { digits.parse().map_err(|_| Bad::Amount)? };
    if value > TOP { Err(Bad::Amount) } else { Ok(value) }
}

/// §2: canonical text without trailing zeros; above the top it shows the top (R37).
pub(crate) fn show(amount: i128, unit: &str) -> Value {
    let amount = amount.min(TOP);
    if decimals(unit) == 0 {
        return Value::String(amount.to_string());
    }
    let sign = if amount < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:09}", amount.abs() / 1_000_000_000, amount.abs() % 1_000_000_000);
    Value::String(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strings_and_numbers() {
        for (value, unit, want) in [
            (json!("5.00"), "usd", Ok(5_000_000_000)),
            (json!("9223372036.854775807"), "usd", Ok(TOP)),
            (json!("9223372036.854775808"), "usd", Err(Bad::Amount)),
            (json!("1e3"), "usd", Err(Bad::Amount)),
            (json!("-1"), "usd", Err(Bad::Amount)),
            (json!(-1), "usd", Err(Bad::Negative)),
            (json!(-0.0), "usd", Ok(0)),
            (json!(0.1), "usd", Ok(100_000_000)),
            (json!(1e-10), "usd", Ok(1)),
            (json!(0.300_000_000_000_000_04), "usd", Ok(300_000_001)),
            (json!(9_007_199_254_740_992_u64), "tokens", Ok(1 << 53)),
            (json!(9_007_199_254_740_993_u64), "tokens", Err(Bad::Amount)),
            (json!("9223372036854775807"), "tokens", Ok(TOP)),
            (json!("7.0"), "tokens", Ok(7)),
            (json!(7.5), "tokens", Err(Bad::Amount)),
            (json!(1e300), "usd", Err(Bad::Amount)),
            (json!(true), "usd", Err(Bad::Type)),
        ] {
            assert_eq!(read(&value, unit), want, "{value} {unit}");
        }
    }

    #[test]
    fn canonical_text() {
        assert_eq!(show(5_000_000_000, "usd"), "5");
        assert_eq!(show(150, "usd"), "0.00000015");
        assert_eq!(show(0, "usd"), "0");
        assert_eq!(show(TOP + 1, "tokens"), TOP.to_string());
    }
}
