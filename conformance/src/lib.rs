//! Runs conformance vectors against any implementation of Spendgate's semantics.
//!
//! A vector is a scenario in JSON: prices, a policy, then commands with explicit times, each with
//! what must come back. An implementation is whatever takes those commands: see
//! [`Implementation`]. [`run`] takes files and folders and gives a [`Summary`]. [`Process`] is an implementation in
//! any language, asked over its standard input and output; [`serve`] is the other side of it.

mod dirs;
mod failure;
pub mod instant;
mod matching;
mod process;
mod run;
mod schema;
mod serve;
mod step;
mod tree;
mod vector;

pub use dirs::extra_dirs;
pub use failure::{Failure, Summary};
pub use matching::{Mismatch, compare};
pub use process::Process;
pub use run::{run, run_text};
pub use schema::schema;
pub use serde_json::Value;
pub use serve::serve;
pub use step::COMMANDS;
pub use tree::Tree;

/// What runs a vector: an engine, a binding, a store, a server behind a client.
///
/// A policy document is an object. One in which a key stands twice comes as a string, its JSON text:
/// it has to be refused, with the path of that key.
pub trait Implementation {
    /// Begins a vector with a fresh engine.
    ///
    /// `prices` is the vector's own price list (an object, or null), `policy` its initial document
    /// (`None`: no budgets; a string: JSON text), `now_ms` the time of its first step in epoch milliseconds.
    ///
    /// # Errors
    /// The refusal as `{"error": code, "path"?: text, "message"?: text}`.
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value>;

    /// Runs one command: the step with `at_ms` filled in (`at`, `as`, `expect` and `note` are taken
    /// out), reservation names replaced by the implementation's own ids.
    ///
    /// Gives the answer, or `{"error": code, "path"?: text, "message"?: text}`; the command
    /// `events` gives a list.
    fn step(&mut self, step: &Value) -> Value;
}
