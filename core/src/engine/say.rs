//! Events with their figures.

use super::Engine;
use crate::call::Call;
use crate::event::{Event, EventKind};
use crate::ledger::{Counter, CounterRef, Reading};
use crate::plan::Line;
use crate::reservation::{Full, Lead};

impl Engine {
    /// An event of a call.
    pub(super) fn call_event(kind: EventKind, at_ms: i64, call: &Call<'_>) -> Event {
        Event {
            user: call.user.map(Into::into),
            tier: call.tier.map(Into::into),
            feature: call.feature.map(Into::into),
            model: call.model.map(Into::into),
            ..Event::new(kind, at_ms)
        }
    }

    /// Adds what a budget shows of the counter in `line`.
    pub(super) fn with_budget(&self, mut event: Event, budget: u32, line: &Line) -> Event {
        if let Some(found) = self.active.budget(budget) {
            event.budget = Some(found.id.clone());
            event.unit = Some(found.unit);
            event.limit = Some(found.limit);
            event.spent = Some(line.reading.spent);
            let now = event.at_ms;
            event.window =
                self.ledger.definitions.get(line.definition).and_then(|w| w.shown(line.window, now));
        }
        event
    }

    /// An event about a reservation's money: it names the budget that its decision named, with the
    /// figures of that counter after the change.
    pub(super) fn money_event(&self, reservation: &Full, kind: EventKind, at_ms: i64) -> Event {
        let call = reservation.attributes.call();
        let mut event = Engine::call_event(kind, at_ms, &call);
        event.model = reservation.attributes.called().map(Into::into);
        let Some(Lead { name, .. }) = reservation.lead else { return event };
        event.budget = Some(self.names.get(name).into());
        let rule = self.active.position(name).and_then(|b| self.active.rule(b));
        if let Some((_, held)) = reservation.lead_counter() {
            event.unit = Some(held.unit);
            // A new policy may have given the id to a budget of another unit: its limit says nothing here.
            event.limit = rule.filter(|rule| rule.unit == held.unit).map(|rule| rule.limit);
            event.spent = Some(self.spent_as_of(held.at, at_ms));
            event.window = self.shown(held.at, at_ms);
        }
        event
    }

    /// What a counter showed as spent at `at_ms`: a hold expires at its own time, however late the
    /// command comes that notices.
    pub(super) fn spent_as_of(&self, at: CounterRef, at_ms: i64) -> i64 {
        let Some((windows, period)) =
            self.ledger.definitions.get(at.definition).and_then(|w| Some((w, w.period()?)))
        else {
            return self.spent(at);
        };
        let live = period.oldest_live(at_ms)..=period.bucket_at(at_ms);
        let counted = self.ledger.counters_of(at.row);
        let counted =
            counted.filter(|c| c.definition == at.definition && live.contains(&windows.bucket(c.window)));
        let spent =
            |c: &Counter| i128::from(self.ledger.reading_at(CounterRef { window: c.window, ..at }).spent);
        Reading::cut(counted.map(spent).sum())
    }

    pub(super) fn shown(&self, at: CounterRef, now: i64) -> Option<crate::window::Span> {
        self.ledger.definitions.get(at.definition).and_then(|w| w.shown(at.window, now))
    }
}
