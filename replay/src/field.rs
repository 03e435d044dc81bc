//! What a row of usage consists of, and under which names logs carry it.

use crate::format::Format;

/// One thing a log can say of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// When the call was made.
    Time,
    /// Whose money it was.
    User,
    /// The user's plan.
    Tier,
    /// The customer the user belongs to.
    Org,
    /// The part of the application.
    Feature,
    /// The conversation.
    Session,
    /// Who was called.
    Provider,
    /// The model that was called.
    Model,
    /// Tokens sent, cached ones included.
    Input,
    /// Tokens received.
    Output,
    /// Tokens read from the provider's cache.
    Cached,
    /// Tokens written to the provider's cache.
    CacheWrite,
    /// The cost in USD.
    Cost,
    /// How many calls the row adds up.
    Calls,
    /// What the row is about, where a log mixes calls with other things.
    Kind,
    /// An object of token counts by class.
    Usage,
}

impl Field {
    /// Every field, in the order of the documentation. The last two belong to presets only.
    pub const ALL: [Field; 16] = [
        Field::Time,
        Field::User,
        Field::Tier,
        Field::Org,
        Field::Feature,
        Field::Session,
        Field::Provider,
        Field::Model,
        Field::Input,
        Field::Output,
        Field::Cached,
        Field::CacheWrite,
        Field::Cost,
        Field::Calls,
        Field::Kind,
        Field::Usage,
    ];

    /// The fields a user may map; the others belong to presets.
    pub const MAPPABLE: &'static [Field] = match Field::ALL.split_last_chunk::<2>() {
        Some((mappable, _)) => mappable,
        None => &[],
    };

    /// The name in `--map NAME=COLUMN`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Field::Time => "time",
            Field::User => "user",
            Field::Tier => "tier",
            Field::Org => "org",
            Field::Feature => "feature",
            Field::Session => "session",
            Field::Provider => "provider",
            Field::Model => "model",
            Field::Input => "input",
            Field::Output => "output",
            Field::Cached => "cached",
            Field::CacheWrite => "cache_write",
            Field::Cost => "cost",
            Field::Calls => "calls",
            Field::Kind => "kind",
            Field::Usage => "usage",
        }
    }

    /// The field of that name; `None` for any other text.
    #[must_use]
    pub fn parse(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|f| f.as_str() == name)
    }
}

/// For each field the names it may stand under, first match first. A name is a column or a key,
/// or a path into nested objects (`metadata.plan`, `request_tags.0`).
#[derive(Debug, Clone)]
pub struct Mapping {
    names: Vec<Vec<String>>,
}

impl Mapping {
    /// The names of a preset.
    #[must_use]
    pub fn of(format: Format) -> Mapping {
        let names =
            Field::ALL.iter().map(|f| format.names(*f).iter().map(|n| (*n).to_owned()).collect()).collect();
        Mapping { names }
    }

    /// Reads `field` from the column, key or path `name` and from nowhere else.
    pub fn set(&mut self, field: Field, name: &str) {
        if let Some(slot) = self.names.get_mut(field as usize) {
            *slot = vec![name.to_owned()];
        }
    }

    /// The names of `field`, first match first.
    #[must_use]
    pub fn names(&self, field: Field) -> &[String] {
        self.names.get(field as usize).map(Vec::as_slice).unwrap_or_default()
    }
}
