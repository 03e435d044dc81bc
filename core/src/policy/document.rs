//! The document as a whole: read as a stream, so that a hundred thousand overrides never stand in
//! memory as a tree.

use super::budget::Draft;
use super::faults::{Faults, Path};
use super::{Breaker, Budget, Definition, Policy, Trip, malformed, schedule, settings};
use crate::dimension::Dimension;
use crate::error::{Error, shown};
use crate::json::Json;
use crate::order;
use crate::pricing::PriceBook;
use crate::window::{Weekday, Zone};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

pub(super) const KEYS: [&str; 10] = [
    "version",
    "timezone",
    "week_start",
    "budgets",
    "downgrades",
    "prices",
    "breakers",
    "on_unpriced",
    "on_missing_user",
    "default_estimate",
];

/// The highest version: the largest whole number that every language holds exactly.
pub(super) const VERSION_MAX: i64 = 1 << 53;

/// Reads a document; every fault in the order of the document, cross-checks last.
pub(super) fn read<'de, D>(source: D, prices: &PriceBook, now_ms: i64) -> Result<Policy, Vec<Error>>
where
    D: Deserializer<'de, Error = serde_json::Error>,
{
    let mut raw = Raw::default();
    if let Err(error) = source.deserialize_any(Document(&mut raw)) {
        raw.faults.errors.push(malformed(&error));
        return Err(raw.faults.errors);
    }
    let mut faults = std::mem::take(&mut raw.faults);
    let policy = raw.build(prices, now_ms, &mut faults);
    match policy {
        Some(policy) if faults.errors.is_empty() => Ok(policy),
        _ => Err(faults.errors),
    }
}

#[derive(Default)]
struct Raw {
    /// Of known keys, each once.
    members: Vec<(String, Json)>,
    drafts: Vec<Draft>,
    faults: Faults,
}

/// Notes a value that is of another type than the visitor reads, and goes on.
macro_rules! refuse_others {
    ($path:expr, $wanted:literal) => {
        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(self.0.refuse($path, $wanted, "null"))
        }
        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            Ok(self.0.refuse($path, $wanted, "a boolean"))
        }
        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            Ok(self.0.refuse($path, $wanted, "a number"))
        }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            Ok(self.0.refuse($path, $wanted, "a number"))
        }
        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            Ok(self.0.refuse($path, $wanted, "a number"))
        }
        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            Ok(self.0.refuse($path, $wanted, "a string"))
        }
    };
}

struct Document<'r>(&'r mut Raw);

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy, which is an object")
    }

    refuse_others!("", "an object");

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.0.refuse("", "an object", "a list");
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let path = Path::Root.key(&key);
            if !KEYS.contains(&key.as_str()) {
                self.0
                    .faults
                    .note::<()>(&path, format!("`{key}` is not a key here; known are {}", KEYS.join(", ")));
            } else if seen.contains(&key) {
                self.0.faults.note::<()>(&path, "stands twice");
            } else if key == "budgets" {
                seen.push(key);
                map.next_value_seed(Budgets(self.0))?;
                continue;
            } else {
                seen.push(key.clone());
            }
            let value = map.next_value()?;
            // Of a key that stands twice, the later one is read.
            match self.0.members.iter_mut().find(|(member, _)| *member == key) {
                Some((_, earlier)) => *earlier = value,
                None if seen.contains(&key) => self.0.members.push((key, value)),
                None => {}
            }
        }
        Ok(())
    }
}

struct Budgets<'r>(&'r mut Raw);

impl<'de> DeserializeSeed<'de> for Budgets<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Budgets<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of budgets")
    }

    refuse_others!("budgets", "a list");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.0.refuse("budgets", "a list", "an object");
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let budgets = Path::Root.key("budgets");
        let mut index = 0;
        while let Some(json) = seq.next_element::<Json>()? {
            let draft = Draft::read(&json, &budgets.item(index), &mut self.0.faults);
            self.0.drafts.extend(draft);
            index += 1;
        }
        Ok(())
    }
}

impl Raw {
    fn refuse(&mut self, key: &str, wanted: &str, kind: &str) {
        let root = Path::Root;
        let path = if key.is_empty() { root } else { root.key(key) };
        self.faults.note::<()>(&path, format!("has to be {wanted}, is {kind}"));
    }

