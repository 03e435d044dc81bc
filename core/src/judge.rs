//! Deciding: from readings and an estimate to an action. Pure arithmetic, no state.

use crate::action::Action;
use crate::active::{Active, Ceiling, Rule};
use crate::amounts::Amounts;
use crate::decision::{BudgetIndex, Reason, Trigger};
use crate::ledger::Reading;
use crate::plan::{Plan, Vote};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// What the budgets say of a call at one price.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// The most severe action, as the steps name it.
    pub(crate) action: Action,
    pub(crate) reason: Reason,
    /// The budget the answer names, by its place among the votes.
    pub(crate) winner: Option<u16>,
    pub(crate) triggered: SmallVec<[Trigger; 1]>,
    /// Whether some counter shows an amount at which a threshold fires.
    pub(crate) loud: bool,
}

/// The highest step that is over: reached already, or passed with this call.
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
    let mut verdict = Verdict {
        action: Action::Allow,
        reason: Reason::NoBudget,
        winner: None,
        triggered: SmallVec::new(),
        loud: false,
    };
    let mut best: Option<(Share, u32)> = None;
    for (place, vote) in plan.votes.iter().enumerate() {
        let Some(line) = plan.line(vote) else { continue };
        let estimate = amounts.get(vote.unit);
        verdict.loud |= line.reading.spent >= vote.alarm;
        let used = line.reading.spent.checked_add(line.reading.held);
        let total = used.and_then(|used| used.checked_add(estimate.unwrap_or(0)));
        // Exact unless a sum leaves `i64`; then, and with a ceiling in reach, the steps are looked at.
        let has_room = match (estimate, used, total) {
            (Some(_), _, Some(total)) => total <= vote.exceeded,
            (None, Some(used), _) => used < vote.reached,
            _ => false,
        };
        let (action, reason) = match has_room {
            true => (Action::Allow, Reason::WithinLimit),
            false => over(active, vote, line.reading, estimate, sibling, &mut verdict.triggered),
        };
        let share = match total.and_then(|total| u64::try_from(total).ok()) {
            Some(used) => Share { used, limit: vote.limit.unsigned_abs() },
            None => Share::new(line.reading, estimate, vote.limit),
        };
        let wins = match &best {
            None => true,
            Some((highest, rank)) => (action.cmp(&verdict.action))
                .then_with(|| share.compare(highest))
                .then_with(|| rank.cmp(&vote.rank))
                .is_gt(),
        };
        if wins {
            (verdict.action, verdict.reason, verdict.winner) = (action, reason, u16::try_from(place).ok());
            best = Some((share, vote.rank));
        }
    }
    verdict
}

/// What a budget does that may have a step over.
#[cold]
fn over(
    active: &Active,
    vote: &Vote,
    reading: Reading,
    estimate: Option<i64>,
    sibling: bool,
    triggered: &mut SmallVec<[Trigger; 1]>,
) -> (Action, Reason) {
    let step = active.rule(vote.budget).and_then(|rule| highest(rule, reading.used(), estimate));
    let Some(step) = step else { return (Action::Allow, Reason::WithinLimit) };
    let action = match step.action {
        Action::Downgrade if !sibling => Action::Warn,
        action => action,
    };
    triggered.push(Trigger { budget: BudgetIndex(vote.budget), action });
    let reached = i128::from(reading.spent) >= step.reached;
    (action, if reached { Reason::LimitReached } else { Reason::WouldExceed })
}

/// Whether a call refused now would pass with nothing in flight: no `block` step over then.
pub(crate) fn fits_alone(active: &Active, plan: &Plan, amounts: &Amounts) -> bool {
    plan.votes.iter().all(|vote| {
        let (Some(rule), Some(line)) = (active.rule(vote.budget), plan.line(vote)) else { return true };
        highest(rule, i128::from(line.reading.spent), amounts.get(rule.unit))
            .is_none_or(|step| step.action != Action::Block)
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
    fn new(reading: Reading, estimate: Option<i64>, limit: i64) -> Share {
        let used = reading.used() + i128::from(estimate.unwrap_or(0));
        Share { used: u64::try_from(used.max(0)).unwrap_or(u64::MAX), limit: limit.unsigned_abs() }
    }

    /// used/limit against the other's; any use of a zero limit is more than any share.
    #[inline]
    fn compare(&self, other: &Share) -> Ordering {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        if self.limit != 0 && other.limit != 0 {
            return product(self.used, other.limit).cmp(&product(other.used, self.limit));
        }
        match (self.limit == 0, other.limit == 0) {
            (false, false) => Ordering::Equal,
            (true, true) => (self.used > 0).cmp(&(other.used > 0)),
            (true, false) if self.used > 0 => Ordering::Greater,
            (false, true) if other.used > 0 => Ordering::Less,
            (true, false) => 0.cmp(&other.used),
            (false, true) => self.used.cmp(&0),
        }
    }
}
