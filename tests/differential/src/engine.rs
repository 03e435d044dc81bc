//! The engine as an implementation that can be served.

use serde_json::{Value, json};
use spendgate_conformance::Implementation;
use spendgate_core::{Options, wire};

/// The engine of this program.
#[derive(Default)]
pub struct Engine(Option<spendgate_core::Engine>);

impl Implementation for Engine {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        let started =
            wire::start(prices, policy, now_ms, Options { report_rows: 10_000, ..Options::default() });
        let refusal = |e| serde_json::from_str::<Value>(&wire::error_text(&e)).unwrap_or_default();
        self.0 = Some(started.map_err(refusal)?);
        Ok(())
    }

    fn step(&mut self, step: &Value) -> Value {
        self.0.as_mut().map_or_else(|| json!({"error": "not_started"}), |engine| wire::step(engine, step))
    }
}
