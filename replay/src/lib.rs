//! Replays past LLM usage through the engine: what a policy would have blocked, warned of and saved.
//!
//! Rows come from logs of several formats ([`reader`]), are judged by the very engine that decides
//! live calls, and are added up into a report. Memory grows with users, not with rows.

pub mod assign;
mod cell;
mod columns;
mod csv;
pub mod field;
pub mod format;
pub mod gate;
mod input;
mod intern;
mod json;
mod pages;
#[cfg(test)]
mod pages_tests;
pub mod reader;
#[cfg(test)]
mod reader_tests;
pub mod replay;
pub mod report;
pub mod rng;
pub mod row;
pub mod rows;
pub mod sample;
mod strict;
mod tally;
pub mod timestamp;
mod usage;
mod wanted;

pub use input::Unreadable;
