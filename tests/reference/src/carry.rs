//! Carry-over (§4, R35): a changed definition starts from what the old one holds.

use crate::book::Entry;
use crate::event::About;
use crate::model::Model;
use crate::policy::{Budget, Policy, Which};
use crate::select::{Key, Subject, is_person};
use crate::window::{Window, bucket, bucket_start};

impl Model {
    /// For each budget of the new document, in its order.
    pub(crate) fn carry_over(&mut self, new: &Policy, now: i64) {
        let old = self.policy.clone();
        for budget in new.budgets.iter().filter(|b| b.enabled) {
            let Some(before) = old.budget(&budget.id) else { continue };
            let same_subject = before.scope == budget.scope && before.which == budget.which;
            let same_counter = before.window == budget.window && before.filter == budget.filter;
            if !same_subject || before.unit != budget.unit || same_counter {
                continue;
            }
            if before.window.kind() == budget.window.kind() {
                self.carry(before, budget, now);
            }
            let mut about = named(budget);
            about.window = budget.window.span(now).unwrap_or((now, now));
            self.event("window_changed", now, None, Some(&about), &[]);
            self.unmeasured_event();
        }
    }

    /// Every subject of the old definition that the budget covers.
    fn carry(&mut self, before: &Budget, budget: &Budget, now: i64) {
        let mut keys: Vec<Key> = self.book.entries.iter().map(|e| e.key.clone()).collect();
        keys.sort();
        keys.dedup();
        for old in keys.into_iter().filter(|key| is_of(before, key)) {
            let new = Key { window: budget.window.clone(), filter: budget.filter.clone(), ..old.clone() };
            let target = self.book.read(&new, now);
            // A target already in use keeps its own amount.
            if target.spent != 0 || target.held != 0 {
                continue;
            }
            let open = |e: &&Entry| e.key == old && old.window.counts(now, e.at);
            let copies: Vec<Entry> = self
                .book
                .entries
                .iter()
                .filter(open)
                // Holds come along: the copy has the same reservation, whose end changes both.
                .map(|e| Entry { key: new.clone(), at: moved(&old.window, e.at, now), ..e.clone() })
                .collect();
            self.book.entries.extend(copies);
        }
    }
}

/// A calendar window's amount counts now; a rolling one's by its bucket's last instant.
fn moved(old: &Window, at: i64, now: i64) -> i64 {
    match old {
        Window::Rolling { period } => (bucket_start(bucket(at, *period) + 1, *period) - 1).min(now),
        _ => now,
    }
}

/// Whether a counter is one of a budget's: same definition, and a subject it covers.
fn is_of(budget: &Budget, key: &Key) -> bool {
    let dimension = if is_person(budget) { "user" } else { budget.scope };
    let subject = match (&key.subject, &budget.which) {
        (Subject::Anonymous(id), _) => *id == budget.id,
        (Subject::Named(name), Which::This(value)) if budget.scope != "tier" => name == value,
        (Subject::Named(_) | Subject::Everything, _) => true,
    };
    key.dimension == dimension
        && key.unit == budget.unit
        && key.window == budget.window
        && key.filter == budget.filter
        && subject
}

fn named(budget: &Budget) -> About {
    About {
        budget: budget.id.clone(),
        unit: budget.unit,
        spent: 0,
        limit: Some(budget.limit),
        window: (0, 0),
    }
}

impl Model {
    /// `window_changed` speaks of every subject: it has no `spent`.
    fn unmeasured_event(&mut self) {
        if let Some(event) = self.events.last_mut().and_then(serde_json::Value::as_object_mut) {
            event.remove("spent");
        }
    }
}
