//! From a model's name to its price: exact, provider prefix, date suffix, alias, fine-tune.

use std::borrow::Cow;

use crate::pricing::names::{Tail, cuts, fine_tune_base, is_date, without_region};
use crate::pricing::provider::canonical;
use crate::pricing::table::{Name, Table};
use crate::pricing::{APPROXIMATE, ModelId, NO_PROVIDER, OVERRIDE, PriceBook};

/// Providers that write a model as a path of which only the last part is its name.
const PATHS: [&str; 3] = ["aws", "fireworks", "google"];

/// A model of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) model: u32,
    /// The provider it was found for, where that is not the model's own.
    pub(crate) reseller: Option<u8>,
    pub(crate) approximate: bool,
}

impl Found {
    const fn exact(name: &Name) -> Found {
        Found { model: name.model, reseller: None, approximate: false }
    }
}

/// Resolves a name in a book: given prices under the name as it stands, then the table (whose
/// prices the given ones replace), then given prices without prefix and date.
pub(crate) fn resolve(book: &PriceBook, provider: Option<&str>, name: &str) -> Option<ModelId> {
    let known = |p: &str| book.table.and_then(|t| canonical_index(t, p));
    let asked = provider.and_then(known);
    let found = book.table.and_then(|t| {
        let found = in_table(t, asked, name)?;
        // Who is called is not in the table: the price is somebody else's.
        let stranger = provider.is_some() && asked.is_none() && prefixed(t, name).is_none();
        Some(Found { approximate: found.approximate || stranger, ..found })
    });
    let reseller = found.and_then(|f| f.reseller).unwrap_or(NO_PROVIDER);
    let flag = |approximate: bool| if approximate { APPROXIMATE } else { 0 };
    if let Some(given) = &book.given {
        let of = |at: u32, approximate: bool| {
            // Whoever is called keeps being known where the price of his model is replaced.
            let own = found.and_then(|f| book.table?.model(f.model)).map_or(NO_PROVIDER, |m| m.provider);
            let provider = if reseller == NO_PROVIDER { own } else { reseller };
            ModelId::new(at, provider, OVERRIDE | flag(approximate))
        };
        let bare = name.split_once('/').filter(|(p, _)| known(p).is_some()).map(|(_, rest)| rest);
        let exact = given.by_name.get(name).or_else(|| given.by_name.get(bare?));
        if let Some(at) = exact {
            return Some(of(*at, false));
        }
        if let Some(at) = found.and_then(|f| given.by_model.get(&f.model)) {
            return Some(of(*at, found.is_some_and(|f| f.approximate)));
        }
        if found.is_none() {
            let at = [Some(name), bare].into_iter().flatten().find_map(|n| {
                let n = fine_tune_base(n).unwrap_or(n);
                let dated = cuts(n).filter(|(_, tail)| is_date(tail)).map(|(base, _)| base);
                std::iter::once(n).chain(dated).find_map(|base| given.by_name.get(base))
            });
            return at.map(|at| of(*at, true));
        }
    }
    found.map(|f| ModelId::new(f.model, reseller, flag(f.approximate)))
}

/// Resolves a name in the table. Case does not matter there.
pub(crate) fn in_table(table: &Table, asked: Option<u8>, name: &str) -> Option<Found> {
    let name: Cow<'_, str> = if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    };
    if let Some(provider) = asked {
        return served_by(table, provider, &name)
            .or_else(|| Some(Found { approximate: true, ..anywhere(table, &name)? }));
    }
    anywhere(table, &name)
}

