//! P3 and P4: memory per user, and the longest single command, while growing to 10 M users.

use crate::throughput::{NOW, POLICY, call, engine};
use crate::{Goal, user};
use std::time::Instant;

const USERS: usize = 10_000_000;
/// One unsharded table growing to 10 M users stops once for that long (performance goals, P4).
const UNSHARDED_MS: f64 = 767.0;

pub fn goals() -> Vec<Goal> {
    let mut longest_of_runs = f64::INFINITY;
    let mut bytes = 0.0;
    let runs = 5;
    let mut name = String::with_capacity(32);
    for run in 0..runs {
        let before = resident();
        let mut engine = engine(POLICY);
        let mut longest = 0.0_f64;
        for i in 0..USERS {
            use std::fmt::Write;
            name.clear();
            write!(name, "user_{i:013}").expect("it fits");
            let start = Instant::now();
            call(&mut engine, &name, NOW);
            longest = longest.max(start.elapsed().as_secs_f64() * 1000.0);
        }
        longest_of_runs = longest_of_runs.min(longest);
        if run == 0 {
            bytes = (resident() - before) as f64 / USERS as f64;
        }
        assert_eq!(engine.counters(), 3 * USERS as u64, "three windows for each of {}", user(0));
    }
    vec![
        Goal {
            name: "P3 resident bytes per user at 10 M users, three windows".to_owned(),
            figure: bytes,
            unit: " B",
            pass: 176.0,
            stretch: 128.0,
            detail: String::new(),
        },
        Goal {
            name: "P4 longest call while growing / one unsharded table".to_owned(),
            figure: longest_of_runs / UNSHARDED_MS,
            unit: "",
            pass: 1.0 / 100.0,
            stretch: 1.0 / 400.0,
            detail: format!(
                "{longest_of_runs:.2} ms, least of {runs} runs; 1/{:.0}",
                UNSHARDED_MS / longest_of_runs
            ),
        },
    ]
}

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: usize = statm.split_whitespace().nth(1).and_then(|p| p.parse().ok()).unwrap_or(0);
    pages * 4096
}
