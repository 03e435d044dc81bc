//! One budget, as deciding needs it.

use crate::action::Action;
use crate::ledger::Reading;
use crate::names::Names;
use crate::policy::{Budget, Policy};
use crate::unit::Unit;
use crate::window::Window;

/// One budget, as deciding needs it.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) definition: u32,
    /// The budget's id, in [`Names`].
    pub(crate) name: u32,
    pub(crate) unit: Unit,
    pub(crate) limit: i64,
    /// The lowest ceiling, cut to the largest amount.
    pub(crate) reached: i64,
    pub(crate) exceeded: i64,
    /// The lowest alert in amounts; `i64::MAX` when there is none.
    pub(crate) alarm: i64,
    /// Whether the counter is a rolling one.
    pub(crate) rolling: bool,
    /// Where the id stands among all ids in byte order: ties go to the smallest.
    pub(crate) rank: u32,
    pub(super) filtered: bool,
    pub(crate) can_downgrade: bool,
}

/// One step in amounts, f·L.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ceiling {
    pub(crate) action: Action,
    /// Rounded up: reached from there on.
    pub(crate) reached: i128,
    /// Rounded down: exceeded above it.
    pub(crate) exceeded: i128,
}

/// The steps of a budget as ceilings, rising; never empty.
pub(crate) fn ceilings(budget: &Budget) -> impl DoubleEndedIterator<Item = Ceiling> {
    let limit = i128::from(budget.limit);
    budget.steps.iter().map(move |step| {
        let share = limit.saturating_mul(i128::from(step.at_percent));
        Ceiling { action: step.action, reached: share.saturating_add(99) / 100, exceeded: share / 100 }
    })
}

impl Rule {
    pub(super) fn new(budget: &Budget, policy: &Policy, numbers: &[u32], names: &mut Names) -> Rule {
        let lowest = ceilings(budget).next();
        Rule {
            definition: numbers.get(budget.definition as usize).copied().unwrap_or(u32::MAX),
            name: names.number(&budget.id),
            unit: budget.unit,
            limit: budget.limit,
            reached: lowest.map_or(i64::MAX, |ceiling| Reading::cut(ceiling.reached)),
            exceeded: lowest.map_or(i64::MAX, |ceiling| Reading::cut(ceiling.exceeded)),
            alarm: budget.alerts.first().map_or(i64::MAX, |percent| threshold(budget.limit, *percent)),
            rank: 0,
            rolling: policy.definition(budget).is_some_and(|d| matches!(d.window, Window::Rolling { .. })),
            filtered: policy.definition(budget).is_some_and(|d| !d.filter.is_empty()),
            can_downgrade: budget.steps.iter().any(|s| s.action == Action::Downgrade),
        }
    }
}

/// The amount at which `percent` of `limit` is reached: at least 1, since nothing spent is no alert.
pub(crate) fn threshold(limit: i64, percent: u16) -> i64 {
    let amount = i128::from(limit).saturating_mul(i128::from(percent)).saturating_add(99) / 100;
    i64::try_from(amount).unwrap_or(i64::MAX).max(1)
}