/// With no provider said: a prefix that names one, then each in look-up order.
fn anywhere(table: &Table, name: &str) -> Option<Found> {
    let by_prefix = prefixed(table, name).and_then(|(provider, rest)| served_by(table, provider, rest));
    if by_prefix.is_some() {
        return by_prefix;
    }
    let exact = table.named(name).next();
    let earlier = exact.map_or(table.providers.len(), |n| usize::from(n.provider));
    if earlier == 0 {
        return exact.map(Found::exact);
    }
    // A maker's dated name comes before a reseller's, a guess after both.
    let tailed = |guess: bool| {
        let accepted =
            |(base, tail)| table.named(base).filter(move |n| n.tail.accepts(base, tail) == Some(guess));
        let names = cuts(name).flat_map(accepted).filter(|n| usize::from(n.provider) < earlier);
        names.min_by_key(|n| n.provider).map(|n| Found { approximate: guess, ..Found::exact(n) })
    };
    let odd = || odd_names(table, name).filter(|f| !f.approximate);
    tailed(false)
        .or_else(|| exact.map(Found::exact))
        .or_else(odd)
        .or_else(|| tailed(true))
        .or_else(|| odd_names(table, name))
}

/// Fine-tunes, paths and Bedrock's regions, which have to be taken apart before they are looked up.
fn odd_names(table: &Table, name: &str) -> Option<Found> {
    let by = |p: &str| listed_by(table, table.provider(p)?, name);
    if name.starts_with("ft:") {
        return (0..table.providers.len()).find_map(|p| listed_by(table, u8::try_from(p).ok()?, name));
    }
    let path = || name.contains('/').then(|| PATHS.iter().find_map(|p| by(p))).flatten();
    without_region(name).and_then(|_| by("aws")).or_else(path)
}

/// A model that a provider serves, by its own price or that of the maker it resells.
fn served_by(table: &Table, provider: u8, name: &str) -> Option<Found> {
    let own = |name: &str| {
        listed_by(table, provider, name).or_else(|| {
            let fallbacks = &table.providers.get(usize::from(provider))?.fallbacks;
            let found = fallbacks.iter().find_map(|f| listed_by(table, table.provider(f)?, name))?;
            Some(Found { reseller: Some(provider), ..found })
        })
    };
    let stripped = || prefixed(table, name).filter(|(p, _)| *p == provider).and_then(|(_, rest)| own(rest));
    own(name).or_else(stripped)
}

/// A model in a provider's own list.
fn listed_by(table: &Table, provider: u8, name: &str) -> Option<Found> {
    let this = table.providers.get(usize::from(provider))?.name;
    let tailed = |n: &str| with_tail(table, provider, n);
    let found = tailed(name).or_else(|| {
        let last = name.rsplit_once('/').filter(|_| PATHS.contains(&this)).map(|(_, last)| last)?;
        tailed(last)
    });
    let found = found.or_else(|| {
        let last = name.rsplit_once('/').map_or(name, |(_, last)| last);
        let placed = without_region(last).filter(|_| this == "aws")?;
        tailed(placed).or_else(|| without_region(placed).and_then(tailed))
    });
    found.or_else(|| {
        let base = fine_tune_base(name)?;
        // The table's own price of fine-tunes, else that of the model under it.
        let tuned = name.get(..base.len().checked_add(3)?)?;
        tailed(tuned).or_else(|| tailed(base).map(|f| Found { approximate: true, ..f }))
    })
}

/// A name as it stands, or with a tail that may follow it.
fn with_tail(table: &Table, provider: u8, name: &str) -> Option<Found> {
    let of = |n: &str| table.named(n).find(|a| a.provider == provider);
    if let Some(exact) = of(name) {
        return Some(Found::exact(exact));
    }
    cuts(name).find_map(|(base, tail)| {
        let alias = of(base)?;
        let approximate = alias.tail.accepts(base, tail)?;
        debug_assert!(!approximate || alias.tail == Tail::Closed);
        Some(Found { approximate, ..Found::exact(alias) })
    })
}

/// The provider that the part before the first slash names, and the rest.
fn prefixed<'a>(table: &Table, name: &'a str) -> Option<(u8, &'a str)> {
    let (head, rest) = name.split_once('/')?;
    Some((canonical_index(table, head)?, rest))
}

fn canonical_index(table: &Table, name: &str) -> Option<u8> {
    let known = |n: &str| table.providers.iter().map(|p| p.name).find(|p| *p == n);
    table.provider(canonical(name, known)?)
}
