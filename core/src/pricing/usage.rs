//! Token classes: what a call used, each token counted in exactly one class.

mod anthropic;
mod chat;
mod google;
mod read;
mod sdk;
mod shape;

pub use read::UsageError;

use serde_json::Value;

/// Which price list a call was served under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ServiceTier {
    /// The ordinary one.
    #[default]
    Standard,
    /// A batch job.
    Batch,
    /// Slower and cheaper.
    Flex,
    /// Faster and dearer.
    Priority,
}

impl ServiceTier {
    /// The name, `batch`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ServiceTier::Standard => "standard",
            ServiceTier::Batch => "batch",
            ServiceTier::Flex => "flex",
            ServiceTier::Priority => "priority",
        }
    }
}

/// Counts of one call, disjoint: a cached audio token is in `cached_audio` and nowhere else. None
/// is below zero when it comes from [`TokenUsage::from_provider`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Fresh text tokens sent.
    pub input: i64,
    /// Text tokens read from the cache.
    pub cached_input: i64,
    /// Tokens written to the cache (for five minutes, where there are several spans).
    pub cache_write: i64,
    /// Tokens written to the cache for an hour.
    pub cache_write_1h: i64,
    /// Text tokens received, reasoning included.
    pub output: i64,
    /// Fresh audio tokens sent.
    pub audio_input: i64,
    /// Audio tokens received.
    pub audio_output: i64,
    /// Audio tokens read from the cache.
    pub cached_audio: i64,
    /// Fresh image and video tokens sent.
    pub image_input: i64,
    /// Image and video tokens received.
    pub image_output: i64,
    /// Image tokens read from the cache.
    pub cached_image: i64,
    /// Web searches made by the provider.
    pub web_searches: i64,
    /// The price list the provider says it served under.
    pub service_tier: ServiceTier,
    /// The answer was given up before its end: what came of it says nothing of how long such answers are.
    pub partial: bool,
}

impl TokenUsage {
    /// Fresh input and output tokens, nothing else.
    #[must_use]
    pub fn plain(input: i64, output: i64) -> TokenUsage {
        TokenUsage { input, output, ..TokenUsage::default() }
    }

    /// Reads a provider's own usage object into disjoint classes. Its key `provider` says whose it is
    /// (`openai`, `anthropic`, `google`, `aws`, `ai_sdk`, …); a provider not known by name, or none,
    /// is read by the keys there are. The object may stand as `usage`, `usageMetadata` or
    /// `usage_metadata` inside the one given.
    ///
    /// Counts are whole numbers, or strings of digits; `null` and a missing key are 0, other keys
    /// are passed over; `partial: true` beside them says that the answer was given up. Parts that add up to more than their total are cut to it, in the order
    /// cache read, cache write, audio, image; a missing total is the sum of its parts.
    ///
    /// # Errors
    /// [`UsageError::Negative`] for a count below zero, also in a key that is not read otherwise;
    /// [`UsageError::Malformed`] for anything else that is no count, and where no count is found.
    pub fn from_provider(usage: &Value) -> Result<TokenUsage, UsageError> {
        shape::read(usage)
    }

    /// All tokens sent, cached ones included; at most `i64::MAX`.
    #[must_use]
    pub fn input_total(&self) -> i64 {
        [
            self.cached_input,
            self.cache_write,
            self.cache_write_1h,
            self.audio_input,
            self.cached_audio,
            self.image_input,
            self.cached_image,
        ]
        .into_iter()
        .fold(self.input, i64::saturating_add)
    }

    /// All tokens received, reasoning included; at most `i64::MAX`.
    #[must_use]
    pub fn output_total(&self) -> i64 {
        self.output.saturating_add(self.audio_output).saturating_add(self.image_output)
    }

    /// True when only `input` and `output` count.
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        self.cached_input
            | self.cache_write
            | self.cache_write_1h
            | self.audio_input
            | self.audio_output
            | self.cached_audio
            | self.image_input
            | self.image_output
            | self.cached_image
            | self.web_searches
            == 0
    }
}

#[cfg(test)]
mod tests;
