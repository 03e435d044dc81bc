//! The goals of the core (P1–P4, P15), printed as ratios.
//!
//! `cargo run --release -p spendgate-bench [all | small | 1k | 1m | 10m | growth | overrides]`: `small` is
//! all without the 10 M user runs. `calls N` makes N untimed calls, for a profiler.

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

/// Each part runs in a process of its own: memory that one has given back must not hide another's use.
const PARTS: [&str; 5] = ["1k", "1m", "10m", "growth", "overrides"];

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "all".to_owned());
    if wanted == "calls" {
        let calls = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
        return throughput::calls(calls);
    }
    let parts: &[&str] = match wanted.as_str() {
        "all" => &PARTS,
        "small" => &["1k", "1m", "overrides"],
        part if PARTS.contains(&part) => &[],
        other => {
            eprintln!("`{other}` is not one of all, small, {}", PARTS.join(", "));
            std::process::exit(2);
        }
    };
    if parts.is_empty() {
        return measure(&wanted);
    }
    println!("{:<58} {:>9} {:>8} {:>8}  verdict", "goal", "figure", "pass", "stretch");
    for part in parts {
        let program = std::env::current_exe().expect("a running program has a path");
        let status = std::process::Command::new(program).arg(part).status().expect("it starts again");
        assert!(status.success(), "{part} failed");
    }
}

fn measure(part: &str) {
    let goals = match part {
        "1k" => throughput::goals(1_000),
        "1m" => throughput::goals(1_000_000),
        "10m" => throughput::goals(10_000_000),
        "growth" => growth::goals(),
        _ => overrides::goals(),
    };
    for goal in goals {
        let verdict = match goal.figure {
            f if f <= goal.stretch => "stretch",
            f if f <= goal.pass => "pass",
            _ => "MISSED",
        };
        let figure = format!("{:.3}{}", goal.figure, goal.unit);
        println!(
            "{:<58} {figure:>9} {:>8} {:>8}  {verdict:<8} {}",
            goal.name, goal.pass, goal.stretch, goal.detail
        );
    }
}
