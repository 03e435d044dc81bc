//! Thresholds: each fires once per counter, budget, percent and window.

use super::Engine;
use crate::action::Action;
use crate::active::{Active, threshold};
use crate::call::Call;
use crate::event::{Event, EventKind};
use crate::ledger::NO_ROW;
use crate::plan::{Plan, Vote};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// The percents that fired, in which window; a rolling window has no number here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    window: u32,
    percents: SmallVec<[u16; 4]>,
    /// Of windows that closed but are still known: a corrected clock may open them again.
    past: Vec<(u32, SmallVec<[u16; 4]>)>,
}

impl Mark {
    fn new(window: u32) -> Mark {
        Mark { window, percents: SmallVec::new(), past: Vec::new() }
    }

    /// Makes `window` the one it is about.
    fn enter(&mut self, window: u32, is_known: impl Fn(u32) -> bool) {
        let left = (self.window, std::mem::take(&mut self.percents));
        self.past.push(left);
        let back = self.past.iter().position(|(past, _)| *past == window);
        self.percents = back.map_or_else(SmallVec::new, |at| self.past.swap_remove(at).1);
        self.past.retain(|(past, percents)| !percents.is_empty() && is_known(*past));
        self.window = window;
    }

    /// What fired in windows that `rename` moves stays fired where they go.
    fn rename(&mut self, rename: impl Fn(u32) -> u32) {
        self.window = rename(self.window);
        let all = std::mem::take(&mut self.past);
        for (window, percents) in all.into_iter().map(|(window, percents)| (rename(window), percents)) {
            if window == self.window {
                self.percents.extend(percents);
            } else if let Some((_, same)) = self.past.iter_mut().find(|(past, _)| *past == window) {
                same.extend(percents);
            } else {
                self.past.push((window, percents));
            }
        }
    }
}

/// What has fired, by row, definition and budget name. Only counters that reached an alert are here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fired {
    marks: BTreeMap<(u32, u32, u32), Mark>,
}

/// Exact where [`threshold`] is cut to the largest amount.
fn is_reached(spent: i64, limit: i64, percent: u16) -> bool {
    spent > 0 && i128::from(spent) * 100 >= i128::from(percent) * i128::from(limit)
}

impl Fired {
    pub(super) fn forget_row(&mut self, row: u32) {
        let gone: Vec<_> =
            self.marks.range((row, 0, 0)..=(row, u32::MAX, u32::MAX)).map(|(key, _)| *key).collect();
        for key in gone {
            self.marks.remove(&key);
        }
    }

    /// The clock was wrong: what fired in windows of the future stays fired in the present one.
    pub(super) fn rename_windows(&mut self, moved: &BTreeMap<(u32, u32), u32>) {
        for ((_, definition, _), mark) in &mut self.marks {
            mark.rename(|window| moved.get(&(*definition, window)).copied().unwrap_or(window));
        }
    }
}

impl Engine {
    /// Fires the thresholds that the readings of `plan` have reached (percents rising, then policy
    /// order), and notes from which amount on a charge has to look again.
    #[cold]
    pub(super) fn fire(&mut self, plan: &mut Plan, call: &Call<'_>, called: Option<&str>, now: i64) {
        for line in &mut plan.lines {
            line.alarm = if line.alarm == 0 { 0 } else { i64::MAX };
        }
        for vote in &plan.votes {
            let Some(line) = plan.lines.get_mut(usize::from(vote.line)).filter(|_| vote.alarm != i64::MAX)
            else {
                continue;
            };
            let next = match self.is_rolling(line.definition) {
                true => 0,
                false => self.next_alarm(vote.budget, line.reading.spent),
            };
            line.alarm = line.alarm.min(next);
        }
        self.fire_slowly(plan, call, called, now);
    }

    fn is_rolling(&self, definition: u32) -> bool {
        self.ledger.definitions.get(definition).is_some_and(|w| w.rolling)
    }

    fn fire_slowly(&mut self, plan: &Plan, call: &Call<'_>, called: Option<&str>, now: i64) {
        self.rearm_rolling(plan);
        let mut due: Vec<(u16, Vote)> = Vec::new();
        for vote in &plan.votes {
            due.extend(self.reached(plan, vote).into_iter().map(|percent| (percent, *vote)));
        }
        crate::order::by(&mut due, |a, b| (a.0, a.1.budget) < (b.0, b.1.budget));
        for (percent, vote) in due {
            let Some(line) = plan.line(&vote) else { continue };
            let event = Event {
                model: called.map(Into::into),
                ..Engine::call_event(EventKind::Threshold, now, call)
            };
            let mut event = self.with_budget(event, vote.budget, line);
            event.percent = Some(percent);
            event.action = Some(self.action_at(vote.budget, percent));
            self.events.push(event);
        }
    }

