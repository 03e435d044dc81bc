//! The value of one field in one row, and how numbers, times and texts are read from it.

use std::borrow::Cow;

use serde_json::{Number, Value};
use spendgate_core::unit::Unit;
use spendgate_core::{amount, id};

use crate::{strict, timestamp};

/// A value as the log has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    /// A field of CSV.
    Text(&'a [u8]),
    /// A value of JSON, never null.
    Json(Cow<'a, Value>),
}

/// The longest piece of a log that an error repeats, in characters.
const QUOTED_MAX: usize = 60;

/// From here on not every whole number is one of the floats: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn is_inexact(number: &Number) -> bool {
    number.is_f64() && number.as_f64().is_some_and(|n| n.abs() >= EXACT)
}

/// User input in backticks, cut where it is long, without control characters.
pub(crate) fn quote(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut chars = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let shown: String = chars.by_ref().take(QUOTED_MAX).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

impl Cell<'_> {
    /// True where nothing is said: an empty text.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Cell::Text(text) => text.is_empty(),
            Cell::Json(value) => value.as_str().is_some_and(str::is_empty) || value.is_null(),
        }
    }

    fn quoted(&self) -> String {
        match self {
            Cell::Text(text) => quote(text),
            Cell::Json(value) => match value.as_ref() {
                Value::String(text) => quote(text.as_bytes()),
                other => quote(other.to_string().as_bytes()),
            },
        }
    }

    /// An id, put into `into` as it stands. A JSON number gives its digits. What is far too long is
    /// refused here, where the error can be short.
    pub(crate) fn id(&self, into: &mut String) -> Result<(), String> {
        let start = into.len();
        match self {
            Cell::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => into.push_str(text),
                Err(_) => return Err(format!("{} is not UTF-8", self.quoted())),
            },
            Cell::Json(value) => match value.as_ref() {
                Value::String(text) => into.push_str(text),
                // Past 64 bits a number has lost its last digits: two users would become one.
                Value::Number(number) if is_inexact(number) => {
                    return Err(format!("{} has lost digits: write such an id as a text", self.quoted()));
                }
                Value::Number(number) => into.push_str(&number.to_string()),
                _ => return Err(format!("{} is not a text", self.quoted())),
            },
        }
        if into.len() - start > id::MAX_BYTES {
            return Err(format!("{} {}", self.quoted(), id::IdError::TooLong));
        }
        Ok(())
    }

    /// A time in epoch milliseconds.
    pub(crate) fn time(&self) -> Result<i64, String> {
        let ms = match self {
            Cell::Text(text) => timestamp::parse(text),
            Cell::Json(value) => match value.as_ref() {
                Value::String(text) => timestamp::parse(text.as_bytes()),
                Value::Number(number) => timestamp::parse(number.to_string().as_bytes()),
                _ => None,
            },
        };
        ms.ok_or_else(|| format!("{} is not a time in the years 1–9999", self.quoted()))
    }

    /// An amount of `unit`, in nano-dollars or pieces; `None` where the log says `null`.
    pub(crate) fn amount(&self, unit: Unit) -> Result<Option<i64>, String> {
        let read = match self {
            Cell::Text(text) => return self.text_amount(text.trim_ascii(), unit),
            Cell::Json(value) => match value.as_ref() {
                Value::Number(number) => match number.as_i64() {
                    Some(n) if n >= 0 && unit != Unit::Usd => Ok(n),
                    _ => amount::from_number(number, unit),
                },
                Value::String(text) => return self.text_amount(text.as_bytes().trim_ascii(), unit),
                _ => return Err(format!("{} is not a number", self.quoted())),
            },
        };
        read.map(Some).map_err(|e| self.no_amount(e))
    }

    fn text_amount(&self, text: &[u8], unit: Unit) -> Result<Option<i64>, String> {
        if unit != Unit::Usd
            && let Some(n) = plain_digits(text)
        {
            return Ok(Some(n));
        }
        match text {
            b"" | b"null" | b"NULL" | b"None" | b"\\N" => return Ok(None),
            _ => {}
        }
        let read = std::str::from_utf8(text).map_err(|_| amount::AmountError::Malformed);
        let read = read.and_then(|text| amount::parse_number(text, unit));
        read.map(Some).map_err(|e| self.no_amount(e))
    }

    /// Why this is no amount. The advice to give a large number as a string is for whoever writes a
    /// policy or a call, not for a log.
    fn no_amount(&self, error: amount::AmountError) -> String {
        match error {
            amount::AmountError::Inexact => format!(
                "{} is beyond 2^53, more than a row can say: correct the row, or map the field to another column",
                self.quoted()
            ),
            other => format!("{} {other}", self.quoted()),
        }
    }

    /// The value that `path` leads to inside this one, `None` where there is none; a CSV field is
    /// read as JSON first.
    ///
    /// # Errors
    /// A key that stands twice in that JSON.
    pub(crate) fn walk(self, path: &[String]) -> Result<Option<Self>, String> {
        let value = match self {
            Cell::Text(text) if path.is_empty() => return Ok(Some(Cell::Text(text))),
            Cell::Text(text) => match strict::read(text) {
                Ok(value) => Cow::Owned(value),
                // Of the wrong type nothing can be: what is left is a repeated key.
                Err(e) if e.is_data() => return Err(strict::said(&e)),
                Err(_) => return Ok(None),
            },
            Cell::Json(value) => value,
        };
        Ok(inside(value, path).filter(|value| !value.is_null()).map(Cell::Json))
    }
}

