//! Thresholds (§8, R23): once per counter, budget, percent and window.

use crate::call::Call;
use crate::event::About;
use crate::model::Model;
use crate::policy::Policy;
use crate::select::{Key, key, winning};
use crate::window::Window;
use serde_json::json;

/// A threshold that has fired. Its value in the map is the limit it was last judged by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fired {
    pub(crate) counter: Key,
    pub(crate) budget: String,
    /// The start of the window; 0 for a rolling one, which re-arms by its readings instead.
    pub(crate) window: i64,
    pub(crate) percent: i128,
}

/// §8: `spent ≥ percent × limit`, and above zero.
fn is_reached(spent: i128, percent: i128, limit: i128) -> bool {
    spent > 0 && spent * 100 >= percent * limit
}

impl Model {
    /// Fires what the winning set of a call has reached, rising in percent, then policy order.
    pub(crate) fn thresholds(&mut self, call: &Call, model: Option<&str>, now: i64) {
        let policy = self.policy.clone();
        let mut reached = Vec::new();
        for (order, budget) in winning(&policy, call).into_iter().enumerate() {
            let counter = key(budget, call);
            let reading = self.book.read(&counter, now);
            for percent in &budget.alerts {
                if !is_reached(reading.spent, *percent, budget.limit) {
                    continue;
                }
                let rolling = matches!(counter.window, Window::Rolling { .. });
                let fired = Fired {
                    counter: counter.clone(),
                    budget: budget.id.clone(),
                    window: if rolling { 0 } else { reading.start },
                    percent: *percent,
                };
                if self.fired.insert(fired, budget.limit).is_none() {
                    reached.push((*percent, order, budget, reading));
                }
            }
        }
        reached.sort_by_key(|(percent, order, ..)| (*percent, *order));
        for (percent, _, budget, reading) in reached {
            let about = About {
                budget: budget.id.clone(),
                unit: budget.unit,
                spent: reading.spent,
                limit: Some(budget.limit),
                window: (reading.start, reading.end),
            };
            // The highest step at or below the percent, else the first.
            let below = budget.steps.iter().rev().find(|(at, _)| *at <= percent);
            let action = below.or(budget.steps.first()).map(|(_, action)| action.name());
            let more = [("percent", json!(percent)), ("action", json!(action))];
            self.event("threshold", now, Some((call, model)), Some(&about), &more);
        }
    }

    /// §11: a rolling window's threshold re-arms when `spent` falls below it.
    pub(crate) fn rearm_rolling(&mut self, now: i64) {
        let Model { fired, book, policy, .. } = self;
        fired.retain(|key, limit| {
            let limit = policy.budget(&key.budget).map_or(*limit, |b| b.limit);
            let rolling = matches!(key.counter.window, Window::Rolling { .. });
            !rolling || is_reached(book.read(&key.counter, now).spent, key.percent, limit)
        });
    }

    /// §8: re-arms when a raised limit puts the threshold above `spent` again.
    pub(crate) fn rearm_raised(&mut self, new: &Policy, now: i64) {
        let book = &self.book;
        self.fired.retain(|key, limit| {
            let Some(budget) = new.budget(&key.budget) else { return true };
            let raised = budget.limit > *limit;
            *limit = budget.limit;
            !raised || is_reached(book.read(&key.counter, now).spent, key.percent, budget.limit)
        });
    }
}
