//! The events of a decision.

use super::Engine;
use crate::action::Action;
use crate::call::Call;
use crate::decision::{BudgetIndex, Decision};
use crate::event::{Event, EventKind};
use crate::ledger::{Kind, NO_ROW};
use crate::plan::{Plan, Vote};

impl Engine {
    /// New subjects beyond the bound share one counter per budget; the first to come there says so.
    pub(super) fn note_overflow(&mut self, plan: &Plan, call: &Call<'_>, now: i64) {
        if self.ledger.counters < self.options.max_counters {
            return;
        }
        for line in plan.lines.iter().filter(|l| l.kind == Kind::Overflow && l.row == NO_ROW) {
            let event = Engine::call_event(EventKind::Overflow, now, call);
            let event = self.with_budget(event, line.budget, line);
            self.events.push(event);
        }
    }

    /// The events of a decision that is not a plain yes: other budgets' warnings, then its own.
    #[cold]
    pub(super) fn announce(&mut self, call: &Call<'_>, plan: &Plan, decision: &Decision, now: i64) {
        let named = decision.figures.map(|f| f.budget);
        let mut others: Vec<(&str, EventKind, Vote)> = Vec::new();
        if decision.allowed {
            for trigger in decision.triggered.iter().filter(|t| Some(t.budget) != named) {
                let kind = match trigger.action {
                    Action::Warn => EventKind::Warned,
                    Action::DryRun => EventKind::DryRun,
                    _ => continue,
                };
                let vote = plan.votes.iter().find(|v| v.budget == trigger.budget.0);
                let id = self.active.budget(trigger.budget.0).map_or("", |b| &*b.id);
                others.extend(vote.map(|v| (id, kind, *v)));
            }
        }
        crate::order::by(&mut others, |a, b| a.0 < b.0);
        let own = match decision.action {
            Action::Block => EventKind::Blocked,
            Action::Downgrade => EventKind::Downgraded,
            Action::Warn => EventKind::Warned,
            Action::DryRun | Action::Allow => EventKind::DryRun,
        };
        let vote = plan.votes.iter().find(|v| Some(BudgetIndex(v.budget)) == named).copied();
        let events: Vec<Event> = others
            .into_iter()
            .map(|(_, kind, vote)| (kind, Some(vote)))
            .chain([(own, vote)])
            .map(|(kind, vote)| self.decision_event(kind, call, plan, vote, decision, now))
            .collect();
        for event in events {
            self.events.push(event);
        }
    }

    fn decision_event(
        &self,
        kind: EventKind,
        call: &Call<'_>,
        plan: &Plan,
        vote: Option<Vote>,
        decision: &Decision,
        now: i64,
    ) -> Event {
        let mut event = Engine::call_event(kind, now, call);
        if decision.downgraded {
            event.model = self.model(call, decision).map(Into::into);
            event.requested_model = call.model.map(Into::into);
        }
        if kind == EventKind::Blocked {
            event.reason = Some(decision.reason.as_str().into());
        }
        match vote.and_then(|v| Some((v, plan.line(&v)?))) {
            Some((vote, line)) => self.with_budget(event, vote.budget, line),
            None => event,
        }
    }
}
