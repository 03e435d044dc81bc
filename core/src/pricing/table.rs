//! The built-in table in memory: models, their names, and their prices by date.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::pricing::names::Tail;
use crate::pricing::rates::Rates;
use crate::pricing::usage::ServiceTier;

/// Milliseconds in a minute and in a day.
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;

/// A price that holds from one instant on, or in some hours of each day.
#[derive(Debug, Default)]
pub(crate) struct Period {
    /// The first millisecond it holds.
    pub(crate) from_ms: i64,
    /// First and last (excluded) minute of the UTC day.
    pub(crate) hours: Option<(i64, i64)>,
    pub(crate) standard: Rates,
    /// Batch, flex and priority, where they differ from the standard.
    pub(crate) variants: Vec<(ServiceTier, Rates)>,
}

impl Period {
    fn holds(&self, at_ms: i64) -> bool {
        at_ms >= self.from_ms
            && self.hours.is_none_or(|(start, end)| {
                let minute = at_ms.rem_euclid(DAY_MS) / MINUTE_MS;
                if start <= end { start <= minute && minute < end } else { minute >= start || minute < end }
            })
    }

    fn rates(&self, tier: ServiceTier) -> &Rates {
        self.variants.iter().find(|(t, _)| *t == tier).map_or(&self.standard, |(_, r)| r)
    }
}

/// One model of one provider.
#[derive(Debug)]
pub(crate) struct Model {
    /// The provider's own id of it.
    pub(crate) name: &'static str,
    /// Index into [`Table::providers`].
    pub(crate) provider: u8,
    /// In order of precedence: the last that holds counts, else the first.
    pub(crate) periods: Vec<Period>,
}

impl Model {
    /// The rates at a time under a price list.
    #[inline]
    pub(crate) fn rates(&self, at_ms: i64, tier: ServiceTier) -> Option<&Rates> {
        if let [only] = self.periods.as_slice() {
            return Some(only.rates(tier));
        }
        let period = self.periods.iter().rev().find(|p| p.holds(at_ms)).or_else(|| self.periods.first());
        period.map(|p| p.rates(tier))
    }
}

/// One provider.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    /// Whose prices count for a model it resells and does not list itself.
    pub(crate) fallbacks: Vec<&'static str>,
}

/// One name of one model; names that several providers use are chained in look-up order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    pub(crate) model: u32,
    pub(crate) provider: u8,
    pub(crate) tail: Tail,
    next: Option<u32>,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) source: &'static str,
    pub(crate) providers: Vec<Provider>,
    pub(crate) models: Vec<Model>,
    names: Vec<Name>,
    /// First and last link of each name's chain. Only ever asked for one key: no order leaks.
    index: HashMap<&'static str, (u32, u32), FixedState>,
}

impl Table {
    /// An empty table with room for `names` names.
    pub(crate) fn with_capacity(names: usize) -> Table {
        Table {
            source: "",
            providers: Vec::new(),
            models: Vec::new(),
            names: Vec::with_capacity(names),
            index: HashMap::with_capacity_and_hasher(names, FixedState::with_seed(0)),
        }
    }

    /// Adds a lower-case name of the model that was pushed last.
    pub(crate) fn push_name(&mut self, name: &'static str, tail: Tail) {
        let (Ok(link), Ok(models)) = (u32::try_from(self.names.len()), u32::try_from(self.models.len()))
        else {
            return;
        };
        let Some(provider) = self.models.last().map(|m| m.provider) else { return };
        self.names.push(Name { model: models.saturating_sub(1), provider, tail, next: None });
        let chain = self.index.entry(name).or_insert((link, link));
        if chain.1 != link {
            if let Some(last) = usize::try_from(chain.1).ok().and_then(|i| self.names.get_mut(i)) {
                last.next = Some(link);
            }
            chain.1 = link;
        }
    }

    /// The models of that lower-case name, in look-up order of their providers.
    pub(crate) fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Name> {
        let get = |link: u32| usize::try_from(link).ok().and_then(|i| self.names.get(i));
        let first = self.index.get(name).and_then(|(first, _)| get(*first));
        std::iter::successors(first, move |n| n.next.and_then(get))
    }

    /// The model at an index.
    #[inline]
    pub(crate) fn model(&self, index: u32) -> Option<&Model> {
        usize::try_from(index).ok().and_then(|i| self.models.get(i))
    }

    /// The index of a provider by the table's own name.
    pub(crate) fn provider(&self, name: &str) -> Option<u8> {
        self.providers.iter().position(|p| p.name == name).and_then(|i| u8::try_from(i).ok())
    }
}
