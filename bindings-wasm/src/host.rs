//! What one instance of the module holds.

use crate::table::Table;
use serde_json::json;
use spendgate_core::error::Error;
use spendgate_core::packed::{BLOCK, Block};
use spendgate_core::{Engine, wire};
use std::cell::RefCell;

/// A block where floats may stand.
#[repr(align(8))]
pub(crate) struct Aligned(pub(crate) Block);

pub(crate) struct Host {
    pub(crate) engines: Table<Engine>,
    /// JavaScript reads and writes it between calls, so it never moves.
    pub(crate) block: Box<Aligned>,
    pub(crate) text: String,
}

thread_local! {
    pub(crate) static HOST: RefCell<Host> = RefCell::new(Host {
        engines: Table::new(),
        block: Box::new(Aligned([0; BLOCK])),
        text: String::new(),
    });
}

/// Keeps a new engine, or says why there is none.
pub(crate) fn opened(engine: Result<Engine, Error>) -> String {
    match engine {
        Err(error) => wire::error_text(&error),
        Ok(engine) => match HOST.with_borrow_mut(|host| host.engines.insert(engine)) {
            Some(handle) => text(&json!({ "engine": handle })),
            None => text(&json!({"error": "unavailable", "message": "too many engines are open"})),
        },
    }
}

/// The refusal of a command to an engine that is not there.
pub(crate) fn closed() -> String {
    text(&json!({"error": "engine_closed", "message": "the engine is closed"}))
}

/// A value as JSON text, by the writer that the core has; that of `Display` is another 5 KB.
pub(crate) fn text(value: &serde_json::Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
