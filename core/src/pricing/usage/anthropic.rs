//! Anthropic's messages: `input_tokens` without what was read from or written to the cache.

use super::TokenUsage;
use super::read::{Reader, UsageError, add};

/// Reads the object, and the iterations that its own counts leave out (compaction).
pub(super) fn read(r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    let mut usage = one(r)?;
    for iteration in r.list(&["iterations"])? {
        if iteration.text("type") != Some("message") {
            let more = one(&iteration)?;
            usage = TokenUsage {
                input: add(&[usage.input, more.input]),
                cached_input: add(&[usage.cached_input, more.cached_input]),
                cache_write: add(&[usage.cache_write, more.cache_write]),
                cache_write_1h: add(&[usage.cache_write_1h, more.cache_write_1h]),
                output: add(&[usage.output, more.output]),
                ..usage
            };
        }
    }
    usage.web_searches = r.child(&["server_tool_use"])?.zero(&["web_search_requests"])?;
    Ok(usage)
}

fn one(r: &Reader<'_>) -> Result<TokenUsage, UsageError> {
    let spans = r.child(&["cache_creation"])?;
    let hour = spans.zero(&["ephemeral_1h_input_tokens"])?;
    let short = spans.zero(&["ephemeral_5m_input_tokens"])?;
    // What the total has beyond the spans is written for the short one.
    let total = r.zero(&["cache_creation_input_tokens"])?;
    Ok(TokenUsage {
        input: r.zero(&["input_tokens"])?,
        cached_input: r.zero(&["cache_read_input_tokens"])?,
        cache_write: short.max(total.saturating_sub(hour)),
        cache_write_1h: hour,
        output: r.zero(&["output_tokens"])?,
        ..TokenUsage::default()
    })
}