fn inside<'a>(mut value: Cow<'a, Value>, path: &[String]) -> Option<Cow<'a, Value>> {
    for step in path {
        value = match value {
            Cow::Borrowed(value) => Cow::Borrowed(child(value, step)?),
            Cow::Owned(value) => Cow::Owned(child(&value, step)?.clone()),
        };
    }
    Some(value)
}

/// Member or element `step` of `value`; a text that holds JSON is opened by the caller only.
fn child<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(step),
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}

/// Up to 15 digits, which always fit.
fn plain_digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    text.iter().try_fold(0_i64, |n, &b| b.is_ascii_digit().then(|| n * 10 + i64::from(b & 0x0f)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_every_spelling() {
        let text = |t: &'static str, unit| Cell::Text(t.as_bytes()).amount(unit);
        assert_eq!(text("374", Unit::Tokens), Ok(Some(374)));
        assert_eq!(text(" 374.0 ", Unit::Tokens), Ok(Some(374)));
        assert_eq!(text("None", Unit::Tokens), Ok(None));
        assert_eq!(text("3.45e-05", Unit::Usd), Ok(Some(34_500)));
        assert_eq!(text("-1", Unit::Tokens), Err("`-1` is below zero".to_owned()));
        assert_eq!(text("NaN", Unit::Usd), Err("`NaN` is not a decimal amount".to_owned()));
        let beyond =
            "is beyond 2^53, more than a row can say: correct the row, or map the field to another column";
        assert_eq!(text("1e300", Unit::Usd), Err(format!("`1e300` {beyond}")));
        assert_eq!(text("9007199254740993", Unit::Tokens), Err(format!("`9007199254740993` {beyond}")));
        assert_eq!(text("1.5", Unit::Tokens), Err("`1.5` is not a whole number".to_owned()));
        let json = |v: Value, unit| Cell::Json(Cow::Owned(v)).amount(unit);
        assert_eq!(json(Value::from(7), Unit::Tokens), Ok(Some(7)));
        assert_eq!(json(Value::from(0.25), Unit::Usd), Ok(Some(250_000_000)));
        assert_eq!(json(Value::from("0.25"), Unit::Usd), Ok(Some(250_000_000)));
        // Exporters write small costs with an exponent, as text too.
        assert_eq!(json(Value::from("3.45E-05"), Unit::Usd), Ok(Some(34_500)));
        assert_eq!(text("1e3", Unit::Usd), Ok(Some(1_000_000_000_000)));
        assert_eq!(text("1e3", Unit::Tokens), Ok(Some(1_000)));
        assert!(json(Value::from(true), Unit::Usd).is_err());
    }

    #[test]
    fn numbers_are_ids_while_they_are_exact() {
        let id = |json: &str| {
            let mut into = String::new();
            let value = Cow::Owned(serde_json::from_str(json).unwrap());
            Cell::Json(value).id(&mut into).map(|()| into)
        };
        assert_eq!(id("42").unwrap(), "42");
        assert_eq!(id("18446744073709551615").unwrap(), "18446744073709551615");
        assert_eq!(id("-1.5").unwrap(), "-1.5");
        let said = id("12345678901234567890123").unwrap_err();
        assert!(said.ends_with("has lost digits: write such an id as a text"), "{said}");
        assert!(id("-1e16").is_err());
        let long = id(&format!("\"{}\"", "x".repeat(1_000_000))).unwrap_err();
        assert!(long.ends_with("…` is longer than 256 bytes") && long.len() < 100, "{}", long.len());
    }

    #[test]
    fn quoted_input_is_short_and_clean() {
        assert_eq!(quote(b"a\nb"), "`a\u{fffd}b`");
        assert_eq!(quote(&[b'x'; 100]).chars().count(), 63);
    }
}
