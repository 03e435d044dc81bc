//! Prices as a policy writes them: JSON objects of USD per million tokens.

use serde_json::Value;

use crate::amount;
use crate::pricing::rates::{Rates, Sheet};
use crate::unit::Unit;

/// Why a price is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct RateError {
    /// The rate that is wrong, `input`; empty when the price itself is.
    pub key: String,
    /// What is wrong, user input in backticks.
    pub message: String,
}

impl RateError {
    fn new(key: &str, message: impl Into<String>) -> RateError {
        RateError { key: key.to_owned(), message: message.into() }
    }
}

impl Rates {
    /// Reads a price of a policy: an object of USD per million tokens, as decimal strings with at
    /// most nine fraction digits or as numbers (rounded up to the ninth). Keys: `input`, `output`
    /// (one of them has to be there, the other is then 0), `cache_read`, `cache_write`,
    /// `cache_write_1h`, `audio_input`, `image_input` (the input rate unless given),
    /// `audio_output` (the output rate unless given), and `request`, USD a call.
    ///
    /// # Errors
    /// [`RateError`] with the key that is unknown, malformed or missing.
    pub fn from_json(value: &Value) -> Result<Rates, RateError> {
        let Value::Object(map) = value else {
            return Err(RateError::new("", "a price is an object of rates"));
        };
        if let Some(key) = map.keys().find(|k| !KEYS.contains(&k.as_str())) {
            return Err(RateError::new(key, format!("unknown rate `{key}`")));
        }
        let get = |key: &str| map.get(key).map(|v| rate(key, v)).transpose();
        let (input, output) = (get("input")?, get("output")?);
        if input.is_none() && output.is_none() {
            return Err(RateError::new("input", "a price names `input` or `output`"));
        }
        let mut sheet = Sheet::flat(input.unwrap_or(0), output.unwrap_or(0));
        sheet.cache_read = get("cache_read")?.unwrap_or(sheet.input);
        sheet.cache_write = get("cache_write")?.unwrap_or(sheet.input);
        sheet.cache_write_1h = get("cache_write_1h")?.unwrap_or(sheet.input);
        sheet.audio_input = get("audio_input")?.unwrap_or(sheet.input);
        sheet.audio_output = get("audio_output")?.unwrap_or(sheet.output);
        sheet.image_input = get("image_input")?.unwrap_or(sheet.input);
        sheet.cached_audio = get("cache_read")?.unwrap_or(sheet.audio_input);
        sheet.cached_image = get("cache_read")?.unwrap_or(sheet.image_input);
        // USD a call, where the others are USD a million tokens.
        sheet.request = get("request")?.unwrap_or(0).saturating_mul(1_000_000);
        Ok(Rates::flat(sheet))
    }
}

/// The keys of a policy's price.
pub(crate) const KEYS: [&str; 9] = [
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "audio_input",
    "audio_output",
    "image_input",
    "request",
];

/// USD per million tokens as femto-dollars a token: the same number as nano-dollars per million.
fn rate(key: &str, value: &Value) -> Result<i64, RateError> {
    let read = match value {
        Value::String(text) => amount::parse(text, Unit::Usd),
        Value::Number(number) => amount::from_number(number, Unit::Usd),
        _ => return Err(RateError::new(key, "a rate is a decimal string or a number")),
    };
    let shown = value.as_str().map_or_else(|| crate::json::text(value), str::to_owned);
    read.map_err(|e| RateError::new(key, format!("`{shown}` {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::TokenUsage;
    use serde_json::json;

    #[test]
    fn missing_rates_fall_back() {
        let rates = Rates::from_json(&json!({"input": "3", "output": "15", "cache_write": "3.75"})).unwrap();
        let sheet = rates.base();
        assert_eq!((sheet.cache_read, sheet.cache_write), (3_000_000_000, 3_750_000_000));
        assert_eq!(sheet.cache_write_1h, 3_000_000_000);
        assert_eq!((sheet.audio_input, sheet.audio_output), (3_000_000_000, 15_000_000_000));
        let fee = Rates::from_json(&json!({"output": "0", "request": "0.005"})).unwrap();
        assert_eq!(fee.cost(&TokenUsage::plain(10, 10)), 5_000_000);
    }

    #[test]
    fn bad_prices_name_their_key() {
        for (price, key) in [
            (json!({"input": "-1"}), "input"),
            (json!({"input": -1, "output": "1"}), "input"),
            (json!({"input": "1", "outptu": "1"}), "outptu"),
            (json!({"input": "1", "output": true}), "output"),
            (json!({"input": "1", "output": null}), "output"),
            (json!({"input": "1", "cache_read": "1e-3"}), "cache_read"),
            (json!({"input": "1", "output": "0.0000000001"}), "output"),
            (json!({"cache_read": "1"}), "input"),
            (json!({}), "input"),
            (json!("1"), ""),
        ] {
            assert_eq!(Rates::from_json(&price).unwrap_err().key, key, "{price}");
        }
    }
}
