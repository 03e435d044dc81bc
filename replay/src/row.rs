//! One row of usage, in a buffer that is used again and again.

/// A past call, or several alike. Texts are empty where the log says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// Whose money it was.
    pub user: String,
    /// The user's plan.
    pub tier: String,
    /// The customer the user belongs to.
    pub org: String,
    /// The part of the application.
    pub feature: String,
    /// The conversation.
    pub session: String,
    /// Who was called.
    pub provider: String,
    /// The model that was called.
    pub model: String,
    /// Tokens sent, cached ones included.
    pub input_tokens: Option<i64>,
    /// Tokens received.
    pub output_tokens: Option<i64>,
    /// Tokens read from the provider's cache, part of `input_tokens`.
    pub cached_tokens: i64,
    /// Tokens written to the provider's cache, part of `input_tokens`.
    pub cache_write_tokens: i64,
    /// The cost the log gives, in nano-dollars.
    pub cost_nanos: Option<i64>,
    /// How many calls this row adds up: 1, but for exports by bucket.
    pub calls: i64,
    /// Which of the files it comes from.
    pub source: u32,
    /// The line it starts on, from 1.
    pub line: u64,
}

impl Row {
    /// Empties the row and keeps its buffers.
    pub fn clear(&mut self) {
        for text in [
            &mut self.user,
            &mut self.tier,
            &mut self.org,
            &mut self.feature,
            &mut self.session,
            &mut self.provider,
            &mut self.model,
        ] {
            text.clear();
        }
        self.at_ms = 0;
        self.input_tokens = None;
        self.output_tokens = None;
        self.cached_tokens = 0;
        self.cache_write_tokens = 0;
        self.cost_nanos = None;
        self.calls = 1;
    }
}

/// A row that could not be used: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{file}:{line}: {field}: {reason}")]
pub struct BadRow {
    /// The file, as it was named.
    pub file: String,
    /// The line the row starts on, from 1.
    pub line: u64,
    /// The column, key or field; `row` where it is the row itself.
    pub field: String,
    /// What is wrong, the log's own text in backticks.
    pub reason: String,
}
