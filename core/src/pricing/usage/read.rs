//! Reading counts out of an object, with paths for what is wrong.

use serde_json::{Map, Value};

use crate::amount::{self, AmountError};
use crate::pricing::usage::TokenUsage;
use crate::unit::Unit;

/// Why a usage object cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// A count below zero.
    #[error("{path}: a count is below zero")]
    Negative {
        /// The key, as `prompt_tokens_details.cached_tokens`.
        path: String,
    },
    /// Not an object of counts.
    #[error("{path}: {message}")]
    Malformed {
        /// The key; empty for the object itself.
        path: String,
        /// What is wrong, user input in backticks.
        message: String,
    },
}

impl UsageError {
    pub(super) fn malformed(path: impl Into<String>, message: impl Into<String>) -> UsageError {
        UsageError::Malformed { path: path.into(), message: message.into() }
    }
}

/// An object and where it stands.
pub(super) struct Reader<'a> {
    map: Option<&'a Map<String, Value>>,
    path: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(map: &'a Map<String, Value>) -> Reader<'a> {
        Reader { map: Some(map), path: String::new() }
    }

    /// The first of these keys that is there and not null.
    fn find(&self, keys: &[&'static str]) -> Option<(&'static str, &'a Value)> {
        let map = self.map?;
        keys.iter().find_map(|k| map.get(*k).filter(|v| !v.is_null()).map(|v| (*k, v)))
    }

    pub(super) fn has(&self, keys: &[&'static str]) -> bool {
        self.find(keys).is_some()
    }

    fn join(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The count under the first of these keys that is there and not null.
    pub(super) fn count(&self, keys: &[&'static str]) -> Result<Option<i64>, UsageError> {
        let Some((key, value)) = self.find(keys) else { return Ok(None) };
        let read = match value {
            Value::Number(number) => amount::from_number(number, Unit::Tokens),
            Value::String(text) => amount::parse(text, Unit::Tokens),
            _ => return Err(UsageError::malformed(self.join(key), "a count is a whole number")),
        };
        read.map(Some).map_err(|e| match e {
            AmountError::Negative => UsageError::Negative { path: self.join(key) },
            _ => {
                let shown = value.as_str().map_or_else(|| crate::json::text(value), str::to_owned);
                UsageError::malformed(self.join(key), format!("`{shown}` {e}"))
            }
        })
    }

    /// The same, 0 when there is none.
    pub(super) fn zero(&self, keys: &[&'static str]) -> Result<i64, UsageError> {
        Ok(self.count(keys)?.unwrap_or(0))
    }

    /// The object under the first of these keys that is there; an empty one when there is none.
    pub(super) fn child(&self, keys: &[&'static str]) -> Result<Reader<'a>, UsageError> {
        match self.find(keys) {
            None => Ok(Reader { map: None, path: String::new() }),
            Some((key, Value::Object(map))) => Ok(Reader { map: Some(map), path: self.join(key) }),
            Some((key, _)) => Err(UsageError::malformed(self.join(key), "not an object")),
        }
    }

    /// The objects of the list under the first of these keys that is there.
    pub(super) fn list(&self, keys: &[&'static str]) -> Result<Vec<Reader<'a>>, UsageError> {
        let (key, items) = match self.find(keys) {
            None => return Ok(Vec::new()),
            Some((key, Value::Array(items))) => (key, items),
            Some((key, _)) => return Err(UsageError::malformed(self.join(key), "not a list")),
        };
        let object = |(at, item): (usize, &'a Value)| {
            let path = format!("{}[{at}]", self.join(key));
            match item {
                Value::Object(map) => Ok(Reader { map: Some(map), path }),
                _ => Err(UsageError::malformed(path, "not an object")),
            }
        };
        items.iter().enumerate().map(object).collect()
    }

    /// A text, if that is what is there.
    pub(super) fn text(&self, key: &'static str) -> Option<&'a str> {
        self.find(&[key]).and_then(|(_, v)| v.as_str())
    }

    /// True where the value is an object.
    pub(super) fn is_object(&self, key: &'static str) -> bool {
        self.find(&[key]).is_some_and(|(_, v)| v.is_object())
    }
}

/// What was sent, as providers say it: a total, and parts of it that may overlap.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// `None`: the sum of the parts.
    pub(super) total: Option<i64>,
    /// Read from the cache, of any kind.
    pub(super) cached: i64,
    /// Of those, audio and image.
    pub(super) cached_audio: i64,
    pub(super) cached_image: i64,
    pub(super) write: i64,
    pub(super) write_1h: i64,
    /// Audio and image, cached ones included.
    pub(super) audio: i64,
    pub(super) image: i64,
}

/// What was received.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// `None`: the sum of the parts.
    pub(super) total: Option<i64>,
    pub(super) audio: i64,
    pub(super) image: i64,
}

/// Makes the classes disjoint; see [`TokenUsage::from_provider`].
pub(super) fn disjoint(sent: &Sent, received: &Received) -> TokenUsage {
    let cached_audio = sent.cached_audio.min(sent.cached);
    let cached_image = sent.cached_image.min(sent.cached.saturating_sub(cached_audio));
    let text = sent.cached.saturating_sub(cached_audio).saturating_sub(cached_image);
    let audio = sent.audio.saturating_sub(cached_audio).max(0);
    let image = sent.image.saturating_sub(cached_image).max(0);
    let mut left = sent.total.unwrap_or_else(|| {
        [sent.cached, sent.write, sent.write_1h, audio, image].into_iter().fold(0, i64::saturating_add)
    });
    let mut take = |part: i64| {
        let taken = part.min(left);
        left = left.saturating_sub(taken);
        taken
    };
    let mut usage = TokenUsage {
        cached_audio: take(cached_audio),
        cached_image: take(cached_image),
        cached_input: take(text),
        cache_write: take(sent.write),
        cache_write_1h: take(sent.write_1h),
        audio_input: take(audio),
        image_input: take(image),
        ..TokenUsage::default()
    };
    usage.input = left;
    let total = received.total.unwrap_or_else(|| received.audio.saturating_add(received.image));
    usage.audio_output = received.audio.min(total);
    usage.image_output = received.image.min(total.saturating_sub(usage.audio_output));
    usage.output = total.saturating_sub(usage.audio_output).saturating_sub(usage.image_output);
    usage
}

/// A sum of counts; it saturates.
pub(super) fn add(counts: &[i64]) -> i64 {
    counts.iter().fold(0, |sum, n| sum.saturating_add(*n))
}

/// Finds a count below zero in any key about tokens, read or not.
pub(super) fn refuse_negative(value: &Value, path: &str, in_tokens: bool) -> Result<(), UsageError> {
    match value {
        Value::Number(n) if in_tokens && n.to_string().starts_with('-') => {
            match amount::from_number(n, Unit::Tokens) {
                Err(AmountError::Negative) => Err(UsageError::Negative { path: path.to_owned() }),
                _ => Ok(()),
            }
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| refuse_negative(item, &format!("{path}[{at}]"), in_tokens)),
        Value::Object(map) => map.iter().try_for_each(|(key, item)| {
            refuse_negative(item, &format!("{path}.{key}"), in_tokens || key.contains("oken"))
        }),
        _ => Ok(()),
    }
}
