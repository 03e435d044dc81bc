//! The goals of the core (P1–P4, P15), printed as ratios.
//!
//! `cargo run --release -p spendgate-bench [all | small | 1k | 1m | 10m | growth | overrides]`: `small` is
//! all without the 10 M user runs.

mod growth;
mod overrides;
mod throughput;

use std::time::Instant;

/// One goal: the ratio measured, what passes, where we want to be.
pub struct Goal {
    pub name: String,
    pub figure: f64,
    pub unit: &'static str,
    pub pass: f64,
    pub stretch: f64,
    pub detail: String,
}

/// Middle of the measurements.
pub fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Nanoseconds per item.
pub fn nanos_each(items: usize, run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64 / items as f64
}

/// The i-th user, 18 bytes long.
pub fn user(i: usize) -> String {
    format!("user_{i:013}")
}

/// Indices below `n` in an order that no cache can guess: a fixed multiplicative walk.
pub fn order(n: usize, len: usize) -> Vec<u32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % n as u64) as u32
        })
        .collect()
}

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "all".to_owned());
    let is = |name: &str| wanted == "all" || wanted == name;
    let mut goals = Vec::new();
    for (name, users) in [("1k", 1_000), ("1m", 1_000_000), ("10m", 10_000_000)] {
        if is(name) || (wanted == "small" && users <= 1_000_000) {
            goals.extend(throughput::goals(users));
        }
    }
    if is("growth") {
        goals.extend(growth::goals());
    }
    if is("overrides") || wanted == "small" {
        goals.extend(overrides::goals());
    }
    println!("{:<58} {:>9} {:>8} {:>8}  verdict", "goal", "figure", "pass", "stretch");
    for goal in goals {
        let verdict = match goal.figure {
            f if f <= goal.stretch => "stretch",
            f if f <= goal.pass => "pass",
            _ => "MISSED",
        };
        let figure = format!("{:.2}{}", goal.figure, goal.unit);
        println!(
            "{:<58} {figure:>9} {:>8} {:>8}  {verdict:<8} {}",
            goal.name, goal.pass, goal.stretch, goal.detail
        );
    }
}
