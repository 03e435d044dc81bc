//! `downgrades`: from a model to its cheaper sibling at the same provider.

use super::faults::{Faults, Path};
use crate::json::Json;
use crate::pricing::PriceBook;
use std::collections::BTreeMap;

/// Reads the map and checks each entry: both models priced, the target cheaper (no rate higher, one
/// lower), no way back. A target of another provider is let in here and never used.
pub(super) fn read(
    json: &Json,
    path: &Path,
    faults: &mut Faults,
    prices: &PriceBook,
    now_ms: i64,
) -> Option<BTreeMap<Box<str>, Box<str>>> {
    let object = faults.any_object(json, path)?;
    let mut map: BTreeMap<Box<str>, Box<str>> = BTreeMap::new();
    for (from, to) in &object.members {
        let path = path.key(from);
        if let Err(error) = crate::id::check(from) {
            return faults.note(&path, format!("`{}` {error}", crate::error::shown(from)));
        }
        let to = faults.id(to, &path)?;
        map.insert(from.as_str().into(), to);
    }
    for (from, to) in &map {
        let path = path.key(from);
        let Some(source) = prices.resolve(None, from) else {
            return faults
                .note(&path, format!("`{from}` has no price, so nothing says that `{to}` is cheaper"));
        };
        let Some(target) = prices.resolve(None, to) else {
            return faults.note(&path, format!("`{to}` has no price, so nothing says that it is cheaper"));
        };
        if source == target || comes_back(&map, prices, from) {
            return faults.note(&path, format!("the way from `{from}` over `{to}` leads back to it"));
        }
        if !prices.is_cheaper(target, source, now_ms) {
            return faults.note(
                &path,
                format!("`{to}` is not cheaper than `{from}`: no rate may be higher, one has to be lower"),
            );
        }
    }
    Some(map)
}

fn comes_back(map: &BTreeMap<Box<str>, Box<str>>, prices: &PriceBook, from: &str) -> bool {
    let start = prices.resolve(None, from);
    let mut at = from;
    for _ in 0..=map.len() {
        match map.get(at) {
            None => return false,
            Some(next) if prices.resolve(None, next) == start => return true,
            Some(next) => at = next,
        }
    }
    true
}