    /// The percents of a budget that are reached and had not fired; they have now.
    fn reached(&mut self, plan: &Plan, vote: &Vote) -> SmallVec<[u16; 4]> {
        let mut new = SmallVec::new();
        let (Some(budget), Some(rule), Some(line)) =
            (self.active.budget(vote.budget), self.active.rule(vote.budget), plan.line(vote))
        else {
            return new;
        };
        if line.row == NO_ROW || line.reading.spent < rule.alarm {
            return new;
        }
        let window = if self.is_rolling(line.definition) { 0 } else { line.window };
        let mark = self
            .fired
            .marks
            .entry((line.row, line.definition, rule.name))
            .or_insert_with(|| Mark::new(window));
        if mark.window != window {
            let windows = self.ledger.definitions.get(line.definition);
            mark.enter(window, |past| windows.is_some_and(|w| w.span_of(past).is_some()));
        }
        for percent in &budget.alerts {
            let reached = is_reached(line.reading.spent, rule.limit, *percent);
            if reached && !mark.percents.contains(percent) {
                mark.percents.push(*percent);
                new.push(*percent);
            }
        }
        new
    }

    /// A rolling window's threshold fires again after `spent` has fallen below it.
    pub(super) fn rearm_rolling(&mut self, plan: &Plan) {
        for line in &plan.lines {
            if line.row != NO_ROW && self.is_rolling(line.definition) {
                self.rearm(line.row, line.definition, line.reading.spent);
            }
        }
    }

    /// Re-arms what a rolling counter that shows `spent` has fallen below.
    pub(super) fn rearm(&mut self, row: u32, definition: u32, spent: i64) {
        for ((.., name), mark) in
            self.fired.marks.range_mut((row, definition, 0)..=(row, definition, u32::MAX))
        {
            let Some(rule) = self.active.position(*name).and_then(|at| self.active.rule(at)) else {
                continue;
            };
            mark.percents.retain(|percent| is_reached(spent, rule.limit, *percent));
        }
    }

    /// A raised limit puts thresholds above what is spent; they fire again then.
    pub(super) fn rearm_raised(&mut self, before: &Active) {
        let mut marks = std::mem::take(&mut self.fired.marks);
        for ((row, definition, name), mark) in &mut marks {
            let Some(rule) = self.active.position(*name).and_then(|at| self.active.rule(at)) else {
                continue;
            };
            let raised =
                before.position(*name).and_then(|at| before.rule(at)).is_some_and(|b| b.limit < rule.limit);
            let open =
                self.ledger.definitions.get(*definition).is_some_and(|w| w.rolling || w.open == mark.window);
            if !raised || !open {
                continue;
            }
            let spent = self.ledger.reading(*row, *definition).spent;
            let limit = rule.limit;
            mark.percents.retain(|percent| is_reached(spent, limit, *percent));
        }
        marks.retain(|_, mark| !mark.percents.is_empty() || !mark.past.is_empty());
        self.fired.marks = marks;
    }

    fn next_alarm(&self, budget: u32, spent: i64) -> i64 {
        let Some(budget) = self.active.budget(budget) else { return i64::MAX };
        let amounts = budget.alerts.iter().map(|percent| threshold(budget.limit, *percent));
        amounts.filter(|amount| *amount > spent).min().unwrap_or(i64::MAX)
    }

    /// What the budget does to calls at a percent of its limit: its highest step there, else its first.
    fn action_at(&self, budget: u32, percent: u16) -> Action {
        let steps = self.active.budget(budget).map_or(&[][..], |b| &b.steps);
        let step = steps.iter().rev().find(|s| s.at_percent <= percent).or_else(|| steps.first());
        step.map_or(Action::Warn, |s| s.action)
    }

    /// Looks at the thresholds of a call again after its counters were charged.
    pub(super) fn fire_after(&mut self, call: &Call<'_>, called: Option<&str>, now: i64) {
        let mut plan = self.plan(call);
        self.fire(&mut plan, call, called, now);
        self.put_back(plan);
    }

    pub(super) fn has_marks(&self) -> bool {
        !self.fired.marks.is_empty()
    }

    /// The event of a threshold belongs to the console alone when the budget only watches.
    #[must_use]
    pub fn is_silent(event: &Event) -> bool {
        event.action == Some(Action::DryRun) || event.kind == EventKind::DryRun
    }
}
