//! Looking without touching: what is used, and which budgets a call meets.

use super::Engine;
use super::reserve::check;
use crate::call::Call;
use crate::decision::BudgetIndex;
use crate::dimension::Dimension;
use crate::error::Error;
use crate::ledger::{Kind, Reading};
use crate::plan::open;
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
        let plan = self.plan(call, self.user_hash(call));
        let reading = |vote: &crate::plan::Vote| {
            let (rule, line) = (self.active.rule(vote.budget)?, plan.line(*vote)?);
            let windows = self.ledger.definitions.get(line.definition)?;
            let left = i128::from(rule.limit).saturating_sub(line.reading.spent).saturating_sub(line.reading.held);
            Some(CounterReading {
                budget: BudgetIndex(vote.budget),
                spent: Reading::shown(line.reading.spent),
                held: Reading::shown(line.reading.held),
                limit: rule.limit,
                remaining: Reading::shown(left.max(0)),
                window: windows.shown(open(&self.ledger, line.definition), now)?,
            })
        };
        Ok(plan.votes.iter().filter_map(reading).collect())
    }

    /// Every budget whose scope fits the call, disabled ones too, in policy order: whether it applies,
    /// and why.
    ///
    /// # Errors
    /// [`Error::InvalidTime`], [`Error::InvalidId`].
    pub fn explain(&mut self, call: &Call<'_>, now_ms: i64) -> Result<Vec<Candidate>, Error> {
        self.tick(now_ms)?;
        check(call)?;
        let fits = self.active.fits(call, self.user_hash(call));
        let policy = &self.active.policy;
        let candidate = |(number, budget): (u32, &Budget)| {
            let own = scope_fits(budget, call)?;
            let fit = fits.iter().find(|fit| fit.budget == number);
            let why = match fit {
                Some(fit) if fit.decides => own,
                Some(_) => Why::Overridden,
                None if !budget.enabled => Why::Disabled,
                None if policy.definition(budget).is_some_and(|d| !d.filter.accepts(call)) => Why::Match,
                None => Why::MissingUser,
            };
            Some(Candidate { budget: BudgetIndex(number), applies: fit.is_some_and(|fit| fit.decides), why })
        };
        let left_out = |candidate: &Candidate| {
            // A call that is refused for want of a user has no person layer to speak of.
            let person = policy.budgets().get(candidate.budget.get()).map(|b| Kind::of(b.scope.dimension)) == Some(Kind::User);
            person && call.user.is_none() && policy.on_missing_user() == MissingUser::Block && candidate.applies
        };
        let listed = (0_u32..).zip(policy.budgets()).filter_map(candidate);
        Ok(listed
            .map(|c| if left_out(&c) { Candidate { applies: false, why: Why::MissingUser, ..c } } else { c })
            .collect())
    }
}

/// Why the budget would apply, when its scope fits the call.
fn scope_fits(budget: &Budget, call: &Call<'_>) -> Option<Why> {
    let value = budget.scope.dimension.of(call);
    match (budget.scope.dimension, &budget.scope.value) {
        (Dimension::Global, _) => Some(Why::Global),
        (Dimension::User, None) => Some(Why::EveryUser),
        (Dimension::User, Some(own)) => (value == Some(own)).then_some(Why::UserOverride),
        (Dimension::Tier, own) => (value == own.as_deref()).then_some(Why::TierTemplate),
        (_, Some(own)) => (value == Some(own)).then_some(Why::Exact),
        (_, None) => value.map(|_| Why::Any),
    }
}
