//! The policy document: read whole or refused whole, each fault with its path.

mod breakers;
mod budget;
mod document;
mod downgrades;
pub(crate) mod faults;
mod filter;
mod schedule;
mod schema;
mod settings;

pub use breakers::{Breaker, Trip};
pub use budget::{Budget, Scope, Step};
pub use filter::Filter;
pub use schema::schema;
pub use settings::{MissingUser, Unpriced};

use crate::call::Estimate;
use crate::dimension::Dimension;
use crate::error::Error;
use crate::json::{self, Json};
use crate::map::Seed;
use crate::pricing::PriceBook;
use crate::unit::Unit;
use crate::window::{Weekday, Window, Zone};
use std::collections::BTreeMap;

/// What a counter is of: budgets with equal definitions share their counters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Definition {
    /// Whose use is counted; a tier's counters are its users'.
    pub dimension: Dimension,
    /// What is counted.
    pub unit: Unit,
    /// The window, with the document's defaults filled in.
    pub window: Window,
    /// Which calls count.
    pub filter: Filter,
}

/// A valid policy document.
#[derive(Debug, Clone)]
pub struct Policy {
    version: u64,
    timezone: Zone,
    week_start: Weekday,
    budgets: Vec<Budget>,
    definitions: Vec<Definition>,
    downgrades: Option<BTreeMap<Box<str>, Box<str>>>,
    prices: PriceBook,
    breakers: Vec<Breaker>,
    on_unpriced: Unpriced,
    on_missing_user: MissingUser,
    default_estimate: Estimate,
}

impl Policy {
    /// Reads a JSON document. `prices` is the price table of the host, which the document's own
    /// prices add to; `now_ms` is the time at which a downgrade has to be cheaper.
    ///
    /// # Errors
    /// The first [`Error::InvalidPolicy`], with the path of what is wrong.
    pub fn parse(text: &str, prices: &PriceBook, now_ms: i64) -> Result<Policy, Error> {
        Policy::parse_all(text, prices, now_ms).map_err(first)
    }

    /// As [`Policy::parse`], with every fault found instead of the first.
    ///
    /// # Errors
    /// At least one [`Error::InvalidPolicy`].
    pub fn parse_all(text: &str, prices: &PriceBook, now_ms: i64) -> Result<Policy, Vec<Error>> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = document::read(&mut deserializer, prices, now_ms);
        match read {
            Ok(policy) => match deserializer.end() {
                Ok(()) => Ok(policy),
                Err(error) => Err(vec![malformed(&error)]),
            },
            Err(errors) => Err(errors),
        }
    }

    /// Reads a document that is a JSON value already.
    ///
    /// # Errors
    /// As [`Policy::parse`]; repeated keys can no longer be seen.
    pub fn from_value(value: &serde_json::Value, prices: &PriceBook, now_ms: i64) -> Result<Policy, Error> {
        // As text: a second reader, of trees, would be 8 KB of the WASM module.
        Policy::parse(&json::text(value), prices, now_ms)
    }

    /// A policy without budgets over `prices`: everything is allowed.
    #[must_use]
    pub fn empty(prices: &PriceBook) -> Policy {
        Policy {
            version: 0,
            timezone: Zone::utc(),
            week_start: Weekday::Monday,
            budgets: Vec::new(),
            definitions: Vec::new(),
            downgrades: None,
            prices: prices.clone(),
            breakers: Vec::new(),
            on_unpriced: Unpriced::Allow,
            on_missing_user: MissingUser::Shared,
            default_estimate: Estimate::default(),
        }
    }

    /// The document's version, 0 when it has none.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The budgets, in the order of the document, disabled ones too.
    #[must_use]
    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    /// The distinct counter definitions of the budgets; [`Budget::definition`] points into it.
    #[must_use]
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The counter definition of `budget`.
    #[must_use]
    pub fn definition(&self, budget: &Budget) -> Option<&Definition> {
        self.definitions.get(usize::try_from(budget.definition).ok()?)
    }

    /// The circuit breakers, in the order of the document.
    #[must_use]
    pub fn breakers(&self) -> &[Breaker] {
        &self.breakers
    }

    /// The price table: the host's with the document's prices over it.
    #[must_use]
    pub fn prices(&self) -> &PriceBook {
        &self.prices
    }

    /// Reads a window definition, with the document's time zone and week start where it has none.
    ///
    /// # Errors
    /// [`Error::InvalidPolicy`] with a path below `window`.
    pub fn window(&self, definition: &serde_json::Value) -> Result<Window, Error> {
        let mut faults = faults::Faults::default();
        let path = faults::Path::Root;
        let schedule = serde_json::from_str::<Json>(&json::text(definition))
            .ok()
            .and_then(|json| schedule::Schedule::read(&json, &path.key("window"), &mut faults));
        match schedule {
            Some(schedule) => Ok(schedule.fill(&self.timezone, self.week_start)),
            None => Err(first(faults.errors)),
        }
    }

    /// Tells policies with other budgets apart, so that a restored engine knows whether it was given
    /// the one it had.
    pub(crate) fn fingerprint(&self) -> u32 {
        Seed::new(0).hash(&(self.version, &self.budgets, &self.definitions, self.breakers.len()))
    }

    /// What happens to a call whose price is unknown.
    #[must_use]
    pub fn on_unpriced(&self) -> &Unpriced {
        &self.on_unpriced
    }

    /// What happens to a call without a user.
    #[must_use]
    pub fn on_missing_user(&self) -> MissingUser {
        self.on_missing_user
    }

    /// The estimate of a call that has none.
    #[must_use]
    pub fn default_estimate(&self) -> &Estimate {
        &self.default_estimate
    }

    /// The cheaper sibling that the document, or without `downgrades` the built-in map, names for
    /// `model`: looked up as written, then by its resolved id.
    #[must_use]
    pub fn sibling(&self, provider: Option<&str>, model: &str) -> Option<&str> {
        let resolved = self.prices.resolve(provider, model);
        let Some(map) = &self.downgrades else {
            return self.prices.builtin_downgrade(resolved?);
        };
        let target = map.get(model).or_else(|| {
            let id = resolved?;
            map.get(self.prices.name(id)).or_else(|| {
                map.iter().find(|(from, _)| self.prices.resolve(None, from) == Some(id)).map(|(_, to)| to)
            })
        });
        target.map(|to| &**to)
    }
}

fn first(errors: Vec<Error>) -> Error {
    errors.into_iter().next().unwrap_or_else(|| Error::InvalidPolicy {
        path: String::new(),
        message: "is not a policy".to_owned(),
    })
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::InvalidPolicy { path: String::new(), message: format!("is not JSON: {error}") }
}
