//! `spendgate replay`.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use spendgate_replay::assign::{Assign, Wishes};
use spendgate_replay::field::{Field, Mapping};
use spendgate_replay::reader::Reader;
use spendgate_replay::replay::{Replay, ReplayError};
use spendgate_replay::report::{Report, html, money::counted, terminal};
use spendgate_replay::rows::{Merge, Rows, Sorted};

use crate::args::ReplayArgs;
use crate::exit::{Code, Failure, print, warning};
use crate::{files, price_args};

pub(crate) fn run(args: &ReplayArgs) -> Result<Code, Failure> {
    files::stdin_once(args.files.iter().chain(&args.policy).chain(&args.compare))?;
    if let Some(html) = &args.html {
        let inputs = args.files.iter().chain(&args.policy).chain(&args.compare);
        files::keep_apart("--html", html, inputs)?;
    }
    let prices = price_args::book(&args.prices);
    let policies = policies(args, &prices)?;
    let wishes = Wishes {
        users: args.users,
        zipf_thousandths: args.zipf,
        seed: args.seed,
        tiers: args.tiers.clone().map(|t| t.0).unwrap_or_default(),
        model: args.model.clone(),
    };
    let assign = Assign::new(wishes).map_err(Failure::trouble)?;
    if let Some(html) = &args.html {
        files::check_place(html)?;
    }
    let Logs { mut rows, bytes, without_rows } = open(args)?;
    let bar = progress(bytes);
    let mut replay = Replay::new(policies, assign, args.reprice);
    let done = replay.run(rows.as_mut(), args.strict, |position| bar.set_position(position));
    bar.finish_and_clear();
    match done {
        Ok(()) => {}
        Err(ReplayError::Bad(bad)) => return Err(Failure::Refused(vec![bad.to_string()])),
        Err(other) => return Err(Failure::trouble(other)),
    }
    let names: Vec<String> = args.files.iter().map(|p| p.display().to_string()).collect();
    let report = replay.finish(&names, args.top as usize);
    give(args, &report, without_rows)
}

/// The policies, each with its name: the first, or one without budgets, and the one beside it.
fn policies(args: &ReplayArgs, prices: &PriceBook) -> Result<Vec<(String, Policy)>, Failure> {
    let now_ms = files::now_ms();
    let read = |path: &Path| {
        files::read_policy(path, prices, now_ms).map(|policy| (path.display().to_string(), policy))
    };
    let first = match &args.policy {
        Some(path) => read(path)?,
        None => ("no policy".to_owned(), Policy::empty(prices)),
    };
    let mut policies = vec![first];
    if let Some(path) = &args.compare {
        policies.push(read(path)?);
    }
    Ok(policies)
}

/// All logs as one.
struct Logs {
    rows: Box<dyn Rows>,
    /// Their size, where it is known.
    bytes: Option<u64>,
    /// What to say of each file if none has a row.
    without_rows: Vec<String>,
}

fn open(args: &ReplayArgs) -> Result<Logs, Failure> {
    let mut mapping = Mapping::of(args.format);
    for (field, column) in &args.maps {
        mapping.set(*field, column);
    }
    let asked: Vec<Field> = args.maps.iter().map(|(field, _)| *field).collect();
    let (mut readers, mut without_rows) = (Vec::new(), Vec::new());
    let mut bytes = Some(0_u64);
    for path in &args.files {
        let name = path.display().to_string();
        let source: Box<dyn Read> = if path.as_os_str() == "-" {
            bytes = None;
            Box::new(io::stdin().lock())
        } else {
            let trouble = |e: io::Error| Failure::trouble(format!("{name}: {e}"));
            if path.is_dir() {
                return Err(Failure::trouble(format!("{name}: is a directory")));
            }
            let file = File::open(path).map_err(trouble)?;
            let length = file.metadata().map(|m| m.len()).unwrap_or(0);
            bytes = bytes.map(|b| b.saturating_add(length));
            Box::new(file)
        };
        let reader = Reader::open(&name, source, args.format, &mapping, &asked);
        let reader = reader.map_err(Failure::trouble)?;
        without_rows.push(format!("{name}: {}", reader.without_rows()));
        readers.push(reader);
    }
    let merged = Merge::new(readers);
    let rows: Box<dyn Rows> = if args.sort { Box::new(Sorted::new(merged)) } else { Box::new(merged) };
    Ok(Logs { rows, bytes, without_rows })
}

/// A bar on a terminal, nothing elsewhere.
fn progress(bytes: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match bytes {
        Some(bytes) => {
            (ProgressBar::new(bytes), "{bar:30} {percent:>3} % of {total_bytes}, {bytes_per_sec}, {eta} left")
        }
        None => (ProgressBar::no_length(), "{spinner} {bytes}, {bytes_per_sec}"),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Prints and writes the report, whole.
fn give(args: &ReplayArgs, report: &Report, without_rows: Vec<String>) -> Result<Code, Failure> {
    let log = &report.log;
    if log.rows == 0 {
        let left_out: u64 = log.skipped.iter().map(|skipped| skipped.rows).sum();
        if log.bad_rows == 0 && left_out == 0 {
            return Err(Failure::Refused(without_rows));
        }
        let mut lines: Vec<String> = log.bad.iter().map(ToString::to_string).collect();
        lines.extend(log.skipped.iter().map(|s| format!("{} left out: {}", counted(s.rows, "row"), s.why)));
        lines.push(format!("no row could be replayed: {} could not be used", log.bad_rows));
        return Err(Failure::Refused(lines));
    }
    if let Some(path) = &args.html {
        files::write_whole(path, std::iter::once(html::render(report)))?;
    }
    if args.json {
        print(&report.to_json().map_err(Failure::trouble)?)?;
        log.bad.iter().for_each(|bad| warning(&bad.to_string()));
        if log.bad_rows > 0 {
            warning(&format!(
                "{} could not be used and stayed out of every sum",
                counted(log.bad_rows, "row")
            ));
        }
    } else {
        print(&terminal::render(report))?;
        if let Some(path) = &args.html {
            print(&format!("\nHTML report: {}\n", path.display()))?;
        }
    }
    Ok(if log.bad_rows > 0 { Code::Found } else { Code::Fine })
}
