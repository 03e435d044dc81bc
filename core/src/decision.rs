//! The answer to a reserve: what to do, which rule said so, and the arithmetic behind it.

use crate::action::Action;
use crate::call::Call;
use crate::policy::Policy;
use crate::reservation::ReservationId;
use crate::window::Span;
use smallvec::SmallVec;

/// Why a call is answered as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No budget applies.
    NoBudget,
    /// Every budget has room.
    WithinLimit,
    /// What is spent alone reaches the step.
    LimitReached,
    /// The call would pass the step.
    WouldExceed,
    /// Only calls in flight stand in the way; it may fit once they settle.
    InFlight,
    /// A circuit breaker is open.
    CircuitOpen,
    /// The price is unknown and the policy refuses that.
    Unpriced,
    /// No user is named and the policy refuses that.
    MissingUser,
    /// The store is unreachable and a budget is closed then.
    Unavailable,
}

impl Reason {
    /// Every reason, in the order of the catalogue.
    pub const ALL: [Reason; 9] = [
        Reason::NoBudget,
        Reason::WithinLimit,
        Reason::LimitReached,
        Reason::WouldExceed,
        Reason::InFlight,
        Reason::CircuitOpen,
        Reason::Unpriced,
        Reason::MissingUser,
        Reason::Unavailable,
    ];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::NoBudget => "no_budget",
            Reason::WithinLimit => "within_limit",
            Reason::LimitReached => "limit_reached",
            Reason::WouldExceed => "would_exceed",
            Reason::InFlight => "in_flight",
            Reason::CircuitOpen => "circuit_open",
            Reason::Unpriced => "unpriced",
            Reason::MissingUser => "missing_user",
            Reason::Unavailable => "unavailable",
        }
    }
}

/// A budget of the policy in force, by its place in [`crate::policy::Policy::budgets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BudgetIndex(pub(crate) u32);

impl BudgetIndex {
    /// The place, from 0.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// A budget with a step over, and what that step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    /// The budget.
    pub budget: BudgetIndex,
    /// What its highest step over does.
    pub action: Action,
}

/// What one counter showed before the call's own hold, in nano-dollars or whole pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The budget the answer names.
    pub budget: BudgetIndex,
    /// The limit itself, whatever the step.
    pub limit: i64,
    /// Used up.
    pub spent: i64,
    /// Held by other calls in flight.
    pub held: i64,
    /// What this call was expected to use, if anything was.
    pub estimate: Option<i64>,
    /// Limit less spent less held, never below 0.
    pub remaining: i64,
    /// The budget's window.
    pub window: Span,
    /// When use leaves the window, in epoch milliseconds.
    pub resets_at_ms: Option<i64>,
}

/// The answer to [`crate::engine::Engine::reserve`] and [`crate::engine::Engine::preview`].
///
/// It holds numbers only, so that it costs nothing to make; [`crate::engine::Engine::policy`] has the
/// names, for as long as that policy is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the call may be made.
    pub allowed: bool,
    /// What to do.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The budget the answer names and its figures; `None` when no budget was judged.
    pub figures: Option<Figures>,
    /// Whether the very same call may fit once calls in flight have settled.
    pub retryable: bool,
    /// True when the call has to be made with the sibling, [`crate::engine::Engine::model`].
    pub downgraded: bool,
    /// The hold, when one was taken.
    pub reservation: Option<ReservationId>,
    /// The version of the policy that decided.
    pub policy_version: u64,
    /// Whether the store was unreachable.
    pub degraded: bool,
    /// Every budget with a step over, in policy order, at the price of the answer.
    pub triggered: SmallVec<[Trigger; 1]>,
}

impl Decision {
    /// The model to call: the cheaper sibling after a downgrade, else the one asked for. `policy` is the
    /// one that was in force when the decision was made.
    #[must_use]
    pub fn model<'a>(&self, policy: &'a Policy, call: &Call<'a>) -> Option<&'a str> {
        match call.model {
            Some(model) if self.downgraded => policy.sibling(call.provider, model),
            model => model,
        }
    }
}
