//! `estimate`: tokens of a request before it is sent (3.13 to 3.17).

use crate::amount::{Bad, TOP, read, show};
use crate::model::Model;
use crate::refusal::Refusal;
use serde_json::{Map, Value, json};

/// Most output tokens and maker of the models that vectors name.
const MODELS: [(&str, i128, &str); 4] = [
    ("gpt-4o-2024-05-13", 4_096, "openai"),
    ("gpt-4o", 16_384, "openai"),
    ("claude-sonnet-4-5", 64_000, "anthropic"),
    ("gemini-2.5-pro", 65_536, "google"),
];

/// What was learned of one pair of model and feature.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lessons {
    sum: i128,
    count: i128,
}

fn known(model: &str) -> Option<(i128, &'static str)> {
    let bare = model.split_once('/').map_or(model, |(_, rest)| rest);
    let found =
        |name: &str| MODELS.iter().find(|(m, ..)| *m == name).map(|(_, limit, maker)| (*limit, *maker));
    found(bare).or_else(|| found(crate::price::without_date(bare)))
}

fn text<'v>(asked: &'v Map<String, Value>, key: &str) -> Result<Option<&'v str>, Refusal> {
    match asked.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let text = value.as_str();
            text.map(Some)
                .ok_or_else(|| Refusal::at("invalid_call", format!("estimate.{key}"), "is not a text"))
        }
    }
}

fn count(asked: &Map<String, Value>, key: &str) -> Result<Option<i128>, Refusal> {
    match asked.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value, "tokens").map(Some).map_err(|bad| {
            let code = if bad == Bad::Type { "invalid_call" } else { "invalid_amount" };
            Refusal::at(code, format!("estimate.{key}"), "is not a count")
        }),
    }
}

const fn up(sum: i128, count: i128) -> i128 {
    (sum + count - 1) / count
}

impl Model {
    /// A first end with a provider's own usage teaches what such calls are answered with.
    pub(crate) fn learn(&mut self, model: Option<&str>, feature: Option<&str>, tokens: i128) {
        let Some(model) = model else { return };
        let key = (model.to_owned(), feature.map(str::to_owned));
        let pair = self.lessons.entry(key).or_default();
        pair.sum = (pair.sum + tokens).min(TOP);
        pair.count += 1;
        if pair.count == 64 {
            pair.sum /= 2;
            pair.count = 32;
        }
    }

    pub(crate) fn estimate_tokens(&self, asked: &Value) -> Result<Value, Refusal> {
        let object =
            asked.as_object().ok_or_else(|| Refusal::at("invalid_call", "estimate", "is not an object"))?;
        let texts = ["model", "provider", "feature", "mode"];
        let counts = ["input_tokens", "input_bytes", "images", "max_output_tokens", "n"];
        let counts: Vec<&str> = counts.into_iter().chain(["output_tokens", "output_bytes"]).collect();
        let unknown = |key: &&String| !texts.contains(&key.as_str()) && !counts.contains(&key.as_str());
        if let Some(key) = object.keys().find(unknown) {
            return Err(Refusal::at("invalid_call", format!("estimate.{key}"), "is not a key"));
        }
        let (model, provider) = (text(object, "model")?, text(object, "provider")?);
        let feature = text(object, "feature")?;
        let worst_case = match text(object, "mode")? {
            None | Some("auto") => false,
            Some("worst_case") => true,
            Some(_) => return Err(Refusal::at("invalid_call", "estimate.mode", "is not a mode")),
        };
        let mut read = Vec::new();
        for key in counts {
            read.push(count(object, key)?);
        }
        let [tokens, bytes, images, max, n, out_tokens, out_bytes] = read[..] else {
            return Err(Refusal::plain("internal"));
        };
        let (limit, maker) = model.and_then(known).unzip();
        let image = match provider.or(maker) {
            Some("openai") => 765,
            Some("google") => 258,
            _ => 1600,
        };
        let input = tokens.unwrap_or(up(bytes.unwrap_or(0), 4) + images.unwrap_or(0) * image);
        let n = n.unwrap_or(1).max(1);
        let least = |a: Option<i128>, b: Option<i128>| a.into_iter().chain(b).min();
        let output = match (out_tokens, out_bytes, worst_case) {
            (Some(tokens), ..) => tokens,
            (None, Some(bytes), _) => up(bytes, 4),
            (None, None, true) => n * least(max, limit).unwrap_or(16_384),
            (None, None, false) => {
                let key = model.map(|m| (m.to_owned(), feature.map(str::to_owned)));
                let lessons = key.and_then(|key| self.lessons.get(&key));
                let usual = lessons.map_or(n * 500, |l| up(l.sum, l.count));
                least(max, limit).map_or(usual, |most| usual.min(n * most))
            }
        };
        Ok(json!({"input_tokens": show(input, "tokens"), "output_tokens": show(output, "tokens")}))
    }
}
