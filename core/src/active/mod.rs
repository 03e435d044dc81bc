//! The policy in force, indexed for the life of a call.

mod rule;
mod seats;
mod tiers;

pub(crate) use rule::{Ceiling, Rule, ceilings, threshold};

pub(crate) use seats::{Apart, Lineup, Seat, pattern};
use tiers::Tiers;

use crate::call::Call;
use crate::dimension::Dimension;
use crate::ledger::{Kind, Ledger, NO_OWN};
use crate::map::{Map, Seed, spread};
use crate::names::Names;
use crate::order;
use crate::plan::Plan;
use crate::policy::{Budget, Filter, MissingUser, Policy};
use hashbrown::HashTable;
use smallvec::SmallVec;
use std::sync::Arc;

type List = SmallVec<[u32; 4]>;

/// The budgets of one layer other than the person's.
#[derive(Debug, Clone)]
struct Layer {
    dimension: Dimension,
    exact: Map<Box<str>, List>,
    any: List,
}

/// The budgets of one user.
#[derive(Debug, Clone)]
struct Override {
    hash: u32,
    budgets: SmallVec<[u32; 2]>,
    /// The seats at the user's calls, once there were some.
    apart: Option<Box<Apart>>,
}

/// The policy in force and its indices.
#[derive(Debug, Clone)]
pub(crate) struct Active {
    pub(crate) policy: Arc<Policy>,
    /// Counts the policies of this engine.
    pub(crate) generation: u32,
    pub(crate) rules: Vec<Rule>,
    overrides: Vec<Override>,
    /// The numbers of overrides, by the hash of their user.
    owners: HashTable<u32>,
    tiers: Tiers,
    every_user: List,
    layers: Vec<Layer>,
    global: List,
    /// Where a budget's name stands in this policy.
    positions: Vec<u32>,
    /// The seats at ordinary calls, by tier; the last are those of calls without a known tier. Empty where
    /// calls of this policy are not ordinary.
    pub(crate) lineups: Vec<Lineup>,
    /// How often windows were opened.
    entries: u32,
}

impl Active {
    pub(crate) fn new(
        policy: Arc<Policy>,
        generation: u32,
        ledger: &mut Ledger,
        names: &mut Names,
        seed: &Seed,
    ) -> Active {
        let numbers: Vec<u32> = policy.definitions().iter().map(|d| ledger.definitions.number(d)).collect();
        let mut rules: Vec<Rule> =
            policy.budgets().iter().map(|b| Rule::new(b, &policy, &numbers, names)).collect();
        let mut by_id: Vec<(&str, &mut Rule)> =
            policy.budgets().iter().map(|b| &*b.id).zip(&mut rules).collect();
        order::by(&mut by_id, |a, b| a.0 < b.0);
        for (rank, (_, rule)) in (0_u32..).zip(by_id) {
            rule.rank = rank;
        }
        let mut used: Vec<u32> = policy
            .budgets()
            .iter()
            .zip(&rules)
            .filter(|(b, _)| b.enabled)
            .map(|(_, r)| r.definition)
            .collect();
        order::by(&mut used, |a, b| a < b);
        used.dedup();
        ledger.definitions.activate(&used);
        let layers =
            [Dimension::Org, Dimension::Feature, Dimension::Session, Dimension::Provider, Dimension::Model]
                .map(|dimension| Layer { dimension, exact: seed.map(), any: List::new() });
        let mut active = Active {
            policy: Arc::clone(&policy),
            generation,
            rules,
            overrides: Vec::new(),
            owners: HashTable::new(),
            tiers: Tiers::new(seed),
            every_user: List::new(),
            layers: layers.into(),
            global: List::new(),
            positions: Vec::new(),
            lineups: Vec::new(),
            entries: 0,
        };
        for (number, rule) in (0_u32..).zip(&active.rules) {
            let name = rule.name as usize;
            if active.positions.len() <= name {
                active.positions.resize(name.saturating_add(1), u32::MAX);
            }
            if let Some(place) = active.positions.get_mut(name) {
                *place = number;
            }
        }
        for (number, budget) in (0_u32..).zip(policy.budgets()).filter(|(_, b)| b.enabled) {
            active.file(number, budget, ledger);
        }
        active.layers.retain(|layer| !layer.exact.is_empty() || !layer.any.is_empty());
        active.prepare();
        active.claim(ledger);
        active
    }

    /// Notes in the rows of users with budgets of their own which those are.
    fn claim(&self, ledger: &mut Ledger) {
        for (number, own) in (0_u32..).zip(&self.overrides) {
            self.note(own, number, ledger);
        }
    }

    /// Takes back what [`Active::new`] noted: another policy comes into force.
    pub(crate) fn disclaim(&self, ledger: &mut Ledger) {
        for own in &self.overrides {
            self.note(own, NO_OWN, ledger);
        }
    }

    fn note(&self, own: &Override, number: u32, ledger: &mut Ledger) {
        let Some(user) = owner(&self.policy, own) else { return };
        let row = ledger.subjects.find(Kind::User, user, own.hash).map(|(row, _)| row);
        if let Some(row) = row.and_then(|row| ledger.subjects.row_mut(row)) {
            row.own = number;
        }
    }

