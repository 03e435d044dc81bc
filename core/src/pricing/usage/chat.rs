//! OpenAI's two shapes, and those of the many who follow them.

use super::TokenUsage;
use super::read::{Reader, Received, Sent, UsageError, add, disjoint};

/// Chat completions and embeddings: `prompt_tokens` has the cached ones inside, and
/// `completion_tokens` the reasoning, but for xAI and Perplexity, who count that beside it.
pub(super) fn completions(r: &Reader<'_>, xai: bool, perplexity: bool) -> Result<TokenUsage, UsageError> {
    let prompt = r.child(&["prompt_tokens_details"])?;
    let completion = r.child(&["completion_tokens_details"])?;
    // The details first; then DeepSeek, Mistral, Moonshot, xAI and LiteLLM, who say it beside them.
    let cached = match prompt.count(&["cached_tokens"])? {
        Some(n) => n,
        None => r.zero(&[
            "prompt_cache_hit_tokens",
            "num_cached_tokens",
            "cached_tokens",
            "cached_prompt_text_tokens",
            "cache_read_input_tokens",
        ])?,
    };
    let write = match prompt.count(&["cache_write_tokens", "cache_creation_tokens"])? {
        Some(n) => n,
        None => r.zero(&["cache_creation_input_tokens"])?,
    };
    let reasoning = match completion.count(&["reasoning_tokens"])? {
        Some(n) => n,
        None => r.zero(&["reasoning_tokens"])?,
    };
    let beside = match (xai, perplexity) {
        (true, _) => reasoning,
        (_, true) => add(&[r.zero(&["reasoning_tokens"])?, r.zero(&["citation_tokens"])?]),
        _ => 0,
    };
    let total = match r.count(&["prompt_tokens"])? {
        Some(n) => Some(n),
        None if r.has(&["prompt_cache_miss_tokens"]) => {
            Some(add(&[cached, r.zero(&["prompt_cache_miss_tokens"])?]))
        }
        None => None,
    };
    let sent = Sent {
        total,
        cached,
        write,
        audio: prompt.zero(&["audio_tokens"])?,
        image: prompt.zero(&["image_tokens"])?,
        ..Sent::default()
    };
    let received = Received {
        total: r.count(&["completion_tokens"])?.or((beside > 0).then_some(0)).map(|n| add(&[n, beside])),
        audio: completion.zero(&["audio_tokens"])?,
        image: completion.zero(&["image_tokens"])?,
    };
    let web_searches = r.zero(&["num_search_queries"])?;
    Ok(TokenUsage { web_searches, ..disjoint(&sent, &received) })
}

/// Responses, images and realtime, and what LangChain and pydantic-ai make of any provider:
/// `input_tokens` with the cached ones inside.
pub(super) fn responses(r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    let input = r.child(&["input_tokens_details", "input_token_details"])?;
    let output = r.child(&["output_tokens_details", "output_token_details"])?;
    let kinds = input.child(&["cached_tokens_details"])?;
    let either = |inside: &[&'static str], beside: &[&'static str]| match input.count(inside)? {
        Some(n) => Ok(n),
        None => r.zero(beside),
    };
    let write_1h = input.zero(&["ephemeral_1h_input_tokens"])?;
    let write =
        either(&["cache_write_tokens", "cache_creation_tokens", "cache_creation"], &["cache_write_tokens"])?;
    let sent = Sent {
        total: r.count(&["input_tokens"])?,
        cached: either(
            &["cached_tokens", "cache_read_tokens", "cache_read", "cache_read_input_tokens"],
            &["cache_read_tokens", "cached_tokens"],
        )?,
        cached_audio: match kinds.count(&["audio_tokens"])? {
            Some(n) => n,
            None => r.zero(&["cache_audio_read_tokens"])?,
        },
        cached_image: kinds.zero(&["image_tokens"])?,
        // LangChain says the spans beside its total of writes, or instead of it.
        write: input.zero(&["ephemeral_5m_input_tokens"])?.max(write.saturating_sub(write_1h)),
        write_1h,
        audio: either(&["audio_tokens", "audio"], &["input_audio_tokens"])?,
        image: input.zero(&["image_tokens"])?,
    };
    let received = Received {
        total: r.count(&["output_tokens"])?,
        audio: match output.count(&["audio_tokens", "audio"])? {
            Some(n) => n,
            None => r.zero(&["output_audio_tokens"])?,
        },
        image: output.zero(&["image_tokens"])?,
    };
    let search = r.child(&["tool_calls_details"])?.child(&["search_web"])?;
    let web_searches = search.zero(&["invocation"])?;
    Ok(TokenUsage { web_searches, ..disjoint(&sent, &received) })
}
