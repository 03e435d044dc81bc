//! What a host says of a call before it is made, and of its cost afterwards.

/// One attempt to reach a provider. All attributes are optional ids, borrowed from the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Call<'a> {
    /// Whose money it is.
    pub user: Option<&'a str>,
    /// The user's plan.
    pub tier: Option<&'a str>,
    /// The customer the user belongs to.
    pub org: Option<&'a str>,
    /// The part of the application.
    pub feature: Option<&'a str>,
    /// A conversation or an agent's run.
    pub session: Option<&'a str>,
    /// Who will be called.
    pub provider: Option<&'a str>,
    /// The model asked for.
    pub model: Option<&'a str>,
    /// What the call is expected to use.
    pub estimate: Estimate,
}

impl Call<'_> {
    /// Whether it names nothing but a user and a tier, as most calls at a gate do.
    #[inline(always)]
    pub(crate) const fn says_who_alone(&self) -> bool {
        self.org.is_none()
            && self.feature.is_none()
            && self.session.is_none()
            && self.provider.is_none()
            && self.model.is_none()
    }
}

/// Expected use of a call; what is `None` is not estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    /// Nano-dollars; beats pricing by model and tokens.
    pub usd: Option<i64>,
    /// All tokens; input + output unless given.
    pub tokens: Option<i64>,
    /// Tokens sent, cached ones included.
    pub input_tokens: Option<i64>,
    /// Tokens received.
    pub output_tokens: Option<i64>,
}

impl Estimate {
    /// True when nothing is estimated.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.usd.is_none()
            && self.tokens.is_none()
            && self.input_tokens.is_none()
            && self.output_tokens.is_none()
    }
}

/// What a call really used; what is `None` is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Actual {
    /// Nano-dollars, as the provider or the host says; beats pricing by tokens.
    pub usd: Option<i64>,
    /// All tokens; input + output unless given.
    pub tokens: Option<i64>,
    /// Tokens sent, cached ones included.
    pub input_tokens: Option<i64>,
    /// Tokens received.
    pub output_tokens: Option<i64>,
    /// Token classes of a provider's usage object; gives the tokens and, by the model's price, the money.
    pub usage: Option<crate::pricing::TokenUsage>,
    /// The provider's usage was below zero or not a number: the hold is settled at its estimate.
    pub bad: bool,
}

/// How a call ended, for the circuit breakers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Whether the provider did its work; unsaid is `true` for a settle, and says nothing for a release.
    pub ok: Option<bool>,
    /// How long the call took, in milliseconds.
    pub latency_ms: Option<i64>,
}
