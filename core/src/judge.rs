//! Deciding: from readings and an estimate to an action. Pure arithmetic, no state.

use crate::action::Action;
use crate::active::{Active, Ceiling, ceilings};
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
fn highest(active: &Active, budget: u32, used: i128, estimate: Option<i64>) -> Option<Ceiling> {
    let mut steps = ceilings(active.budget(budget)?).rev();
    match estimate {
        Some(0) => None,
        Some(amount) => steps.find(|ceiling| used + i128::from(amount) > ceiling.exceeded),
        None => steps.find(|ceiling| used >= ceiling.reached),
    }
}

/// Judges every deciding budget at these amounts. Without a `sibling` a `downgrade` acts as `warn`.
#[inline]
pub(crate) fn judge(active: &Active, plan: &Plan, amounts: &Amounts, sibling: bool) -> Verdict {
    // Nearly every call fits everywhere; then only the fullest budget is asked for.
    let mut loud = false;
    let mut winner: Option<usize> = None;
    let (mut fullest, mut rank) = (Share { used: 0, limit: 1 }, u32::MAX);
    for (place, vote) in plan.votes.iter().enumerate() {
        let Some(line) = plan.line(vote) else { continue };
        loud |= line.reading.spent >= vote.alarm;
        let Some(share) = share_with_room(vote, line.reading, amounts.get(vote.unit)) else {
            return weigh(active, plan, amounts, sibling);
        };
        let order = share.compare(&fullest);
        if winner.is_none() || order.is_gt() || (order.is_eq() && vote.rank < rank) {
            (winner, fullest, rank) = (Some(place), share, vote.rank);
        }
    }
    Verdict {
        action: Action::Allow,
        reason: if winner.is_some() { Reason::WithinLimit } else { Reason::NoBudget },
        winner: winner.and_then(|place| u16::try_from(place).ok()),
        triggered: SmallVec::new(),
        loud,
    }
}

/// The share of a budget whose steps are all out of reach; `None` when one may be over, or a sum
/// leaves `i64`.
#[inline]
fn share_with_room(vote: &Vote, reading: Reading, estimate: Option<i64>) -> Option<Share> {
    let used = reading.spent.checked_add(reading.held)?;
    let total = used.checked_add(estimate.unwrap_or(0))?;
    let room = if estimate.is_some() { total <= vote.exceeded } else { used < vote.reached };
    (room && total >= 0).then_some(Share { used: total.cast_unsigned(), limit: vote.limit.cast_unsigned() })
}

/// The same where some step may be over: the most severe action wins, then the fullest budget, then
/// the smallest id.
#[cold]
fn weigh(active: &Active, plan: &Plan, amounts: &Amounts, sibling: bool) -> Verdict {
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
        let (action, reason) = over(active, vote, line.reading, estimate, sibling, &mut verdict.triggered);
        let share = Share::new(line.reading, estimate, vote.limit);
        let wins = best.as_ref().is_none_or(|(highest, rank)| {
            (action.cmp(&verdict.action))
                .then_with(|| share.compare(highest))
                .then_with(|| rank.cmp(&vote.rank))
                .is_gt()
        });
        if wins {
            (verdict.action, verdict.reason, verdict.winner) = (action, reason, u16::try_from(place).ok());
            best = Some((share, vote.rank));
        }
    }
    verdict
}

/// What a budget does that may have a step over.
fn over(
    active: &Active,
    vote: &Vote,
    reading: Reading,
    estimate: Option<i64>,
    sibling: bool,
    triggered: &mut SmallVec<[Trigger; 1]>,
) -> (Action, Reason) {
    let Some(step) = highest(active, vote.budget, reading.used(), estimate) else {
        return (Action::Allow, Reason::WithinLimit);
    };
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
        let Some(line) = plan.line(vote) else { return true };
        highest(active, vote.budget, i128::from(line.reading.spent), amounts.get(vote.unit))
            .is_none_or(|step| step.action != Action::Block)
    })
}

/// How much of its limit a budget has used, this call included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) used: u64,
    pub(crate) limit: u64,
}

impl Share {
    #[inline]
    fn new(reading: Reading, estimate: Option<i64>, limit: i64) -> Share {
        let used = reading.used() + i128::from(estimate.unwrap_or(0));
        Share { used: u64::try_from(used.max(0)).unwrap_or(u64::MAX), limit: limit.unsigned_abs() }
    }

    /// used/limit against the other's; any use of a zero limit is more than any share.
    #[inline(always)]
    pub(crate) fn compare(&self, other: &Share) -> Ordering {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        if self.limit != 0 && other.limit != 0 {
            return product(self.used, other.limit).cmp(&product(other.used, self.limit));
        }
        self.compare_without_limit(other)
    }

    #[cold]
    fn compare_without_limit(&self, other: &Share) -> Ordering {
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