    fn file(&mut self, number: u32, budget: &Budget, ledger: &Ledger) {
        match (budget.scope.dimension, &budget.scope.value) {
            (Dimension::User, Some(user)) => {
                let hash = ledger.subjects.hash(Kind::User, user);
                let own = self.own_budgets(user, hash) as usize;
                if let Some(found) = self.overrides.get_mut(own) {
                    return found.budgets.push(number);
                }
                let Ok(new) = u32::try_from(self.overrides.len()) else { return };
                self.overrides.push(Override { hash, budgets: SmallVec::from_iter([number]), apart: None });
                let overrides = &self.overrides;
                let hash_of = |own: &u32| overrides.get(*own as usize).map_or(0, |own| spread(own.hash));
                self.owners.insert_unique(spread(hash), new, hash_of);
            }
            (Dimension::User, None) => self.every_user.push(number),
            (Dimension::Tier, Some(tier)) => self.tiers.push(tier, number),
            (Dimension::Tier, None) | (Dimension::Global, _) => self.global.push(number),
            (dimension, value) => {
                let Some(layer) = self.layers.iter_mut().find(|l| l.dimension == dimension) else { return };
                match value {
                    Some(value) => layer.exact.entry(value.clone()).or_default().push(number),
                    None => layer.any.push(number),
                }
            }
        }
    }

    pub(crate) fn rule(&self, budget: u32) -> Option<&Rule> {
        self.rules.get(budget as usize)
    }

    /// The place of the budget of that name, if this policy has it.
    pub(crate) fn position(&self, name: u32) -> Option<u32> {
        self.positions.get(name as usize).copied().filter(|at| *at != u32::MAX)
    }

    pub(crate) fn budget(&self, budget: u32) -> Option<&Budget> {
        self.policy.budgets().get(budget as usize)
    }

    /// Fills `plan` with the counters a call touches and the budgets that judge them (precedence).
    /// `own` is the number of the user's own budgets.
    #[inline]
    pub(crate) fn plan(&self, call: &Call<'_>, own: u32, plan: &mut Plan) {
        let tier = call.tier.and_then(|tier| self.tiers.get(tier));
        plan.knows_tier = tier.is_some();
        plan.clear();
        self.person(call, own, tier.map_or(&[], |(_, list)| list), plan);
        for layer in &self.layers {
            let Some(value) = layer.dimension.of(call) else { continue };
            let kind = Kind::of(layer.dimension);
            let exact = layer.exact.get(value).map_or(&[][..], |list| list);
            let decided = self.push(exact, kind, true, call, plan);
            self.push(&layer.any, kind, !decided, call, plan);
        }
        self.push(&self.global, Kind::Global, true, call, plan);
        plan.sort();
    }

    /// The number of the budgets of this very user. A user literally called `*` has none: `*` stands for
    /// every user.
    pub(crate) fn own_budgets(&self, user: &str, hash: u32) -> u32 {
        if self.overrides.is_empty() {
            return NO_OWN;
        }
        let is_own = |own: &u32| {
            let own = self.overrides.get(*own as usize).filter(|own| own.hash == hash);
            own.and_then(|own| owner(&self.policy, own)) == Some(user)
        };
        self.owners.find(spread(hash), is_own).copied().unwrap_or(NO_OWN)
    }

    /// The first of override, tier template and every-user budgets that is not empty decides, whole
    /// and alone; the others still count.
    fn person(&self, call: &Call<'_>, own: u32, tier: &[u32], plan: &mut Plan) {
        let kind = match call.user {
            Some(_) => Kind::User,
            None if self.policy.on_missing_user() == MissingUser::None => return,
            None => Kind::Anonymous,
        };
        let own = self.overrides.get(own as usize).map_or(&[][..], |own| &own.budgets);
        let mut decided = self.push(own, kind, true, call, plan);
        decided |= self.push(tier, kind, !decided, call, plan);
        self.push(&self.every_user, kind, !decided, call, plan);
    }

    #[inline]
    fn push(&self, list: &[u32], kind: Kind, decides: bool, call: &Call<'_>, plan: &mut Plan) -> bool {
        let mut any = false;
        for budget in list {
            let Some(rule) = self.rule(*budget) else { continue };
            if !rule.filtered || self.filter(*budget).is_some_and(|f| f.accepts(call)) {
                plan.add(*budget, rule, kind, decides);
                any = true;
            }
        }
        any
    }

    /// Whether the budget counts such a call, deciding or not.
    pub(crate) fn counts(&self, budget: u32, call: &Call<'_>) -> bool {
        let Some(found) = self.budget(budget).filter(|b| b.enabled) else { return false };
        let person = Kind::of(found.scope.dimension) == Kind::User;
        let left_out = person && call.user.is_none() && self.policy.on_missing_user() == MissingUser::None;
        !left_out && found.scope.fits(call) && self.filter(budget).is_some_and(|f| f.accepts(call))
    }

    fn filter(&self, budget: u32) -> Option<&Filter> {
        self.budget(budget).and_then(|b| self.policy.definition(b)).map(|d| &d.filter)
    }
}

fn owner<'p>(policy: &'p Policy, own: &Override) -> Option<&'p str> {
    policy.budgets().get(*own.budgets.first()? as usize)?.scope.value.as_deref()
}
