//! The guarantees of the semantics and the invariants of the engine, over random commands.
//!
//! `PROPTEST_CASES` says how many cases each property runs (default 96).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests, outside a test function"
)]

mod books;
mod bounds;
mod documents;
mod guarantees;
mod lab;
mod ordinary;
mod snapshots;
mod store;
