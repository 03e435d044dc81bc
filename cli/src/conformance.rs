//! `spendgate conformance`.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use spendgate_conformance::{Implementation, Process, Value, extra_dirs, serve};
use spendgate_core::{Engine, Options, wire};

use crate::args::{CommandLine, ConformanceArgs};
use crate::exit::{Code, Failure, print};

/// The engine of this very binary.
#[derive(Default)]
struct Core {
    engine: Option<Engine>,
}

impl Implementation for Core {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        let started =
            wire::start(prices, policy, now_ms, Options { report_rows: 10_000, ..Options::default() });
        let refusal = |e| serde_json::from_str::<Value>(&wire::error_text(&e)).unwrap_or_default();
        self.engine = Some(started.map_err(refusal)?);
        Ok(())
    }

    fn step(&mut self, step: &Value) -> Value {
        match &mut self.engine {
            Some(engine) => wire::step(engine, step),
            None => serde_json::json!({"error": "not_started"}),
        }
    }
}

pub(crate) fn run(args: &ConformanceArgs) -> Result<Code, Failure> {
    if args.serve {
        serve(&mut Core::default(), io::stdin().lock(), &mut io::BufWriter::new(io::stdout().lock()))?;
        return Ok(Code::Fine);
    }
    let mut paths = args.paths.clone();
    paths.extend(extra_dirs());
    if paths.is_empty() {
        return Err(Failure::trouble("name a folder of vectors, or set SPENDGATE_VECTORS"));
    }
    if let Some(missing) = paths.iter().find(|p| !p.exists()) {
        return Err(Failure::trouble(format!("{}: no such file or folder", missing.display())));
    }
    let mut make = implementation(args.on.as_ref())?;
    let mut failed = String::new();
    let summary = spendgate_conformance::run(&paths, &mut *make, &mut |failure| {
        failed.push_str(&format!("{failure}\n"));
    });
    print(&format!("{failed}{summary}\n"))?;
    Ok(if summary.failed == 0 && summary.passed > 0 { Code::Fine } else { Code::Found })
}

type Make = Box<dyn FnMut() -> Box<dyn Implementation>>;

/// What gives each vector its implementation: a new engine, or the one process.
fn implementation(on: Option<&CommandLine>) -> Result<Make, Failure> {
    let Some(CommandLine { program, arguments }) = on else {
        return Ok(Box::new(|| Box::new(Core::default())));
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let process = Process::start(program.as_str(), &arguments).map_err(Failure::trouble)?;
    let process = Rc::new(RefCell::new(process));
    Ok(Box::new(move || Box::new(Rc::clone(&process))))
}
