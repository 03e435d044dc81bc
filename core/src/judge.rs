//! Deciding: from readings and an estimate to an action. Pure arithmetic, no state.

use crate::action::Action;
use crate::active::{Active, Ceiling, Rule};
use crate::amounts::Amounts;
use crate::decision::{BudgetIndex, Reason, Trigger};
use crate::plan::{Plan, Vote};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// What the budgets say of a call at one price.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// The most severe action, as the steps name it.
    pub(crate) action: Action,
    pub(crate) reason: Reason,
    /// The budget the answer names.
    pub(crate) winner: Option<Vote>,
    pub(crate) triggered: SmallVec<[Trigger; 1]>,
}

/// The highest step that is over: reached already, or passed with this call.
#[inline]
fn highest(rule: &Rule, used: i128, estimate: Option<i64>) -> Option<&Ceiling> {
    match estimate {
        Some(0) => None,
        Some(amount) => {
            let total = used + i128::from(amount);
            rule.ceilings.iter().rev().find(|ceiling| total > ceiling.exceeded)
        }
        None => rule.ceilings.iter().rev().find(|ceiling| used >= ceiling.reached),
    }
}

/// Judges every deciding budget at these amounts. Without a `sibling` a `downgrade` acts as `warn`.
#[inline]
pub(crate) fn judge(active: &Active, plan: &Plan, amounts: &Amounts, sibling: bool) -> Verdict {
    let mut verdict =
        Verdict { action: Action::Allow, reason: Reason::NoBudget, winner: None, triggered: SmallVec::new() };
    let mut best: Option<(Action, Share, u32)> = None;
    for vote in &plan.votes {
        let (Some(rule), Some(line)) = (active.rule(vote.budget), plan.line(*vote)) else { continue };
        let estimate = amounts.get(rule.unit);
        let used = line.reading.used();
        let step = highest(rule, used, estimate);
        let action = match step.map(|s| s.action) {
            Some(Action::Downgrade) if !sibling => Action::Warn,
            Some(action) => action,
            None => Action::Allow,
        };
        if step.is_some() {
            verdict.triggered.push(Trigger { budget: BudgetIndex(vote.budget), action });
        }
        let share = Share::new(used, estimate, rule.limit);
        let wins = best.as_ref().is_none_or(|(severest, highest, winner)| {
            let smaller_id = || active.budget(*winner).map(|b| &b.id).cmp(&active.budget(vote.budget).map(|b| &b.id));
            action.cmp(severest).then_with(|| share.compare(highest)).then_with(smaller_id) == Ordering::Greater
        });
        if wins {
            verdict.action = action;
            verdict.winner = Some(*vote);
            verdict.reason = match step {
                None => Reason::WithinLimit,
                Some(ceiling) if i128::from(line.reading.spent) >= ceiling.reached => Reason::LimitReached,
                Some(_) => Reason::WouldExceed,
            };
            best = Some((action, share, vote.budget));
        }
    }
    verdict
}

/// Whether a call refused now would pass with nothing in flight: no `block` step over then.
pub(crate) fn fits_alone(active: &Active, plan: &Plan, amounts: &Amounts) -> bool {
    plan.votes.iter().all(|vote| {
        let (Some(rule), Some(line)) = (active.rule(vote.budget), plan.line(*vote)) else { return true };
        highest(rule, i128::from(line.reading.spent), amounts.get(rule.unit)).is_none_or(|step| step.action != Action::Block)
    })
}

/// How much of its limit a budget has used, this call included.
#[derive(Debug, Clone, Copy)]
struct Share {
    used: u64,
    limit: u64,
}

impl Share {
    #[inline]
    fn new(used: i128, estimate: Option<i64>, limit: i64) -> Share {
        let used = used + i128::from(estimate.unwrap_or(0));
        Share { used: u64::try_from(used.max(0)).unwrap_or(u64::MAX), limit: limit.unsigned_abs() }
    }

    /// used/limit against the other's; any use of a zero limit is more than any share.
    #[inline]
    fn compare(&self, other: &Share) -> Ordering {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        match (self.limit == 0, other.limit == 0) {
            (false, false) => product(self.used, other.limit).cmp(&product(other.used, self.limit)),
            (true, true) => (self.used > 0).cmp(&(other.used > 0)),
            (true, false) if self.used > 0 => Ordering::Greater,
            (false, true) if other.used > 0 => Ordering::Less,
            (true, false) => 0.cmp(&other.used),
            (false, true) => self.used.cmp(&0),
        }
    }
}
