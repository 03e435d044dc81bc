//! Compares windows with the ones expected on standard input, which `tests/zoneinfo/oracle.py`
//! writes. The last line says `N passed, M failed`; the exit code is 1 when one failed.

use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::process::ExitCode;

use spendgate_core::time;
use spendgate_core::window::{Window, Zone, tz_version};

/// Failures shown in full; the rest are counted.
const SHOWN: u64 = 20;

#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn add(&mut self, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(message) => {
                self.failed += 1;
                if self.failed <= SHOWN {
                    println!("failed: {message}");
                }
            }
        }
    }
}

fn main() -> io::Result<ExitCode> {
    let mut tally = Tally::default();
    let mut names = BTreeSet::new();
    let mut zones = BTreeSet::new();
    let mut ended = false;
    let mut input = io::stdin().lock();
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        match line.trim_end().split_once(' ') {
            Some(("tzdb", release)) => tally.add(same_release(release)),
            Some(("name", name)) => drop(names.insert(name.to_owned())),
            Some(("span", fields)) => tally.add(same_span(fields, &mut zones)),
            None if line.trim_end() == "end" => ended = true,
            _ => tally.add(Err(format!("not a line of the oracle: `{}`", line.trim_end()))),
        }
        line.clear();
    }
    tally.add(same_names(&names));
    tally.add(ended.then_some(()).ok_or_else(|| "the expectations broke off".to_owned()));
    println!("tz database {}, {} of {} zones compared", tz_version(), zones.len(), names.len());
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn same_release(release: &str) -> Result<(), String> {
    if release == tz_version() {
        return Ok(());
    }
    Err(format!("the core ships {}, the oracle has {release}: pin the same release", tz_version()))
}

fn same_names(names: &BTreeSet<String>) -> Result<(), String> {
    let ours: BTreeSet<String> = Zone::names().map(str::to_owned).collect();
    if ours == *names {
        return Ok(());
    }
    Err(format!("names on one side only: {:?}", ours.symmetric_difference(names).collect::<Vec<_>>()))
}

/// `fields` is `WINDOW NOW START END`.
fn same_span(fields: &str, zones: &mut BTreeSet<&'static str>) -> Result<(), String> {
    let malformed = || format!("not a span: `{fields}`");
    let mut parts = fields.split(' ');
    let window = parts.next().and_then(Window::from_canonical).ok_or_else(malformed)?;
    let mut number = || parts.next().and_then(|n| n.parse::<i64>().ok()).ok_or_else(malformed);
    let (now, start, end) = (number()?, number()?, number()?);
    if let Window::Daily { zone } = &window {
        zones.insert(zone.name());
    }
    let span = window.span(now).map_err(|e| format!("{fields}: {e}"))?;
    if (span.start_ms, span.end_ms) == (start, end) {
        return Ok(());
    }
    Err(format!(
        "{} at {}: expected {} to {}, found {} to {}",
        window.canonical(),
        time::format(now),
        time::format(start),
        time::format(end),
        time::format(span.start_ms),
        time::format(span.end_ms)
    ))
}
