//! Gemini's usage metadata, in REST's and in Python's spelling.

use super::TokenUsage;
use super::read::{Reader, Received, Sent, UsageError, add, disjoint};

/// Sent is prompt plus tool results, with the cached ones inside; received is candidates plus thoughts.
pub(super) fn read(r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    let prompt = kinds(r, &["promptTokensDetails", "prompt_tokens_details"])?;
    let tools = kinds(r, &["toolUsePromptTokensDetails", "tool_use_prompt_tokens_details"])?;
    let cache = kinds(r, &["cacheTokensDetails", "cache_tokens_details"])?;
    let answer = kinds(r, &["candidatesTokensDetails", "candidates_tokens_details"])?;
    let sent = Sent {
        total: Some(add(&[
            r.zero(&["promptTokenCount", "prompt_token_count"])?,
            r.zero(&["toolUsePromptTokenCount", "tool_use_prompt_token_count"])?,
        ])),
        cached: r.zero(&["cachedContentTokenCount", "cached_content_token_count"])?,
        cached_audio: cache.audio,
        cached_image: cache.image,
        audio: add(&[prompt.audio, tools.audio]),
        image: add(&[prompt.image, tools.image]),
        ..Sent::default()
    };
    let candidates =
        ["candidatesTokenCount", "candidates_token_count", "responseTokenCount", "response_token_count"];
    let received = Received {
        total: Some(add(&[r.zero(&candidates)?, r.zero(&["thoughtsTokenCount", "thoughts_token_count"])?])),
        audio: answer.audio,
        image: answer.image,
    };
    Ok(disjoint(&sent, &received))
}

struct Kinds {
    audio: i64,
    /// Images, video and documents: they are read as pictures.
    image: i64,
}

fn kinds(r: &Reader<'_>, keys: &[&'static str]) -> Result<Kinds, UsageError> {
    let mut kinds = Kinds { audio: 0, image: 0 };
    for item in r.list(keys)? {
        let count = item.zero(&["tokenCount", "token_count"])?;
        match item.text("modality") {
            Some("AUDIO") => kinds.audio = add(&[kinds.audio, count]),
            Some("IMAGE" | "VIDEO" | "DOCUMENT") => kinds.image = add(&[kinds.image, count]),
            _ => {}
        }
    }
    Ok(kinds)
}
