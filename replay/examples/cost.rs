//! What a replayed call costs beyond parsing, as a multiple of the core's own reserve + settle.
//!
//! `cargo run --release -p spendgate-replay --example cost [calls] [users]`
#![allow(clippy::unwrap_used, reason = "a measurement may stop where it cannot go on")]

use std::time::Instant;

use spendgate_core::call::{Actual, Call, Estimate, Report};
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use spendgate_core::{Engine, Options};
use spendgate_replay::assign::{Assign, Wishes};
use spendgate_replay::field::Mapping;
use spendgate_replay::format::Format;
use spendgate_replay::reader::{Next, Reader};
use spendgate_replay::replay::Replay;
use spendgate_replay::row::Row;
use spendgate_replay::sample::Sample;

const POLICY: &str = r#"{"budgets": [
    {"id": "user", "scope": {"user": "*"}, "limit": {"usd": 100000}, "window": "monthly", "action": "block"},
    {"id": "all", "scope": {"global": true}, "limit": {"usd": 1000000}, "window": "monthly", "action": "block"}]}"#;

fn main() {
    let arg = |i: usize, or: u32| std::env::args().nth(i).and_then(|a| a.parse().ok()).unwrap_or(or);
    let (calls, users) = (arg(1, 1_000_000), arg(2, 50_000));
    let log: String = Sample::new(7, calls, users).collect();
    let policy = || Policy::parse(POLICY, &PriceBook::builtin(), 0).unwrap();
    let mut rounds = Vec::new();
    for _ in 0..3 {
        let mut rows = Vec::new();
        let (parse, count) = timed(calls, || read(&log, |row| rows.push(row.clone())));
        let (core, _) = timed(calls, || core(&rows, policy()));
        let mut replay =
            Replay::new(vec![("p".to_owned(), policy())], Assign::new(Wishes::default()).unwrap(), false);
        let (beyond, _) = timed(calls, || rows.iter_mut().for_each(|row| replay.push(row).unwrap()));
        println!(
            "{count} rows: read and kept {parse:.0} ns, core {core:.0} ns, replay beyond parsing {beyond:.0} ns a call"
        );
        rounds.push(beyond / core);
    }
    rounds.sort_by(f64::total_cmp);
    println!(
        "replay beyond parsing ÷ core reserve + settle: {:.2} (at most 3)",
        rounds.get(1).copied().unwrap_or(0.0)
    );
}

/// Nanoseconds a call.
fn timed<T>(calls: u32, work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let out = work();
    (start.elapsed().as_secs_f64() * 1e9 / f64::from(calls), out)
}

fn read(log: &str, mut each: impl FnMut(&Row)) -> u64 {
    let mut reader =
        Reader::open("log", log.as_bytes(), Format::Csv, &Mapping::of(Format::Csv), &[]).unwrap();
    let (mut row, mut rows) = (Row::default(), 0);
    while reader.next(&mut row).unwrap() == Next::Row {
        each(&row);
        rows += 1;
    }
    rows
}

fn core(rows: &[Row], policy: Policy) {
    let mut engine = Engine::with_policy(policy, Options::default());
    for row in rows {
        let call = Call {
            user: Some(&row.user),
            tier: Some(&row.tier),
            feature: Some(&row.feature),
            model: Some(&row.model),
            estimate: Estimate {
                input_tokens: row.input_tokens,
                output_tokens: row.output_tokens,
                ..Estimate::default()
            },
            ..Call::default()
        };
        let decision = engine.reserve(&call, None, row.at_ms).unwrap();
        let actual =
            Actual { input_tokens: row.input_tokens, output_tokens: row.output_tokens, ..Actual::default() };
        if let Some(id) = decision.reservation {
            engine.settle(id, &actual, Report::default(), row.at_ms).unwrap();
        }
    }
}