    fn build(mut self, prices: &PriceBook, now_ms: i64, faults: &mut Faults) -> Option<Policy> {
        let complete = faults.errors.is_empty();
        let version = self.take("version", faults, |json, path, faults| {
            faults.whole(json, path, 0, VERSION_MAX).map(i64::unsigned_abs)
        });
        let zone = self.take("timezone", faults, schedule::zone).unwrap_or_else(Zone::utc);
        let week_start = self.take("week_start", faults, schedule::weekday).unwrap_or(Weekday::Monday);
        let prices = self
            .take("prices", faults, price_list)
            .map_or_else(|| prices.clone(), |own| prices.with_prices(own));
        let breakers = self.take("breakers", faults, breaker_list).unwrap_or_default();
        let on_unpriced = self.take("on_unpriced", faults, settings::unpriced).unwrap_or_default();
        let on_missing_user =
            self.take("on_missing_user", faults, settings::missing_user).unwrap_or_default();
        let default_estimate = self.take("default_estimate", faults, settings::estimate).unwrap_or_default();
        let downgrades = self.take("downgrades", faults, |json, path, faults| {
            super::downgrades::read(json, path, faults, &prices, now_ms)
        });
        let (budgets, definitions) = assemble(self.drafts, &zone, week_start);
        if complete {
            unique(budgets.iter().map(|b| &*b.id), "budgets", faults);
            known_budgets(&breakers, &budgets, faults);
        }
        Some(Policy {
            version: version.unwrap_or(0),
            timezone: zone,
            week_start,
            budgets,
            definitions,
            downgrades,
            prices,
            breakers,
            on_unpriced,
            on_missing_user,
            default_estimate,
        })
    }

    fn take<T>(
        &mut self,
        key: &str,
        faults: &mut Faults,
        read: impl FnOnce(&Json, &Path, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        let place = self.members.iter().position(|(member, _)| member == key)?;
        let (_, json) = self.members.swap_remove(place);
        read(&json, &Path::Root.key(key), faults)
    }
}

/// Fills the defaults in and gives budgets that count the same thing one definition.
fn assemble(drafts: Vec<Draft>, zone: &Zone, week_start: Weekday) -> (Vec<Budget>, Vec<Definition>) {
    let mut known: BTreeMap<Definition, u32> = BTreeMap::new();
    let mut definitions = Vec::new();
    let mut budgets = Vec::with_capacity(drafts.len());
    for Draft { mut budget, schedule, filter } in drafts {
        let dimension = match budget.scope.dimension {
            Dimension::Tier => Dimension::User,
            other => other,
        };
        let window = schedule.fill(zone, week_start);
        let definition = Definition { dimension, unit: budget.unit, window, filter };
        let next = u32::try_from(definitions.len()).unwrap_or(u32::MAX);
        budget.definition = *known.entry(definition).or_insert_with_key(|definition| {
            definitions.push(definition.clone());
            next
        });
        budgets.push(budget);
    }
    (budgets, definitions)
}

fn unique<'a>(ids: impl Iterator<Item = &'a str>, list: &str, faults: &mut Faults) {
    let ids: Vec<&str> = ids.collect();
    for index in order::repeats(&ids) {
        if let Some(id) = ids.get(index) {
            faults.note::<()>(&Path::Root.key(list).item(index).key("id"), format!("`{id}` stands twice"));
        }
    }
}

fn known_budgets(breakers: &[Breaker], budgets: &[Budget], faults: &mut Faults) {
    for (index, breaker) in breakers.iter().enumerate() {
        if let Trip::Budget { id } = &breaker.trip
            && !budgets.iter().any(|budget| budget.id == *id)
        {
            let root = Path::Root.key("breakers");
            let path = root.item(index);
            faults.note::<()>(&path.key("trip").key("budget"), format!("`{id}` is not the id of a budget"));
        }
    }
}

fn breaker_list(json: &Json, path: &Path, faults: &mut Faults) -> Option<Vec<Breaker>> {
    let items = faults.list(json, path)?;
    let breakers: Vec<Breaker> =
        items.iter().enumerate().filter_map(|(i, b)| Breaker::read(b, &path.item(i), faults)).collect();
    if breakers.len() == items.len() {
        unique(breakers.iter().map(|b| &*b.id), "breakers", faults);
    }
    Some(breakers)
}

fn price_list(json: &Json, path: &Path, faults: &mut Faults) -> Option<Vec<(String, crate::pricing::Rates)>> {
    let object = faults.any_object(json, path)?;
    let mut prices = Vec::with_capacity(object.members.len());
    for (model, rates) in &object.members {
        let path = path.key(model);
        if let Err(error) = crate::id::check(model) {
            return faults.note(&path, format!("`{}` {error}", shown(model)));
        }
        prices.push((model.clone(), settings::rates(rates, &path, faults)?));
    }
    Some(prices)
}
