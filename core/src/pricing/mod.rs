//! Prices: a built-in table with dated history, prices of the policy on top, and what a call costs.

mod downgrades;
mod limits;
mod names;
mod parse;
mod provider;
mod quoted;
mod rates;
mod resolve;
mod table;
mod usage;

use std::sync::{Arc, LazyLock};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

pub(crate) use provider::canonical;
pub(crate) use quoted::KEYS as RATE_KEYS;
pub use quoted::RateError;
pub use rates::{Rates, Sheet};
pub use usage::{ServiceTier, TokenUsage, UsageError};

use resolve::Found;
use table::Table;

/// A model as a [`PriceBook`] knows it. It has meaning only in the book that resolved it and in
/// clones of that; another book answers with a wrong or empty model, never with a panic.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ModelId(u32);

// Bits of a ModelId: an index, the provider that was asked for (so that Azure's gpt-4o stays
// Azure's where OpenAI's price stands in), and two flags.
const INDEX_BITS: u32 = 23;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const NO_PROVIDER: u8 = 0x7f;
const OVERRIDE: u32 = 1 << 30;
const APPROXIMATE: u32 = 1 << 31;

impl ModelId {
    const fn new(index: u32, provider: u8, flags: u32) -> ModelId {
        ModelId(index & INDEX_MASK | ((provider & NO_PROVIDER) as u32) << INDEX_BITS | flags)
    }

    const fn index(self) -> u32 {
        self.0 & INDEX_MASK
    }

    const fn provider(self) -> u8 {
        (self.0 >> INDEX_BITS & NO_PROVIDER as u32) as u8
    }

    const fn is_override(self) -> bool {
        self.0 & OVERRIDE != 0
    }
}

/// A price that the policy gives.
#[derive(Debug)]
struct Override {
    name: Box<str>,
    /// The model of the table that it prices.
    model: Option<u32>,
    /// Whether it prices every name of that model, or only this one (a dated version).
    whole: bool,
    rates: Rates,
}

#[derive(Debug, Default)]
struct Layer {
    prices: Vec<Arc<Override>>,
    /// Asked for one key at a time: no order leaks.
    by_name: HashMap<Box<str>, u32, FixedState>,
    by_model: HashMap<u32, u32, FixedState>,
}

/// Prices by model and date: the built-in table, and layers of given prices that win over it.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct PriceBook {
    table: Option<&'static LazyLock<Table>>,
    given: Option<Arc<Layer>>,
}

/// What an id of another book costs.
static NOTHING: Rates = Rates::flat(Sheet::flat(0, 0));

/// Read when the first price is asked for: a host that has no use for one starts the sooner.
static TABLE: LazyLock<Table> = LazyLock::new(|| parse::builtin().0);

impl PriceBook {
    /// The table that ships with the core; it is read once, on first use.
    #[must_use]
    pub fn builtin() -> PriceBook {
        PriceBook { table: Some(&TABLE), given: None }
    }

    /// A book that knows no price.
    #[must_use]
    pub const fn empty() -> PriceBook {
        PriceBook { table: None, given: None }
    }

    /// Where the built-in table comes from, `genai-prices 0.2.3`; empty for an empty book.
    #[must_use]
    pub fn source(&self) -> &str {
        self.table.map_or("", |t| t.source)
    }

    /// The book with these prices on top: each adds a model or replaces the table's price of it,
    /// with its history, tiers and variants. Of two for one model the later wins, and a name as the
    /// table's own id over an alias of it.
    #[must_use]
    pub fn with_prices(&self, prices: Vec<(String, Rates)>) -> PriceBook {
        if prices.is_empty() {
            return self.clone();
        }
        let mut layer = Layer::default();
        let bare = PriceBook { table: self.table, given: None };
        let older = self.given.iter().flat_map(|g| g.prices.iter().cloned());
        let newer = prices.into_iter().map(|(name, rates)| {
            let found = bare.table.and_then(|t| resolve::in_table(t, None, &name));
            let whole = found.is_some_and(|f| bare.is_whole(&name, f));
            Arc::new(Override { name: name.into(), model: found.map(|f| f.model), whole, rates })
        });
        let older: Vec<_> = older.collect();
        let old = u32::try_from(older.len()).unwrap_or(INDEX_MASK);
        for price in older.into_iter().chain(newer) {
            let Some(at) = u32::try_from(layer.prices.len()).ok().filter(|at| *at < INDEX_MASK) else {
                break;
            };
            layer.by_name.insert(price.name.clone(), at);
            if let Some(model) = price.model.filter(|_| price.whole) {
                let own = bare.table_name(model) == Some(&*price.name);
                let kept = layer.by_model.get(&model).and_then(|k| layer.at(*k));
                // A later layer wins; in one layer the model's own id does.
                let loses = at > old
                    && !own
                    && kept.is_some_and(|k| bare.table_name(model) == Some(&*k.name))
                    && layer.by_model.get(&model).is_some_and(|k| *k >= old);
                if !loses {
                    layer.by_model.insert(model, at);
                }
            }
            layer.prices.push(price);
        }
        PriceBook { table: self.table, given: Some(Arc::new(layer)) }
    }

