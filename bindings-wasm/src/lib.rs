//! The engine of Spendgate for JavaScript, as a WASM module.
//!
//! It carries commands and holds no rule. Hot commands come and go through one block of memory
//! ([`spendgate_core::packed`]), the others as JSON text ([`spendgate_core::wire`]). What JavaScript sees is the class
//! `Engine` in `js/`, over these functions.
//!
//! A panic ends in a trap. After one the state of this module means nothing any more, and JavaScript makes a new
//! instance of it.

mod fault;
mod host;
mod table;

use fault::{Place, here};
use host::{HOST, closed, opened};
use spendgate_core::packed::{self, Status};
use spendgate_core::{catalogue as words, wire};
use wasm_bindgen::prelude::wasm_bindgen;

/// Opens an engine: [`wire::open`]. Gives `{"engine": handle}` or a refusal.
#[wasm_bindgen]
#[must_use]
pub fn open(config: &str) -> String {
    here(Place::Open);
    opened(wire::open(config))
}

/// Opens an engine with the state of a snapshot: [`wire::restore`]. Gives `{"engine": handle}` or a refusal.
#[wasm_bindgen]
#[must_use]
pub fn restore(config: &str, snapshot: &[u8]) -> String {
    here(Place::Restore);
    opened(wire::restore(config, snapshot))
}

/// Opens an engine again after a trap: from its last snapshot, with the prices and the policy that were accepted last (the
/// texts of the `set_policy` commands that brought them; empty for those of the configuration). `named` reservations may have been made after the snapshot; their
/// names are given to no other. Gives `{"engine": handle}` or a refusal.
#[wasm_bindgen]
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a count")]
pub fn revive(config: &str, prices: &str, policy: &str, snapshot: &[u8], named: f64) -> String {
    here(Place::Revive);
    let accepted = [prices, policy].into_iter().filter(|command| !command.is_empty());
    let config = accepted
        .into_iter()
        .try_fold(config.to_owned(), |config, command| wire::with_policy(&config, command));
    let engine = config.and_then(|config| {
        if snapshot.is_empty() { wire::open(&config) } else { wire::restore(&config, snapshot) }
    });
    opened(engine.map(|mut engine| {
        engine.pass_over_reservations(named as u64);
        engine
    }))
}

/// Ends an engine; false when there is none.
#[wasm_bindgen]
#[must_use]
pub fn close(engine: f64) -> bool {
    here(Place::Close);
    HOST.with_borrow_mut(|host| host.engines.remove(engine))
}

/// Runs a hot command over the block; gives a [`Status`].
#[wasm_bindgen]
#[must_use]
pub fn run(engine: f64, op: u32) -> u32 {
    HOST.with_borrow_mut(|host| {
        let status = match host.engines.get_mut(engine) {
            Some(engine) => packed::run(engine, op, &mut host.block.0, &mut host.text),
            None => {
                host.text = closed();
                Status::Text
            }
        };
        // In the midst of it: what the command did is done, and this module is borrowed.
        here(Place::Run);
        status as u32
    })
}

/// The answer of a [`run`] that gave [`Status::Text`].
#[wasm_bindgen]
#[must_use]
pub fn text() -> String {
    here(Place::Text);
    HOST.with_borrow_mut(|host| std::mem::take(&mut host.text))
}

/// The names of the budgets in force: [`packed::names`].
#[wasm_bindgen]
#[must_use]
pub fn names(engine: f64) -> String {
    here(Place::Names);
    HOST.with_borrow_mut(|host| match host.engines.get_mut(engine) {
        Some(engine) => packed::names(engine),
        None => closed(),
    })
}

/// One command as JSON text: [`wire::step_text`].
#[wasm_bindgen]
#[must_use]
pub fn command(engine: f64, command: &str) -> String {
    HOST.with_borrow_mut(|host| {
        let answer = match host.engines.get_mut(engine) {
            Some(engine) => wire::step_text(engine, command),
            None => closed(),
        };
        here(Place::Command);
        answer
    })
}

/// The whole state of an engine; none when there is no such engine.
#[wasm_bindgen]
#[must_use]
pub fn snapshot(engine: f64) -> Option<Vec<u8>> {
    here(Place::Snapshot);
    HOST.with_borrow_mut(|host| host.engines.get_mut(engine).map(|engine| engine.snapshot()))
}

/// Where the block is in memory, for the life of this instance.
#[wasm_bindgen]
#[must_use]
pub fn block() -> usize {
    here(Place::Block);
    HOST.with_borrow(|host| host.block.0.as_ptr() as usize)
}

/// Every word of the wire, as JSON text: [`spendgate_core::catalogue`].
#[wasm_bindgen]
#[must_use]
pub fn catalogue() -> String {
    here(Place::Catalogue);
    host::text(&words::catalogue())
}

/// Makes the next call of the export at that place fail: see `fault`.
#[cfg(feature = "fault-injection")]
#[wasm_bindgen]
pub fn inject(place: u32, kind: u32) {
    fault::inject(place, kind);
}
