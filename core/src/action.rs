//! What happens to a call.

/// What the host does with a call, from the mildest to the most severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The call is made.
    Allow,
    /// The call is made; a console line and an event, nothing the application sees.
    DryRun,
    /// The call is made; the application's warning callback runs.
    Warn,
    /// The call is made with the cheaper sibling of the model.
    Downgrade,
    /// The call is not made.
    Block,
}

impl Action {
    /// Every action, mildest first.
    pub const ALL: [Action; 5] =
        [Action::Allow, Action::DryRun, Action::Warn, Action::Downgrade, Action::Block];

    /// The actions a budget may name.
    pub(crate) const NAMED: [(&'static str, Action); 4] = [
        ("warn", Action::Warn),
        ("block", Action::Block),
        ("dry_run", Action::DryRun),
        ("downgrade", Action::Downgrade),
    ];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Allow => "allow",
            Action::DryRun => "dry_run",
            Action::Warn => "warn",
            Action::Downgrade => "downgrade",
            Action::Block => "block",
        }
    }
}
