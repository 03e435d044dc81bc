//! The five things a limit can count.

/// What a limit counts. `Usd` is held in nano-dollars (1 USD = 10^9), the others in whole pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// US dollars, counted in nano-dollars.
    Usd,
    /// Input plus output tokens.
    Tokens,
    /// Tokens sent, cached ones included.
    InputTokens,
    /// Tokens received, reasoning included.
    OutputTokens,
    /// Calls.
    Requests,
}

impl Unit {
    /// Every unit, in the order of the wire catalogue.
    pub const ALL: [Unit; 5] =
        [Unit::Usd, Unit::Tokens, Unit::InputTokens, Unit::OutputTokens, Unit::Requests];

    /// The wire name: `usd`, `tokens`, `input_tokens`, `output_tokens` or `requests`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::Usd => "usd",
            Unit::Tokens => "tokens",
            Unit::InputTokens => "input_tokens",
            Unit::OutputTokens => "output_tokens",
            Unit::Requests => "requests",
        }
    }

    /// The unit of that wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|u| u.as_str() == name)
    }
}
