//! The engine of Spendgate: decides, before an LLM call is made, whether it fits its budgets.
//!
//! The engine is a pure function of (state, command, now). It reads no clock, draws no random
//! number, opens no file and starts no thread; the host brings time and identity.

pub mod amount;
pub mod call;
pub mod error;
pub mod id;
pub mod pricing;
pub mod unit;
