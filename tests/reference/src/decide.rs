//! Deciding (§6): judge every budget of the winning set, then let the most severe win.

use crate::amount::Amounts;
use crate::book::{Book, Reading};
use crate::call::Call;
use crate::policy::{Action, Budget};
use crate::select::{Key, key};
use std::cmp::Ordering;

/// One budget judged at one price.
#[derive(Debug, Clone)]
pub(crate) struct Judged<'a> {
    pub(crate) budget: &'a Budget,
    pub(crate) key: Key,
    pub(crate) reading: Reading,
    pub(crate) estimate: Option<i128>,
    /// The highest step that is over.
    pub(crate) over: Option<(i128, Action)>,
}

/// §6: over(f) := spent + held >= f·L or spent + held + estimate > f·L; an explicit estimate of 0
/// passes, and without one only the first half counts.
fn is_over(used: i128, estimate: Option<i128>, limit: i128, percent: i128) -> bool {
    match estimate {
        Some(0) => false,
        None => used * 100 >= percent * limit,
        Some(estimate) => used * 100 >= percent * limit || (used + estimate) * 100 > percent * limit,
    }
}

/// Judges the budgets at the given amounts.
pub(crate) fn judge<'a>(
    book: &Book,
    budgets: &[&'a Budget],
    call: &Call,
    amounts: &Amounts,
    now: i64,
) -> Vec<Judged<'a>> {
    budgets
        .iter()
        .map(|budget| {
            let key = key(budget, call);
            let reading = book.read(&key, now);
            let estimate = amounts.get(budget.unit).copied();
            let used = reading.spent + reading.held;
            let over =
                budget.steps.iter().rev().find(|(p, _)| is_over(used, estimate, budget.limit, *p)).copied();
            Judged { budget, key, reading, estimate, over }
        })
        .collect()
}

/// §6: a downgrade step without a usable sibling acts as `warn` (R12).
pub(crate) fn downgrade_as_warn(judged: &mut [Judged<'_>]) {
    for one in judged {
        if let Some((_, action @ Action::Downgrade)) = &mut one.over {
            *action = Action::Warn;
        }
    }
}

impl Judged<'_> {
    /// The action of the highest step over.
    pub(crate) fn action(&self) -> Option<Action> {
        self.over.map(|(_, action)| action)
    }

    /// R12: `limit_reached` when spent alone is at the step, else `would_exceed`.
    pub(crate) fn reason(&self) -> &'static str {
        match self.over {
            None => "within_limit",
            Some((percent, _)) if self.reading.spent * 100 >= percent * self.budget.limit => "limit_reached",
            Some(_) => "would_exceed",
        }
    }

    /// R13: no block step would be over with nothing held.
    pub(crate) fn passes_unheld(&self) -> bool {
        let blocks = self.budget.steps.iter().filter(|(_, action)| *action == Action::Block);
        let mut over =
            blocks.filter(|(p, _)| is_over(self.reading.spent, self.estimate, self.budget.limit, *p));
        over.next().is_none()
    }

    /// The share of the limit used, estimate included, compared exactly; any use of a zero limit
    /// is infinite.
    fn compare_share(&self, other: &Self) -> Ordering {
        let used = |j: &Self| j.reading.spent + j.reading.held + j.estimate.unwrap_or(0);
        let (a, b) = (used(self), used(other));
        let (l, m) = (self.budget.limit, other.budget.limit);
        match (l == 0, m == 0) {
            (true, true) => (a > 0).cmp(&(b > 0)),
            (true, false) => {
                if a > 0 {
                    Ordering::Greater
                } else {
                    0.cmp(&b)
                }
            }
            (false, true) => {
                if b > 0 {
                    Ordering::Less
                } else {
                    a.cmp(&0)
                }
            }
            // a/l against b/m by whole part, then by remainder: the products stay small.
            (false, false) => {
                (a.div_euclid(l), a.rem_euclid(l) * m).cmp(&(b.div_euclid(m), b.rem_euclid(m) * l))
            }
        }
    }
}

/// §6: the most severe; ties go to the highest share, then to the smallest id.
pub(crate) fn most_severe<'j, 'a>(judged: &'j [Judged<'a>]) -> Option<&'j Judged<'a>> {
    judged.iter().max_by(|a, b| {
        let severity = a.action().cmp(&b.action());
        severity.then_with(|| a.compare_share(b)).then_with(|| b.budget.id.cmp(&a.budget.id))
    })
}
