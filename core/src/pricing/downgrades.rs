//! The built-in downgrade map: the next cheaper sibling of the same provider.

/// (provider, model, sibling). A test holds every row against the table.
const MAP: &[(&str, &str, &str)] = &[("openai", "gpt-4o", "gpt-4o-mini")];

/// The sibling of a model.
pub(crate) fn of(provider: &str, model: &str) -> Option<&'static str> {
    MAP.iter().find(|(p, m, _)| *p == provider && *m == model).map(|(_, _, sibling)| *sibling)
}
