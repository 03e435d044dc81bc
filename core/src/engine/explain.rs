//! Looking without touching: what is used, and which budgets a call meets.

use super::Engine;
use super::check::check;
use crate::call::Call;
use crate::decision::BudgetIndex;
use crate::dimension::Dimension;
use crate::error::Error;
use crate::ledger::{Kind, Reading};
use crate::policy::{Budget, MissingUser};
use crate::window::Span;

/// What one budget's counter shows, in nano-dollars or whole pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterReading {
    /// The budget.
    pub budget: BudgetIndex,
    /// Used up.
    pub spent: i64,
    /// Held by calls in flight.
    pub held: i64,
    /// The limit.
    pub limit: i64,
    /// Limit less spent less held, never below 0.
    pub remaining: i64,
    /// The budget's window.
    pub window: Span,
}

/// Why a budget applies to a call, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is this user's own.
    UserOverride,
    /// It is the user's tier's.
    TierTemplate,
    /// It is for every user.
    EveryUser,
    /// It names the call's value.
    Exact,
    /// It has a counter for each value.
    Any,
    /// It is for everything.
    Global,
    /// It is disabled.
    Disabled,
    /// Its `match` does not accept the call.
    Match,
    /// A narrower budget decides in its place; it still counts.
    Overridden,
    /// The call names no user, and the policy leaves such calls out.
    MissingUser,
}

impl Why {
    /// Every answer, in the order of the catalogue.
    pub const ALL: [Why; 10] = [
        Why::UserOverride,
        Why::TierTemplate,
        Why::EveryUser,
        Why::Exact,
        Why::Any,
        Why::Global,
        Why::Disabled,
        Why::Match,
        Why::Overridden,
        Why::MissingUser,
    ];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::UserOverride => "user_override",
            Why::TierTemplate => "tier_template",
            Why::EveryUser => "every_user",
            Why::Exact => "exact",
            Why::Any => "any",
            Why::Global => "global",
            Why::Disabled => "disabled",
            Why::Match => "match",
            Why::Overridden => "overridden",
            Why::MissingUser => "missing_user",
        }
    }
}

/// A budget whose scope fits a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The budget.
    pub budget: BudgetIndex,
    /// Whether it decides the call.
    pub applies: bool,
    /// Why, or why not.
    pub why: Why,
}

impl Engine {
    /// What each budget that applies to such a call shows, in policy order.
    ///
    /// # Errors
    /// [`Error::InvalidTime`], [`Error::InvalidId`].
    pub fn usage(&mut self, call: &Call<'_>, now_ms: i64) -> Result<Vec<CounterReading>, Error> {
        let now = self.tick(now_ms)?;
        check(call)?;
        let plan = self.plan(call);
        let reading = |vote: &crate::plan::Vote| {
            let (rule, line) = (self.active.rule(vote.budget)?, plan.line(vote)?);
            let windows = self.ledger.definitions.get(line.definition)?;
            let left = i128::from(rule.limit) - line.reading.used();
            Some(CounterReading {
                budget: BudgetIndex(vote.budget),
                spent: line.reading.spent,
                held: line.reading.held,
                limit: rule.limit,
                remaining: Reading::cut(left.max(0)),
                window: windows.shown(line.window, now)?,
            })
        };
        let readings = plan.votes.iter().filter_map(reading).collect();
        self.put_back(plan);
        Ok(readings)
    }

    /// Every budget whose scope fits the call, disabled ones too, in policy order: whether it applies,
    /// and why.
    ///
    /// # Errors
    /// [`Error::InvalidTime`], [`Error::InvalidId`].
    pub fn explain(&mut self, call: &Call<'_>, now_ms: i64) -> Result<Vec<Candidate>, Error> {
        self.tick(now_ms)?;
        check(call)?;
        let plan = self.plan(call);
        let policy = &self.active.policy;
        let candidate = |(number, budget): (u32, &Budget)| {
            let own = reason(budget, call)?;
            let applies = plan.votes.iter().any(|vote| vote.budget == number);
            let why = match () {
                () if applies => own,
                () if self.active.counts(number, call) => Why::Overridden,
                () if !budget.enabled => Why::Disabled,
                () if policy.definition(budget).is_some_and(|d| !d.filter.accepts(call)) => Why::Match,
                () => Why::MissingUser,
            };
            Some(Candidate { budget: BudgetIndex(number), applies, why })
        };
        let left_out = |candidate: &Candidate| {
            // A call that is refused for want of a user has no person layer to speak of.
            let person = policy.budgets().get(candidate.budget.get()).map(|b| Kind::of(b.scope.dimension))
                == Some(Kind::User);
            person
                && call.user.is_none()
                && policy.on_missing_user() == MissingUser::Block
                && candidate.applies
        };
        let listed = (0_u32..).zip(policy.budgets()).filter_map(candidate);
        let candidates = listed
            .map(|c| if left_out(&c) { Candidate { applies: false, why: Why::MissingUser, ..c } } else { c })
            .collect();
        self.put_back(plan);
        Ok(candidates)
    }
}

/// Why the budget would apply, when its scope fits the call.
fn reason(budget: &Budget, call: &Call<'_>) -> Option<Why> {
    let why = match (budget.scope.dimension, &budget.scope.value) {
        (Dimension::Global, _) => Why::Global,
        (Dimension::User, None) => Why::EveryUser,
        (Dimension::User, Some(_)) => Why::UserOverride,
        (Dimension::Tier, _) => Why::TierTemplate,
        (_, Some(_)) => Why::Exact,
        (_, None) => Why::Any,
    };
    budget.scope.fits(call).then_some(why)
}
