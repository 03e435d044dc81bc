//! Prices: a table of rates, the simplest resolution of model ids, one round up per cost.

use crate::amount::{TOP, read};
use crate::refusal::{Refusal, invalid_policy};
use crate::usage::Tokens;
use serde_json::Value;
use std::collections::BTreeMap;

/// Nano-dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) input: i128,
    pub(crate) output: i128,
    pub(crate) cache_read: i128,
    pub(crate) cache_write: i128,
    pub(crate) cache_write_1h: i128,
}

/// Rates by model id.
pub(crate) type Table = BTreeMap<String, Rates>;

impl Rates {
    /// §2: exact over the classes, then one round up to a nano-dollar; saturates at the top.
    pub(crate) fn cost(&self, tokens: &Tokens) -> i128 {
        let exact = [
            (tokens.input, self.input),
            (tokens.cache_read, self.cache_read),
            (tokens.cache_write, self.cache_write),
            (tokens.cache_write_1h, self.cache_write_1h),
            (tokens.output, self.output),
        ]
        .into_iter()
        .fold(0_i128, |sum, (n, rate)| sum.saturating_add(n.saturating_mul(rate)));
        let whole = exact / 1_000_000 + i128::from(exact % 1_000_000 > 0);
        whole.min(TOP)
    }

    /// §3: no rate higher, one lower.
    pub(crate) fn cheaper_than(&self, other: &Rates) -> bool {
        let pairs = [
            (self.input, other.input),
            (self.output, other.output),
            (self.cache_read, other.cache_read),
            (self.cache_write, other.cache_write),
            (self.cache_write_1h, other.cache_write_1h),
        ];
        pairs.iter().all(|(a, b)| a <= b) && pairs.iter().any(|(a, b)| a < b)
    }
}

/// Reads a table `{"model": {"input", "output", …}}`; `path` is where it stands.
pub(crate) fn read_table(value: &Value, path: &str) -> Result<Table, Refusal> {
    let mut table = Table::new();
    if value.is_null() {
        return Ok(table);
    }
    let object = value.as_object().ok_or_else(|| invalid_policy(path, "is not an object"))?;
    for (model, rates) in object {
        let path = format!("{path}.{model}");
        if crate::call::check_id(model).is_err() {
            return Err(invalid_policy(path, "is not a model id"));
        }
        table.insert(model.clone(), read_rates(rates, &path)?);
    }
    Ok(table)
}

/// Reads `{"input", "output", "cache_read"?, "cache_write"?, "cache_write_1h"?}`; a missing cache
/// rate is the input rate.
pub(crate) fn read_rates(value: &Value, path: &str) -> Result<Rates, Refusal> {
    let object = value.as_object().ok_or_else(|| invalid_policy(path, "is not an object"))?;
    for key in object.keys() {
        if !["input", "output", "cache_read", "cache_write", "cache_write_1h"].contains(&key.as_str()) {
            return Err(invalid_policy(format!("{path}.{key}"), "is not a rate"));
        }
    }
    let rate = |key: &str, missing: Option<i128>| match (object.get(key), missing) {
        (None, Some(rate)) => Ok(rate),
        (value, _) => value
            .and_then(|v| read(v, "usd").ok())
            .ok_or_else(|| invalid_policy(format!("{path}.{key}"), "is not a rate")),
    };
    let input = rate("input", None)?;
    Ok(Rates {
        input,
        output: rate("output", None)?,
        cache_read: rate("cache_read", Some(input))?,
        cache_write: rate("cache_write", Some(input))?,
        cache_write_1h: rate("cache_write_1h", Some(input))?,
    })
}

/// §10: a model id resolves exactly, by provider prefix, by a date suffix.
pub(crate) fn resolve<'a>(table: &'a Table, model: &str) -> Option<(&'a str, &'a Rates)> {
    let bare = model.split_once('/').map_or(model, |(_, rest)| rest);
    [model, bare, without_date(model), without_date(bare)]
        .into_iter()
        .find_map(|name| table.get_key_value(name))
        .map(|(name, rates)| (name.as_str(), rates))
}

/// `gpt-4o-2024-08-06` and `claude-x-20250101` without their date.
pub(crate) fn without_date(model: &str) -> &str {
    for shape in ["-dddd-dd-dd", "-dddddddd"] {
        let at = model.len().saturating_sub(shape.len());
        if let Some((name, tail)) = model.split_at_checked(at)
            && tail.len() == shape.len()
            && tail
                .chars()
                .zip(shape.chars())
                .all(|(c, s)| if s == 'd' { c.is_ascii_digit() } else { c == s })
        {
            return name;
        }
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn models_resolve_by_prefix_and_date_only() {
        let table = read_table(&json!({"gpt-4o": {"input": "2.5", "output": "10"}}), "prices").unwrap();
        for model in ["gpt-4o", "openai/gpt-4o", "gpt-4o-2024-08-06", "openai/gpt-4o-2024-08-06"] {
            assert_eq!(resolve(&table, model).map(|(name, _)| name), Some("gpt-4o"), "{model}");
        }
        for model in ["gpt-4o-foo", "gpt-4", "GPT-4o", "gpt-4o-2024-08"] {
            assert_eq!(resolve(&table, model), None, "{model}");
        }
    }
}
