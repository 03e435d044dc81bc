//! The sums of a group of calls: all of them, a tier's, a feature's, a model's.

use spendgate_core::action::Action;

use crate::gate::{Used, Verdict};

/// Sums, money in nano-dollars. Sums are wide: no log is long enough to overflow them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) calls: u64,
    pub(crate) spent: i128,
    pub(crate) requested: i128,
    pub(crate) at_risk: i128,
    pub(crate) input_tokens: i128,
    pub(crate) output_tokens: i128,
    pub(crate) blocked: u64,
    pub(crate) warned: u64,
    pub(crate) dry_run: u64,
    pub(crate) downgraded: u64,
    pub(crate) unpriced: u64,
}

impl Group {
    #[inline]
    pub(crate) fn add(&mut self, used: &Used, verdict: &Verdict) {
        self.calls += 1;
        match (verdict.spent, verdict.requested) {
            (Some(spent), Some(requested)) => {
                self.spent += i128::from(spent);
                self.requested += i128::from(requested);
            }
            // Without a price at the model asked for, the call counts as costing what it cost.
            (Some(spent), None) => {
                self.spent += i128::from(spent);
                self.requested += i128::from(spent);
                self.unpriced += 1;
            }
            (None, _) => self.unpriced += 1,
        }
        self.at_risk += i128::from(verdict.at_risk);
        self.input_tokens += i128::from(used.input_tokens.unwrap_or(0));
        self.output_tokens += i128::from(used.output_tokens.unwrap_or(0));
        match verdict.decision.action {
            Action::Allow => {}
            Action::DryRun => self.dry_run += 1,
            Action::Warn => self.warned += 1,
            Action::Downgrade => self.downgraded += 1,
            Action::Block => self.blocked += 1,
        }
    }
}

/// The group with that number, made when it is new.
#[inline]
pub(crate) fn at(groups: &mut Vec<Group>, number: usize) -> &mut Group {
    if groups.len() <= number {
        groups.resize(number + 1, Group::default());
    }
    // The vector was just made long enough; the fallback never runs.
    let last = groups.len().saturating_sub(1);
    #[expect(clippy::indexing_slicing, reason = "number < len by the line above")]
    &mut groups[number.min(last)]
}
