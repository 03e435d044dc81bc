//! A new policy: accepted or refused whole; counters outlive it.

use super::Engine;
use crate::active::Active;
use crate::error::Error;
use crate::event::{Event, EventKind};
use crate::ledger::{CounterRef, Kind};
use crate::order;
use crate::plan::open;
use crate::policy::{Budget, Policy};
use std::sync::Arc;

impl Engine {
    /// Reads a document and puts it in force. The host's price table is the one of [`super::Options`].
    ///
    /// # Errors
    /// [`Error::InvalidPolicy`] with the path, [`Error::StalePolicy`], [`Error::InvalidTime`]; the policy
    /// in force stays in force then.
    pub fn set_policy_json(&mut self, document: &str, now_ms: i64) -> Result<(), Error> {
        let now = self.tick(now_ms)?;
        match Policy::parse(document, &self.options.prices, now) {
            Ok(policy) => self.set_policy(policy, now_ms),
            Err(error) => Err(self.reject(error, now)),
        }
    }

    /// Puts a policy in force. What is spent and held stays.
    ///
    /// # Errors
    /// [`Error::StalePolicy`] when its version is lower than the one in force, [`Error::InvalidTime`].
    pub fn set_policy(&mut self, policy: Policy, now_ms: i64) -> Result<(), Error> {
        let now = self.tick(now_ms)?;
        let in_force = self.active.policy.version();
        if policy.version() < in_force {
            return Err(self.reject(Error::StalePolicy { offered: policy.version(), in_force }, now));
        }
        for definition in policy.definitions() {
            definition.window.span(now)?;
        }
        let generation = self.active.generation.wrapping_add(1);
        self.active.disclaim(&mut self.ledger);
        let active = Active::new(Arc::new(policy), generation, &mut self.ledger, &mut self.names, &self.seed);
        let before = std::mem::replace(&mut self.active, active);
        self.quiet_until_ms = i64::MIN;
        self.open_windows(now)?;
        self.breakers.replace(before.policy.breakers(), self.active.policy.breakers());
        self.events.push(Event::new(EventKind::PolicyChanged, now));
        self.change_windows(&before, now);
        self.rearm_raised(&before);
        Ok(())
    }

    /// Puts a policy in force together with the host's price table that it was read with; later documents are read
    /// with that one too.
    ///
    /// # Errors
    /// As [`Engine::set_policy`]; the prices stay as they were then.
    pub fn set_policy_and_prices(
        &mut self,
        policy: Policy,
        prices: crate::pricing::PriceBook,
        now_ms: i64,
    ) -> Result<(), Error> {
        self.set_policy(policy, now_ms)?;
        self.options.prices = prices;
        Ok(())
    }

    /// Notes a document that was refused, and hands the error back.
    pub fn reject(&mut self, error: Error, now_ms: i64) -> Error {
        let reason = Some(error.code().into());
        self.events.push(Event { reason, ..Event::new(EventKind::PolicyRejected, now_ms) });
        error
    }

    /// Budgets that keep id, scope and unit but count in another window, or other calls: where the kind
    /// of window stays, the new counters start from the old ones'.
    fn change_windows(&mut self, before: &Active, now: i64) {
        let policy = Arc::clone(&self.active.policy);
        for (number, budget) in (0_u32..).zip(policy.budgets()).filter(|(_, b)| b.enabled) {
            let Some(rule) = self.active.rule(number) else { continue };
            let old = before
                .position(rule.name)
                .and_then(|at| Some((before.budget(at)?, before.rule(at)?.definition)));
            let (to, name) = (rule.definition, rule.name);
            let Some((old, from)) =
                old.filter(|(old, from)| *from != to && old.scope == budget.scope && old.unit == budget.unit)
            else {
                continue;
            };
            let kind = |policy: &Policy, b: &Budget| policy.definition(b).map(|d| d.window.kind());
            if kind(&before.policy, old) == kind(&policy, budget) {
                self.carry(budget, name, from, to);
            }
            let window = self.ledger.definitions.get(to).and_then(|w| w.shown(open(&self.ledger, to), now));
            self.events.push(Event {
                budget: Some(budget.id.clone()),
                unit: Some(budget.unit),
                limit: Some(budget.limit),
                window,
                ..Event::new(EventKind::WindowChanged, now)
            });
        }
    }

    fn carry(&mut self, budget: &Budget, name: u32, from: u32, to: u32) {
        let mut pairs = Vec::new();
        for row in 0..self.ledger.subjects.rows() {
            let Some(subject) = self.ledger.subjects.row(row).filter(|s| !s.is_free()) else { continue };
            let own_name = self.names.get(name);
            let concerned = match subject.kind() {
                Kind::Anonymous | Kind::Overflow => subject.name() == own_name,
                kind => {
                    kind == Kind::of(budget.scope.dimension)
                        && budget.scope.value.as_deref().is_none_or(|value| {
                            // A tier's counters are its users'; any of them may be of this tier.
                            budget.scope.dimension == crate::dimension::Dimension::Tier
                                || value == subject.name()
                        })
                }
            };
            if concerned {
                pairs.extend(self.ledger.carry(row, from, to));
            }
        }
        if pairs.is_empty() {
            return;
        }
        order::by(&mut pairs, |a, b| a.0 < b.0);
        let moved = |from: CounterRef| {
            let place = pairs.binary_search_by_key(&from, |pair| pair.0).ok()?;
            pairs.get(place).map(|pair| pair.1)
        };
        for reservation in self.reservations.all_mut() {
            let twins: Vec<_> = reservation
                .counters
                .iter()
                .filter_map(|held| moved(held.at).map(|at| crate::reservation::Held { at, ..*held }))
                .filter(|twin| !reservation.counters.iter().any(|held| held.at == twin.at))
                .collect();
            reservation.counters.extend(twins);
        }
    }
}
