//! `match`: which calls count towards a budget.

use super::faults::{Faults, Path};
use crate::call::Call;
use crate::id;
use crate::json::Json;

/// Lists of exact names, or prefixes with one trailing `*`. A call counts when each list that is
/// there accepts its attribute; a call that lacks the attribute does not count.
///
/// Lists are kept sorted and without repeats, so that two spellings of one filter are equal.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub struct Filter {
    models: Vec<Box<str>>,
    providers: Vec<Box<str>>,
    features: Vec<Box<str>>,
}

pub(super) const KEYS: [&str; 3] = ["models", "providers", "features"];

impl Filter {
    /// True when no list is there: every call counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty() && self.providers.is_empty() && self.features.is_empty()
    }

    /// Whether `call` counts.
    #[must_use]
    pub fn accepts(&self, call: &Call<'_>) -> bool {
        accepts(&self.models, call.model)
            && accepts(&self.providers, call.provider)
            && accepts(&self.features, call.feature)
    }

    pub(crate) fn read(json: &Json, path: &Path, faults: &mut Faults) -> Option<Filter> {
        let object = faults.object(json, path, &KEYS)?;
        let mut lists = [const { Vec::new() }; 3];
        for (list, key) in lists.iter_mut().zip(KEYS) {
            if let Some(json) = object.get(key) {
                *list = patterns(json, &path.key(key), faults)?;
            }
        }
        let [models, providers, features] = lists;
        Some(Filter { models, providers, features })
    }
}

fn accepts(patterns: &[Box<str>], value: Option<&str>) -> bool {
    patterns.is_empty()
        || value.is_some_and(|value| {
            patterns
                .iter()
                .any(|p| p.strip_suffix('*').map_or(&**p == value, |prefix| value.starts_with(prefix)))
        })
}

fn patterns(json: &Json, path: &Path, faults: &mut Faults) -> Option<Vec<Box<str>>> {
    let items = faults.list(json, path)?;
    if items.is_empty() {
        return faults.note(path, "names nothing; leave it out to match every call");
    }
    let mut patterns = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = path.item(index);
        let text = faults.text(item, &path)?;
        let name = text.strip_suffix('*').unwrap_or(text);
        if name.contains('*') {
            return faults.note(&path, format!("`{text}` has a `*` that is not its one last character"));
        }
        if let Err(error) = id::check(if text == "*" { text } else { name }) {
            return faults.note(&path, format!("`{}` {error}", crate::error::shown(text)));
        }
        patterns.push(text.into());
    }
    crate::order::by(patterns.as_mut_slice(), |a, b| a < b);
    patterns.dedup();
    Some(patterns)
}
