//! Budgets by tier.

use super::List;
use crate::id::is_same;
use crate::map::{Map, Seed};

/// Budgets by tier, in the order the tiers came. Policies have a handful of tiers, which are compared
/// faster than hashed; only with more is the map asked.
#[derive(Debug, Clone)]
pub(super) struct Tiers {
    lists: Vec<(Box<str>, List)>,
    numbers: Map<Box<str>, usize>,
}

impl Tiers {
    pub(super) fn new(seed: &Seed) -> Tiers {
        Tiers { lists: Vec::new(), numbers: seed.map() }
    }

    /// The lists in their order.
    pub(super) fn lists(&self) -> impl Iterator<Item = &List> {
        self.lists.iter().map(|(_, list)| list)
    }

    /// The number of a tier, in the order they came.
    #[inline(always)]
    pub(super) fn number(&self, tier: &str) -> Option<usize> {
        match self.lists.len() {
            0..=8 => self.lists.iter().position(|(name, _)| is_same(name.as_bytes(), tier.as_bytes())),
            _ => self.numbers.get(tier).copied(),
        }
    }

    #[inline]
    pub(super) fn get(&self, tier: &str) -> Option<(usize, &List)> {
        let number = self.number(tier)?;
        self.lists.get(number).map(|(_, list)| (number, list))
    }

    pub(super) fn push(&mut self, tier: &str, budget: u32) {
        let next = self.lists.len();
        let number = *self.numbers.entry(tier.into()).or_insert(next);
        if number == next {
            self.lists.push((tier.into(), List::new()));
        }
        if let Some((_, list)) = self.lists.get_mut(number) {
            list.push(budget);
        }
    }
}
