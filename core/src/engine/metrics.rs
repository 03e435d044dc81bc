//! The state in numbers, for a monitoring system: nothing about single users.

use super::Engine;
use crate::action::Action;
use crate::call::Call;
use crate::decision::Reason;
use crate::dimension::Dimension;
use crate::error::Error;
use crate::ledger::{Kind, Reading};
use crate::plan::{self, Plan};
use crate::policy::Budget;
use crate::unit::Unit;

/// A budget with one single counter, in nano-dollars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetGauge {
    /// The budget's id.
    pub budget: Box<str>,
    /// The limit.
    pub limit: i64,
    /// Limit less spent less held, never below 0.
    pub remaining: i64,
}

/// Decisions and sums since the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Decisions by action and reason, those that came.
    pub decisions: Vec<(Action, Reason, u64)>,
    /// Nano-dollars charged.
    pub spent: i64,
    /// Tokens sent.
    pub input_tokens: i64,
    /// Tokens received.
    pub output_tokens: i64,
}

/// What [`Engine::metrics`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// `None` where [`super::Options::report_rows`] is 0.
    pub counts: Option<Counts>,
    /// Budgets in USD that are about everything, or about one value that is no user, in policy order.
    pub budgets: Vec<BudgetGauge>,
    /// Holds that neither ended nor expired.
    pub open_reservations: u64,
    /// Events that were lost because nobody took them.
    pub dropped_events: u64,
    /// For each breaker of the policy, how many of its circuits are not closed; 1 when it was opened by hand for all.
    pub open_breakers: Vec<(Box<str>, u64)>,
}

impl Engine {
    /// The state in numbers.
    ///
    /// # Errors
    /// [`Error::InvalidTime`].
    pub fn metrics(&mut self, now_ms: i64) -> Result<Metrics, Error> {
        self.tick(now_ms)?;
        let counts = self.totals.as_ref().map(|totals| {
            let mut decisions = Vec::new();
            let mut counts = totals.decisions.iter();
            for action in Action::ALL {
                for reason in Reason::ALL {
                    if let Some(count @ 1..) = counts.next() {
                        decisions.push((action, reason, *count));
                    }
                }
            }
            Counts {
                decisions,
                spent: Reading::cut(totals.all.spent),
                input_tokens: Reading::cut(totals.all.input_tokens),
                output_tokens: Reading::cut(totals.all.output_tokens),
            }
        });
        let budgets = (0_u32..).zip(self.active.policy.budgets()).filter_map(|(at, b)| self.gauge(at, b));
        let breakers = self.active.policy.breakers().iter();
        Ok(Metrics {
            counts,
            budgets: budgets.collect(),
            open_breakers: breakers.map(|b| (b.id.clone(), self.breakers.open_circuits(&b.id))).collect(),
            open_reservations: self.reservations.held(),
            dropped_events: self.events.dropped(),
        })
    }

    fn gauge(&self, position: u32, budget: &Budget) -> Option<BudgetGauge> {
        let value = budget.scope.value.as_deref();
        let is_single = match budget.scope.dimension {
            Dimension::User | Dimension::Tier => false,
            Dimension::Global => true,
            _ => value.is_some(),
        };
        if !(is_single && budget.enabled && budget.unit == Unit::Usd) {
            return None;
        }
        let mut call = Call::default();
        match budget.scope.dimension {
            Dimension::Org => call.org = value,
            Dimension::Feature => call.feature = value,
            Dimension::Session => call.session = value,
            Dimension::Provider => call.provider = value,
            Dimension::Model => call.model = value,
            Dimension::User | Dimension::Tier | Dimension::Global => {}
        }
        let mut plan = Plan::of(crate::ledger::NO_ROW);
        plan.add(position, self.active.rule(position)?, Kind::of(budget.scope.dimension), true);
        plan::read(&mut plan, &self.ledger, &call, &self.active, &self.names, self.options.max_counters);
        let left = i128::from(budget.limit) - plan.lines.first()?.reading.used();
        Some(BudgetGauge {
            budget: budget.id.clone(),
            limit: budget.limit,
            remaining: Reading::cut(left.max(0)),
        })
    }
}
