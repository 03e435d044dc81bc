//! A naive model of Spendgate's semantics, to test the engine against.
//!
//! It is written apart from the engine and shares no code with it. Obviously right beats fast:
//! every charge is an entry of its own, every reading sums all entries anew, windows are computed
//! from scratch each time. Numbers in comments are sections of the semantics (`§6`) and rulings
//! where that text is silent (`R17`).
//!
//! Prices come only from the vector and the policy. Left out: the overflow counter
//! (`max_counters`), the bound on remembered ends and on buffered events, aliases of the built-in
//! price table.
#![allow(
    clippy::indexing_slicing,
    reason = "JSON values are indexed by key, which gives null where the key is missing"
)]

mod amount;
mod answer;
mod book;
mod breaker;
mod breaker_document;
mod call;
mod carry;
mod clock;
mod control;
mod coverage;
mod decide;
mod differential;
mod document;
mod estimate;
mod event;
pub mod generate;
mod hold;
mod model;
mod policy;
mod price;
mod refusal;
mod report;
mod reserve;
mod rng;
mod select;
mod settle;
mod shorten;
mod threshold;
mod totals;
mod usage;
mod window;
mod zone;

pub use coverage::Coverage;
pub use differential::{Make, Mismatch, differential};
pub use model::Model;
pub use rng::Rng;
pub use shorten::shorten;
