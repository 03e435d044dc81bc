//! Which shape a usage object has, and under which price list the call was served.

use serde_json::{Map, Value};

use super::read::{Reader, UsageError, refuse_negative};
use super::{ServiceTier, TokenUsage, anthropic, chat, google, sdk};

/// Keys that tell Anthropic's object from OpenAI's of the same `input_tokens`.
const ANTHROPIC: [&str; 4] =
    ["cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation", "server_tool_use"];

const GOOGLE: [&str; 6] = [
    "promptTokenCount",
    "prompt_token_count",
    "candidatesTokenCount",
    "candidates_token_count",
    "thoughtsTokenCount",
    "thoughts_token_count",
];

/// Reads an object of any shape.
pub(super) fn read(value: &Value) -> Result<TokenUsage, UsageError> {
    let Value::Object(outer) = value else { return Err(UsageError::malformed("", "usage is an object")) };
    let provider = match outer.get("provider") {
        None | Some(Value::Null) => "",
        Some(Value::String(name)) => name.as_str(),
        Some(_) => return Err(UsageError::malformed("provider", "a provider is a string")),
    };
    let provider = provider.to_ascii_lowercase().replace(['_', ' '], "-");
    let map = inner(outer);
    map.iter().try_for_each(|(key, value)| refuse_negative(value, key, key.contains("oken")))?;
    let r = Reader::new(map);
    let mut usage = by_shape(&provider, &r)?;
    usage.service_tier = service_tier(&provider, &r, &Reader::new(outer));
    usage.partial = outer.get("partial") == Some(&Value::Bool(true));
    Ok(usage)
}

/// The object of counts: the one given, or the one it wraps.
fn inner(outer: &Map<String, Value>) -> &Map<String, Value> {
    ["usageMetadata", "usage_metadata", "usage"]
        .iter()
        .find_map(|key| outer.get(*key).and_then(Value::as_object))
        .unwrap_or(outer)
}

fn by_shape(provider: &str, r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    let is = |names: &[&str]| names.iter().any(|n| provider == *n || provider.starts_with(&format!("{n}.")));
    if r.has(&GOOGLE) {
        return google::read(r);
    }
    if r.is_object("billed_units") || r.is_object("tokens") {
        return sdk::cohere(r);
    }
    if r.has(&["prompt_tokens", "completion_tokens"]) {
        return chat::completions(r, is(&["x-ai", "xai"]), is(&["perplexity"]));
    }
    if r.has(&["promptTokens", "completionTokens"]) {
        return sdk::vercel(r);
    }
    if r.has(&["inputTokens", "outputTokens"]) {
        let converse = r.has(&["cacheReadInputTokens", "cacheWriteInputTokens", "cacheDetails"])
            || is(&["aws", "bedrock", "amazon-bedrock", "aws-bedrock"]);
        let nested = r.is_object("inputTokens") || r.is_object("outputTokens");
        return if converse && !nested { sdk::converse(r) } else { sdk::vercel(r) };
    }
    if r.has(&["input_tokens", "output_tokens"]) {
        let claude = is(&["anthropic"]) || r.has(&ANTHROPIC);
        return if claude { anthropic::read(r) } else { chat::responses(r) };
    }
    Err(UsageError::malformed("", "no token counts"))
}

/// The price list: what the provider says of the call, or the host beside the usage.
fn service_tier(provider: &str, r: &Reader<'_>, outer: &Reader<'_>) -> ServiceTier {
    let said = |key| r.text(key).or_else(|| outer.text(key));
    if said("processing") == Some("batch") {
        return ServiceTier::Batch;
    }
    // Anthropic's `priority` is capacity bought beforehand at no price a token; its fast mode is dearer.
    if provider.starts_with("anthropic") && said("speed") == Some("fast") {
        return ServiceTier::Priority;
    }
    match said("service_tier").or_else(|| said("serviceTier")) {
        Some("batch") => ServiceTier::Batch,
        Some("flex") => ServiceTier::Flex,
        Some("priority" | "fast") if !provider.starts_with("anthropic") => ServiceTier::Priority,
        _ => ServiceTier::Standard,
    }
}
