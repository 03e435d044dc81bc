//! Charges without a reservation, and corrections by an operator.

use super::Engine;
use super::check::check;
use crate::amounts::Amounts;
use crate::breaker::Sample;
use crate::call::{Actual, Call};
use crate::error::Error;
use crate::event::EventKind;
use crate::ledger::{CounterRef, Kind};
use crate::plan::{self, Line, Plan, open};
use crate::unit::Unit;

impl Engine {
    /// Charges what a call used, without a reservation: imports, providers that report late. Counts no
    /// request. Returns the nano-dollars charged; `None` when they are not known.
    ///
    /// # Errors
    /// [`Error::InvalidTime`], [`Error::InvalidId`], [`Error::InvalidAmount`].
    pub fn record(&mut self, call: &Call<'_>, actual: &Actual, now_ms: i64) -> Result<Option<i64>, Error> {
        let now = self.tick(now_ms)?;
        check(call)?;
        let (mut charge, unknown) = if actual.bad {
            let (expected, _) = if call.estimate.is_none() {
                (Amounts::default(), super::price::Priced::Yes)
            } else {
                self.expected(call, now)
            };
            (expected, false)
        } else {
            self.used(actual, call.provider, call.model, now)
        };
        charge.set(Unit::Requests, None);
        let mut plan = self.plan(call);
        self.rearm_rolling(&plan);
        if actual.bad {
            self.events.push(Engine::call_event(EventKind::BadUsage, now, call));
        }
        if unknown {
            self.events.push(Engine::call_event(EventKind::Unpriced, now, call));
        }
        self.note_overflow(&plan, call, now);
        plan::write(&mut plan, &mut self.ledger, call, &self.active, &self.names, &charge, true);
        self.put_back(plan);
        self.count_record(call, &charge);
        self.fire_after(call, call.model, now);
        let sample = Sample { spent: charge.or_zero(Unit::Usd), ..Sample::default() };
        self.measure(call, call.model, None, sample, true, now);
        Ok(charge.get(Unit::Usd))
    }

    /// Adds `by` (which may be negative) to what the budget's counter for this call shows as spent, in
    /// its open window: the one way, with a late end, in which it falls. `why` stands in the event.
    /// Returns what is spent then, in nano-dollars or whole pieces.
    ///
    /// # Errors
    /// [`Error::UnknownBudget`]; [`Error::InvalidAmount`] when it would fall below zero;
    /// [`Error::InvalidCall`] when the budget does not count this call; [`Error::InvalidId`],
    /// [`Error::InvalidTime`].
    pub fn adjust(
        &mut self,
        budget: &str,
        call: &Call<'_>,
        by: i64,
        why: Option<&str>,
        now_ms: i64,
    ) -> Result<i64, Error> {
        let now = self.tick(now_ms)?;
        check(call)?;
        let found = self.active.policy.budgets().iter().position(|b| &*b.id == budget);
        let position = found
            .and_then(|at| u32::try_from(at).ok())
            .ok_or_else(|| Error::UnknownBudget { id: budget.to_owned() })?;
        let mut plan = self.plan_of_budget(position, call).ok_or_else(|| Error::InvalidCall {
            path: "adjust".to_owned(),
            message: format!("`{budget}` does not count such a call"),
        })?;
        let Some(line) = plan.lines.first_mut() else {
            return Err(Error::UnknownBudget { id: budget.to_owned() });
        };
        let after = i128::from(line.reading.spent) + i128::from(by);
        if after < 0 {
            return Err(Error::InvalidAmount {
                path: "by".to_owned(),
                message: "takes more than what is spent".to_owned(),
            });
        }
        if by != 0 {
            line.row = plan::row_or_insert(line, &mut self.ledger, call, &self.active, &self.names);
            if self.ledger.definitions.get(line.definition).is_some_and(|w| w.rolling) {
                self.rearm(line.row, line.definition, line.reading.spent);
            }
            self.adjust_counter(line.row, line.definition, by);
        }
        line.reading = self.ledger.reading(line.row, line.definition);
        let (spent, unit) = (line.reading.spent, line.unit);
        let mut event = self.with_budget(Engine::call_event(EventKind::Adjusted, now, call), position, line);
        event.amount = event.unit.map(|unit| (by, unit));
        event.reason = why.map(Into::into);
        self.events.push(event);
        if unit == Unit::Usd {
            self.count_adjusted(call, by);
        }
        Ok(spent)
    }

    /// In a rolling window a deduction takes from the newest buckets first.
    fn adjust_counter(&mut self, row: u32, definition: u32, by: i64) {
        let window = open(&self.ledger, definition);
        let mut left = i128::from(by);
        if left < 0 {
            for at in self.ledger.live(row, definition) {
                let spent = i128::from(self.ledger.reading_at(at).spent);
                let part = left.max(spent.saturating_neg());
                self.ledger.add(at, part, 0, 1);
                left = left.saturating_sub(part);
            }
        } else {
            self.ledger.add(CounterRef { row, definition, window }, left, 0, 1);
        }
    }

    /// The one counter that `budget` has for this call, as a plan; `None` when it does not count it.
    pub(super) fn plan_of_budget(&self, budget: u32, call: &Call<'_>) -> Option<Plan> {
        let rule = self.active.rule(budget).filter(|_| self.active.counts(budget, call))?;
        let kind = match Kind::of(self.active.budget(budget)?.scope.dimension) {
            Kind::User if call.user.is_none() => Kind::Anonymous,
            kind => kind,
        };
        let (user, _) = plan::user_of(call, &self.ledger, &self.active);
        let mut plan = Plan::of(user);
        plan.add(budget, rule, kind, true);
        plan::read(&mut plan, &self.ledger, call, &self.active, &self.names, self.options.max_counters);
        Some(plan)
    }

    /// The limit of the budget `id` and its counter for this call.
    pub(super) fn plan_of_one(&self, id: &str, call: &Call<'_>) -> Option<(i64, Line)> {
        let position = self.active.policy.budgets().iter().position(|b| &*b.id == id)?;
        let position = u32::try_from(position).ok()?;
        let plan = self.plan_of_budget(position, call)?;
        Some((self.active.rule(position)?.limit, *plan.lines.first()?))
    }
}