    /// The book without the prices that were put on top.
    #[must_use]
    pub const fn without_given(&self) -> PriceBook {
        PriceBook { table: self.table, given: None }
    }

    /// The model that a name means, `provider` being who is called: exactly, by provider prefix
    /// (`openai/gpt-4o`), by date suffix, by the table's aliases, or as a fine-tune (`ft:base:…`).
    /// A provider that does not list the model is passed over, and one that is unknown too; the
    /// price is then approximate, unless the model has a prefix and the provider is unknown (a
    /// gateway). `None`: no price.
    #[must_use]
    pub fn resolve(&self, provider: Option<&str>, model: &str) -> Option<ModelId> {
        resolve::resolve(self, provider, model)
    }

    /// The provider's own id of the model, `gpt-4o`; for a model that only the policy prices, the
    /// policy's name of it.
    #[must_use]
    pub fn name(&self, m: ModelId) -> &str {
        if !m.is_override() {
            return self.table_name(m.index()).unwrap_or("");
        }
        let Some(given) = self.given(m) else { return "" };
        given.model.and_then(|i| self.table_name(i)).unwrap_or(&given.name)
    }

    /// Who serves the model, by the table's name (`openai`, `aws`, `x-ai`, …); `None` for a model
    /// that only the policy prices.
    #[must_use]
    pub fn provider(&self, m: ModelId) -> Option<&str> {
        let table = self.table?;
        let model = if m.is_override() { self.given(m)?.model? } else { m.index() };
        let own = table.model(model)?.provider;
        let provider = if m.provider() == NO_PROVIDER { own } else { m.provider() };
        table.providers.get(usize::from(provider)).map(|p| p.name)
    }

    /// True when the price is that of a near relative: an unknown date of a known model, a
    /// fine-tune priced as its base, or a provider whose own price is unknown.
    #[must_use]
    pub const fn is_approximate(&self, m: ModelId) -> bool {
        m.0 & APPROXIMATE != 0
    }

    /// The standard rates of the model at a time (epoch milliseconds).
    #[inline]
    #[must_use]
    pub fn rates(&self, m: ModelId, at_ms: i64) -> &Rates {
        self.rates_of(m, at_ms, ServiceTier::Standard)
    }

    /// What `usage` of the model costs at a time (epoch milliseconds), in nano-dollars: the exact
    /// sum over the token classes, rounded up once, at most `i64::MAX`.
    #[inline]
    #[must_use]
    pub fn cost(&self, m: ModelId, usage: &TokenUsage, at_ms: i64) -> i64 {
        self.rates_of(m, at_ms, usage.service_tier).cost(usage)
    }

    /// True when at that time no rate of `candidate` is higher than that of `than`, and one is
    /// lower. A missing cache rate counts as the input rate.
    #[must_use]
    pub fn is_cheaper(&self, candidate: ModelId, than: ModelId, at_ms: i64) -> bool {
        self.rates(candidate, at_ms).is_cheaper_than(self.rates(than, at_ms))
    }

    /// The cheaper sibling that is used where a policy has no `downgrades`, as its provider writes
    /// it; `None` for a model that is called through a reseller, who may name it otherwise.
    #[must_use]
    pub fn builtin_downgrade(&self, m: ModelId) -> Option<&str> {
        let table = self.table?;
        let model = if m.is_override() { self.given(m)?.model? } else { m.index() };
        let model = table.model(model)?;
        if ![NO_PROVIDER, model.provider].contains(&m.provider()) {
            return None;
        }
        let maker = table.providers.get(usize::from(model.provider))?.name;
        downgrades::of(maker, model.name)
    }

    /// The rates of the model at a time (epoch milliseconds) under a price list; the standard ones
    /// where the table has no others for that list.
    #[inline]
    #[must_use]
    pub fn rates_of(&self, m: ModelId, at_ms: i64, tier: ServiceTier) -> &Rates {
        let rates = if m.is_override() {
            self.given(m).map(|g| &g.rates)
        } else {
            self.table.and_then(|t| t.model(m.index())).and_then(|e| e.rates(at_ms, tier))
        };
        rates.unwrap_or(&NOTHING)
    }

    fn given(&self, m: ModelId) -> Option<&Override> {
        if !m.is_override() {
            return None;
        }
        self.given.as_ref()?.at(m.index())
    }

    fn table_name(&self, model: u32) -> Option<&'static str> {
        self.table?.model(model).map(|m| m.name)
    }

    /// True unless the name is only near the model's, or that of one dated version.
    fn is_whole(&self, name: &str, found: Found) -> bool {
        let dated = names::cuts(name).any(|(_, tail)| names::is_date(tail));
        !found.approximate && (!dated || self.table_name(found.model) == Some(name))
    }
}

impl Layer {
    fn at(&self, index: u32) -> Option<&Override> {
        usize::try_from(index).ok().and_then(|i| self.prices.get(i)).map(|p| &**p)
    }
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
