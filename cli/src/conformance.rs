//! `spendgate conformance`.

use spendgate_conformance::{Implementation, Value, extra_dirs};
use spendgate_core::{Engine, Options, wire};

use crate::args::ConformanceArgs;
use crate::exit::{Code, Failure, print};

/// The engine of this very binary.
#[derive(Default)]
struct Core {
    engine: Option<Engine>,
}

impl Implementation for Core {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        let started = wire::start(prices, policy, now_ms, Options::default());
        self.engine = Some(started.map_err(
            |e| serde_json::json!({"error": e.code(), "path": e.path(), "message": e.to_string()}),
        )?);
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
    let mut paths = args.paths.clone();
    paths.extend(extra_dirs());
    if paths.is_empty() {
        return Err(Failure::trouble("name a folder of vectors, or set SPENDGATE_VECTORS"));
    }
    if let Some(missing) = paths.iter().find(|p| !p.exists()) {
        return Err(Failure::trouble(format!("{}: no such file or folder", missing.display())));
    }
    let mut failed = String::new();
    let summary = spendgate_conformance::run(&paths, &mut || Box::new(Core::default()), &mut |failure| {
        failed.push_str(&format!("{failure}\n"));
    });
    print(&format!("{failed}{summary}\n"))?;
    Ok(if summary.failed == 0 && summary.passed > 0 { Code::Fine } else { Code::Found })
}
