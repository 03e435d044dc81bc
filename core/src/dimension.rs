//! The attributes of a call that a budget can be about.

use crate::call::Call;

/// What a scope names: an attribute of the call, or everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// One user, or each of them.
    User,
    /// Each user of one tier; the counter is the user's.
    Tier,
    /// A customer.
    Org,
    /// A part of the application.
    Feature,
    /// A conversation or an agent's run.
    Session,
    /// A provider.
    Provider,
    /// A model, as it was asked for.
    Model,
    /// Everything.
    Global,
}

impl Dimension {
    /// Every dimension, in the order of precedence layers.
    pub const ALL: [Dimension; 8] = [
        Dimension::User,
        Dimension::Tier,
        Dimension::Org,
        Dimension::Feature,
        Dimension::Session,
        Dimension::Provider,
        Dimension::Model,
        Dimension::Global,
    ];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Dimension::User => "user",
            Dimension::Tier => "tier",
            Dimension::Org => "org",
            Dimension::Feature => "feature",
            Dimension::Session => "session",
            Dimension::Provider => "provider",
            Dimension::Model => "model",
            Dimension::Global => "global",
        }
    }

    /// The call's value of this attribute; `None` for [`Dimension::Global`].
    #[must_use]
    #[inline]
    pub const fn of<'a>(self, call: &Call<'a>) -> Option<&'a str> {
        match self {
            Dimension::User => call.user,
            Dimension::Tier => call.tier,
            Dimension::Org => call.org,
            Dimension::Feature => call.feature,
            Dimension::Session => call.session,
            Dimension::Provider => call.provider,
            Dimension::Model => call.model,
            Dimension::Global => None,
        }
    }
}
