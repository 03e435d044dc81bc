//! Every word of the wire in one place, for what is generated from it: types, schemas, tables.

use crate::action::Action;
use crate::decision::Reason;
use crate::dimension::Dimension;
use crate::engine::{Outcome, Why};
use crate::error::Error;
use crate::event::EventKind;
use crate::unit::Unit;
use crate::wire::COMMANDS;
use serde_json::{Value, json};

/// The catalogues by name, each a list of words in its order: `actions`, `commands`, `dimensions`, `error_codes`,
/// `event_kinds`, `outcomes`, `reasons`, `units`, `why`. Packed answers count in this order.
#[must_use]
pub fn catalogue() -> Value {
    fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Value {
        all.iter().map(|one| word(*one)).collect()
    }
    json!({
        "actions": words(&Action::ALL, Action::as_str),
        "commands": COMMANDS,
        "dimensions": words(&Dimension::ALL, Dimension::as_str),
        "error_codes": Error::CODES,
        "event_kinds": words(&EventKind::ALL, EventKind::as_str),
        "outcomes": words(&Outcome::ALL, Outcome::as_str),
        "reasons": words(&Reason::ALL, Reason::as_str),
        "units": words(&Unit::ALL, Unit::as_str),
        "why": words(&Why::ALL, Why::as_str),
    })
}
