//! Any bytes as commands: the first eight are the seed of a random sequence and its length, the rest
//! chooses, drops, repeats and spoils its steps. The engine and the naive model answer the same, and
//! every counter's holds and charges are what the answers said.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use spendgate_conformance::Implementation;
use spendgate_core::{Engine, Options, wire};
use spendgate_reference::{Model, generate::sequence};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The built-in prices are read once.
static OPTIONS: LazyLock<Options> = LazyLock::new(Options::default);

/// Without nulls and messages.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object.into_iter().filter(|(k, v)| !v.is_null() && k != "message").map(|(k, v)| (k, canonical(v))).collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(canonical).collect()),
        other => other,
    }
}

struct Side {
    ids: BTreeMap<String, Value>,
}

impl Side {
    fn step(&mut self, step: &Value, send: &mut dyn FnMut(&Value) -> Value) -> Value {
        let mut command = step.clone();
        let name = command.as_object_mut().and_then(|c| c.remove("as"));
        for key in ["settle", "release"] {
            if let Some(name) = step.get(key).and_then(Value::as_str) {
                command[key] = self.ids.get(name).cloned().unwrap_or_else(|| json!("nobody"));
            }
        }
        let mut answer = send(&command);
        if let (Some(Value::String(name)), Some(id)) = (name, answer.get_mut("reservation")) {
            if !id.is_null() {
                self.ids.insert(name.clone(), id.take());
                *id = json!(name);
            }
        }
        canonical(answer)
    }
}

/// The steps the bytes choose. Time never runs back by much, so that nothing is unspecified.
fn chosen(steps: &[Value], choice: &[u8]) -> Vec<Value> {
    let mut out = Vec::new();
    let mut at = steps.first().and_then(|s| s["at_ms"].as_i64()).unwrap_or(0);
    for pair in choice.chunks_exact(2).take(60) {
        let mut step = steps[usize::from(pair[0]) % steps.len()].clone();
        at += i64::from(pair[1]) * i64::from(pair[1]) * 100;
        step["at_ms"] = json!(at);
        out.push(step);
    }
    out
}

fn held(engine: &mut Engine, at: &Value) -> Value {
    wire::step(engine, &json!({"usage": {"user": "ann", "tier": "free", "feature": "chat", "model": "big"}, "at_ms": at}))
}

fuzz_target!(|data: &[u8]| {
    let Some((head, choice)) = data.split_first_chunk::<2>() else { return };
    let sequence = sequence(u64::from(u16::from_le_bytes(*head)), 64);
    let steps = chosen(&sequence.steps, choice);
    let mut engine = wire::start(&sequence.prices, Some(&sequence.policy), 0, OPTIONS.clone()).unwrap();
    let mut model = Model::new().unwrap();
    model.start(&sequence.prices, Some(&sequence.policy), 0).unwrap();
    let (mut a, mut b) = (Side { ids: BTreeMap::new() }, Side { ids: BTreeMap::new() });
    for step in &steps {
        let first = a.step(step, &mut |command| wire::step(&mut engine, command));
        let second = b.step(step, &mut |command| model.step(command));
        assert_eq!(first, second, "{step}");
        // CONSERVE: nothing shown is ever below zero, and a refused call holds nothing.
        for counter in held(&mut engine, &step["at_ms"])["counters"].as_array().into_iter().flatten() {
            for key in ["spent", "held", "remaining"] {
                assert!(!counter[key].as_str().unwrap_or("-").starts_with('-'), "{counter}");
            }
        }
    }
    let bytes = engine.snapshot();
    let restored = Engine::restore(&bytes, std::sync::Arc::clone(engine.policy()), engine.options().clone()).unwrap();
    assert_eq!(restored.snapshot(), bytes);
});
