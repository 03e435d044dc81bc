//! Events with their figures.

use super::Engine;
use crate::call::Call;
use crate::event::{Event, EventKind};
use crate::ledger::CounterRef;
use crate::plan::Line;

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
            event.window = self.ledger.definitions.get(line.definition).and_then(|w| w.shown(line.window, now));
        }
        event
    }

    /// An event about a reservation's money: it names the budget that its decision named, with the
    /// figures of that counter after the change.
    pub(super) fn money_event(&self, slot: u32, kind: EventKind, at_ms: i64) -> Event {
        let Some(reservation) = self.reservations.slot(slot) else { return Event::new(kind, at_ms) };
        let call = reservation.attributes.call();
        let mut event = Engine::call_event(kind, at_ms, &call);
        event.model = reservation.attributes.called().map(Into::into);
        let Some((name, place)) = reservation.lead else { return event };
        event.budget = Some(self.names.get(name).into());
        event.limit = self.active.position(name).and_then(|b| self.active.rule(b)).map(|rule| rule.limit);
        if let Some(held) = reservation.counters.get(usize::from(place)) {
            event.unit = Some(held.unit);
            event.spent = Some(self.spent(held.at));
            event.window = self.shown(held.at, at_ms);
        }
        event
    }

    pub(super) fn shown(&self, at: CounterRef, now: i64) -> Option<crate::window::Span> {
        self.ledger.definitions.get(at.definition).and_then(|w| w.shown(at.window, now))
    }
}
