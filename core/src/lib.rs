//! The engine of Spendgate: decides, before an LLM call is made, whether it fits its budgets.
//!
//! The engine is a pure function of (state, command, now). It reads no clock, draws no random
//! number, opens no file and starts no thread; the host brings time and identity.

mod active;
mod amounts;
mod breaker;
mod json;
mod judge;
mod learned;
mod ledger;
mod map;
mod names;
mod order;
mod plan;
mod totals;

pub mod action;
pub mod amount;
pub mod call;
pub mod catalogue;
pub mod decision;
pub mod dimension;
pub mod engine;
pub mod error;
pub mod event;
pub mod id;
pub mod packed;
pub mod policy;
pub mod pricing;
pub mod reservation;
pub mod time;
pub mod unit;
pub mod window;
pub mod wire;

pub use engine::{Engine, Options};
