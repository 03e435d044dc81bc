//! Every refusal has a stable code, and where it has one, the path of the field that is wrong.

/// A refusal. The text is for people; [`Error::code`] and [`Error::path`] are for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The document is refused whole; the policy in force stays in force.
    #[error("{path}: {message}")]
    InvalidPolicy {
        /// Where, as `budgets[2].limit.usd`; empty for the document itself.
        path: String,
        /// What was wrong, user input in backticks.
        message: String,
    },
    /// The document's version is lower than the one in force.
    #[error("version: {offered} is older than {in_force}, the version in force")]
    StalePolicy {
        /// The version of the refused document.
        offered: u64,
        /// The version in force.
        in_force: u64,
    },
    /// An id of a call is empty, too long or has a character that hides.
    #[error("{path}: {message}")]
    InvalidId {
        /// The attribute.
        path: String,
        /// What was wrong.
        message: String,
    },
    /// A command has an unknown key, a wrong type or a value out of range.
    #[error("{path}: {message}")]
    InvalidCall {
        /// The key.
        path: String,
        /// What was wrong.
        message: String,
    },
    /// An amount is malformed, too large, or a fraction of a piece.
    #[error("{path}: {message}")]
    InvalidAmount {
        /// The key.
        path: String,
        /// What was wrong.
        message: String,
    },
    /// A time outside the years 1–9999, or a window that would leave them.
    #[error("{message}")]
    InvalidTime {
        /// What was wrong.
        message: String,
    },
    /// The reservation was settled already, with another amount, or a release came after.
    #[error("the reservation is already settled")]
    AlreadySettled,
    /// The reservation was released already.
    #[error("the reservation is already released")]
    AlreadyReleased,
    /// No such reservation, or it was forgotten.
    #[error("no such reservation")]
    UnknownReservation,
    /// No breaker of that id in the policy in force.
    #[error("no breaker `{id}`")]
    UnknownBreaker {
        /// The id asked for.
        id: String,
    },
    /// No budget of that id in the policy in force.
    #[error("no budget `{id}`")]
    UnknownBudget {
        /// The id asked for.
        id: String,
    },
    /// The bytes are not a snapshot of this version, or are damaged.
    #[error("not a snapshot: {message}")]
    InvalidSnapshot {
        /// What was wrong.
        message: String,
    },
}

impl Error {
    /// Every code, in the order of the catalogue.
    pub const CODES: [&'static str; 12] = [
        "invalid_policy",
        "stale_policy",
        "invalid_id",
        "invalid_call",
        "invalid_amount",
        "invalid_time",
        "already_settled",
        "already_released",
        "unknown_reservation",
        "unknown_breaker",
        "unknown_budget",
        "invalid_snapshot",
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Error::InvalidPolicy { .. } => "invalid_policy",
            Error::StalePolicy { .. } => "stale_policy",
            Error::InvalidId { .. } => "invalid_id",
            Error::InvalidCall { .. } => "invalid_call",
            Error::InvalidAmount { .. } => "invalid_amount",
            Error::InvalidTime { .. } => "invalid_time",
            Error::AlreadySettled => "already_settled",
            Error::AlreadyReleased => "already_released",
            Error::UnknownReservation => "unknown_reservation",
            Error::UnknownBreaker { .. } => "unknown_breaker",
            Error::UnknownBudget { .. } => "unknown_budget",
            Error::InvalidSnapshot { .. } => "invalid_snapshot",
        }
    }

    /// The path of the field that is wrong, where the refusal is about one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Error::InvalidPolicy { path, .. }
            | Error::InvalidId { path, .. }
            | Error::InvalidCall { path, .. }
            | Error::InvalidAmount { path, .. } => Some(path),
            Error::StalePolicy { .. } => Some("version"),
            _ => None,
        }
    }
}

/// What was given, for a message: what hides is escaped, and of a long text its beginning is told.
pub(crate) fn shown(text: &str) -> impl std::fmt::Display {
    const CHARACTERS: usize = 60;
    std::fmt::from_fn(move |f| match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => write!(f, "{}…", text.get(..end).unwrap_or(text).escape_debug()),
        None => write!(f, "{}", text.escape_debug()),
    })
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_message_tells_the_beginning_of_a_long_text() {
        assert_eq!(shown("a\u{200b}\n").to_string(), "a\\u{200b}\\n");
        assert_eq!(shown(&"é".repeat(60)).to_string(), "é".repeat(60));
        assert_eq!(shown(&"é".repeat(1_000_000)).to_string(), format!("{}…", "é".repeat(60)));
    }
}
