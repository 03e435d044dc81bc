//! The core behind the interface that the conformance runner and the differential run drive.

use serde_json::{Value, json};
use spendgate_conformance::Implementation;
use spendgate_core::{Engine, Options, wire};

/// The core, through its wire façade.
#[derive(Default)]
pub(crate) struct Core {
    engine: Option<Engine>,
}

impl Implementation for Core {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        let started =
            wire::start(prices, policy, now_ms, Options { report_rows: 10_000, ..Options::default() });
        let engine =
            started.map_err(|e| json!({"error": e.code(), "path": e.path(), "message": e.to_string()}))?;
        self.engine = Some(engine);
        Ok(())
    }

    fn step(&mut self, step: &Value) -> Value {
        self.engine.as_mut().map_or(Value::Null, |engine| wire::step(engine, step))
    }
}
