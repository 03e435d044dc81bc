//! A provider's own usage object → disjoint token classes. Only what the vectors need.

use crate::amount::{Bad, TOP, read};
use crate::refusal::Refusal;
use serde_json::Value;

/// Disjoint classes of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: i128,
    pub(crate) cache_read: i128,
    pub(crate) cache_write: i128,
    pub(crate) cache_write_1h: i128,
    pub(crate) output: i128,
}

impl Tokens {
    /// Everything that was sent, cached or not.
    pub(crate) fn sent(&self) -> i128 {
        (self.input + self.cache_read + self.cache_write + self.cache_write_1h).min(TOP)
    }
}

/// R19: a number below zero anywhere, at any depth.
pub(crate) fn has_negative(value: &Value) -> bool {
    match value {
        Value::Number(_) => read(value, "usd") == Err(Bad::Negative),
        Value::Array(list) => list.iter().any(has_negative),
        Value::Object(object) => object.values().any(has_negative),
        _ => false,
    }
}

/// Reads a usage object; `path` is where it stands.
pub(crate) fn normalise(usage: &Value, path: &str) -> Result<Tokens, Refusal> {
    if !usage.is_object() {
        return Err(Refusal::at("invalid_call", path, "is not an object"));
    }
    let number = |pointers: &[&str]| -> Result<i128, Refusal> {
        for pointer in pointers {
            match usage.pointer(pointer) {
                None | Some(Value::Null) => {}
                Some(value) => {
                    let path = format!("{path}{}", pointer.replace('/', "."));
                    return read(value, "tokens")
                        .map_err(|_| Refusal::at("invalid_amount", path, "is not a count of tokens"));
                }
            }
        }
        Ok(0)
    };
    match usage.get("provider").and_then(Value::as_str) {
        Some("openai") => {
            let sent = number(&["/prompt_tokens", "/input_tokens"])?;
            let cached =
                number(&["/prompt_tokens_details/cached_tokens", "/input_tokens_details/cached_tokens"])?
                    .min(sent);
            let written = number(&["/prompt_tokens_details/cache_write_tokens"])?.min(sent - cached);
            let output = number(&["/completion_tokens", "/output_tokens"])?;
            let input = sent - cached - written;
            Ok(Tokens { input, cache_read: cached, cache_write: written, output, ..Tokens::default() })
        }
        Some("anthropic") => {
            let written = number(&["/cache_creation_input_tokens"])?;
            let hour = number(&["/cache_creation/ephemeral_1h_input_tokens"])?;
            let short = number(&["/cache_creation/ephemeral_5m_input_tokens"])?;
            Ok(Tokens {
                input: number(&["/input_tokens"])?,
                cache_read: number(&["/cache_read_input_tokens"])?,
                cache_write: short.max(written - hour),
                cache_write_1h: hour,
                output: number(&["/output_tokens"])?,
            })
        }
        Some("google") => {
            let sent = number(&["/promptTokenCount"])?;
            let cached = number(&["/cachedContentTokenCount"])?.min(sent);
            let tools = number(&["/toolUsePromptTokenCount"])?;
            let output = number(&["/candidatesTokenCount"])? + number(&["/thoughtsTokenCount"])?;
            Ok(Tokens { input: sent - cached + tools, cache_read: cached, output, ..Tokens::default() })
        }
        _ => Err(Refusal::at("invalid_call", format!("{path}.provider"), "is not a known provider")),
    }
}
