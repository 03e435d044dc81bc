//! The Vercel AI SDK, Bedrock's Converse and Cohere.

use super::TokenUsage;
use super::read::{Reader, Received, Sent, UsageError, add, disjoint};

/// The AI SDK: counts with parts inside (language models of version 3), flat counts with details
/// (6) or without (5), or the old names (4).
pub(super) fn vercel(r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    if r.is_object("inputTokens") || r.is_object("outputTokens") {
        let input = r.child(&["inputTokens"])?;
        let output = r.child(&["outputTokens"])?;
        let fresh = input.zero(&["noCache"])?;
        let (cached, write) = (input.zero(&["cacheRead"])?, input.zero(&["cacheWrite"])?);
        let total = input.count(&["total"])?.unwrap_or_else(|| add(&[fresh, cached, write]));
        let text = add(&[output.zero(&["text"])?, output.zero(&["reasoning"])?]);
        let sent = Sent { total: Some(total), cached, write, ..Sent::default() };
        let received = Received { total: output.count(&["total"])?.or(Some(text)), ..Received::default() };
        return Ok(disjoint(&sent, &received));
    }
    let details = r.child(&["inputTokenDetails"])?;
    let cached = match details.count(&["cacheReadTokens"])? {
        Some(n) => n,
        None => r.zero(&["cachedInputTokens"])?,
    };
    let write = details.zero(&["cacheWriteTokens"])?;
    let input = r.zero(&["inputTokens", "promptTokens"])?;
    // Version 5 hands some providers' counts on without the cached ones inside.
    let total = if cached > input { add(&[input, cached]) } else { input };
    let sent = Sent { total: Some(total), cached, write, ..Sent::default() };
    let received = Received { total: r.count(&["outputTokens", "completionTokens"])?, ..Received::default() };
    Ok(disjoint(&sent, &received))
}

/// Bedrock's Converse: `inputTokens` without what was read from or written to the cache.
pub(super) fn converse(r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    let (mut short, mut hour) = (0, 0);
    for span in r.list(&["cacheDetails"])? {
        let count = span.zero(&["inputTokens"])?;
        let kept = if span.text("ttl") == Some("1h") { &mut hour } else { &mut short };
        *kept = add(&[*kept, count]);
    }
    let total = r.zero(&["cacheWriteInputTokens", "cacheWriteInputTokenCount"])?;
    Ok(TokenUsage {
        input: r.zero(&["inputTokens"])?,
        cached_input: r.zero(&["cacheReadInputTokens", "cacheReadInputTokenCount"])?,
        cache_write: short.max(total.saturating_sub(hour)),
        cache_write_1h: hour,
        output: r.zero(&["outputTokens"])?,
        ..TokenUsage::default()
    })
}

/// Cohere: what is billed where it says so, else the tokens.
pub(super) fn cohere(r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    let billed = r.child(&["billed_units"])?;
    let counts = if billed.has(&["input_tokens", "output_tokens"]) { billed } else { r.child(&["tokens"])? };
    if !counts.has(&["input_tokens", "output_tokens"]) {
        return Err(UsageError::malformed("", "no token counts"));
    }
    let sent = Sent {
        total: Some(counts.zero(&["input_tokens"])?),
        cached: r.zero(&["cached_tokens"])?,
        ..Sent::default()
    };
    let received = Received { total: counts.count(&["output_tokens"])?, ..Received::default() };
    Ok(disjoint(&sent, &received))
}
