//! Random commands through the engine and through programs that carry it: every answer is the same text.
//!
//! [`Script`] has what is asked and what the engine answers, [`Program`] asks a program and keeps count. It is the
//! engine in another language, so nothing is forgiven: messages of errors, nulls and ids of reservations count.
#![allow(
    clippy::indexing_slicing,
    reason = "JSON values are indexed by key, which gives null where the key is missing"
)]

mod engine;
mod mutate;
mod odd;
mod program;
mod script;

pub use engine::Engine;
pub use program::Program;
pub use script::{Line, Script};
