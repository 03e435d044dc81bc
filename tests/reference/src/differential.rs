//! Two implementations over one random sequence: every answer must be the same.

use crate::coverage::Coverage;
use crate::generate::{Sequence, sequence};
use crate::shorten::shorten;
use serde_json::{Value, json};
use spendgate_conformance::Implementation;
use std::collections::BTreeMap;
use std::fmt;

/// Makes a fresh implementation.
pub type Make<'m> = dyn FnMut() -> Box<dyn Implementation> + 'm;

/// The first answer that differs, in the shortest sequence found that still has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// The seed it came from.
    pub seed: u64,
    /// The sequence, with the steps that do not matter left out.
    pub sequence: Sequence,
    /// The step whose answers differ.
    pub step: usize,
    /// The answer of the first implementation, canonical.
    pub a: Value,
    /// The answer of the second implementation, canonical.
    pub b: Value,
}

impl fmt::Display for Mismatch {
    /// The keys that differ, then the sequence as a vector.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: step {} differs", self.seed, self.step)?;
        writeln!(f, "  a: {}", self.a)?;
        writeln!(f, "  b: {}", self.b)?;
        write!(f, "{}", self.sequence.to_vector(&format!("seed {}", self.seed)))
    }
}

/// Runs the sequence of a seed through both and compares the canonical JSON of every answer:
/// reservations by their names, without messages, an absent key the same as null. Last steps
/// `events`, `report` and `metrics` compare what was not read yet.
///
/// # Errors
/// The mismatch, its sequence made short by dropping steps.
pub fn differential(
    a: &mut Make<'_>,
    b: &mut Make<'_>,
    seed: u64,
    len: usize,
) -> Result<Coverage, Box<Mismatch>> {
    let mut whole = sequence(seed, len);
    let last = whole.steps.last().map_or(json!(0), |step| step["at_ms"].clone());
    for ask in ["events", "report", "metrics"] {
        whole.steps.push(json!({"at_ms": last, ask: true}));
    }
    let mut coverage = Coverage::default();
    match compare(a, b, &whole, Some(&mut coverage)) {
        None => Ok(coverage),
        Some((step, ..)) => {
            whole.steps.truncate(step + 1);
            let with = |steps: &[Value]| Sequence { steps: steps.to_vec(), ..whole.clone() };
            let short =
                with(&shorten(&whole.steps, &mut |steps| compare(a, b, &with(steps), None).is_some()));
            let (step, a, b) = compare(a, b, &short, None).unwrap_or((0, Value::Null, Value::Null));
            Err(Box::new(Mismatch { seed, sequence: short, step, a, b }))
        }
    }
}

/// The first step whose answers differ, with both answers.
fn compare(
    a: &mut Make<'_>,
    b: &mut Make<'_>,
    sequence: &Sequence,
    mut coverage: Option<&mut Coverage>,
) -> Option<(usize, Value, Value)> {
    let mut sides = [Side::new(a()), Side::new(b())];
    let now_ms = sequence.steps.first().and_then(|s| s["at_ms"].as_i64()).unwrap_or(0);
    let [first, second] = sides.each_mut().map(|side| side.start(sequence, now_ms));
    if first != second {
        return Some((0, first, second));
    }
    for (index, step) in sequence.steps.iter().enumerate() {
        let [first, second] = sides.each_mut().map(|side| side.step(step));
        if first != second {
            return Some((index, first, second));
        }
        if let Some(coverage) = &mut coverage {
            coverage.note(&first);
        }
    }
    None
}

/// One implementation and the ids it gave to the names.
struct Side {
    engine: Box<dyn Implementation>,
    ids: BTreeMap<String, Value>,
}

impl Side {
    fn new(engine: Box<dyn Implementation>) -> Side {
        Side { engine, ids: BTreeMap::new() }
    }

    fn start(&mut self, sequence: &Sequence, now_ms: i64) -> Value {
        match self.engine.start(&sequence.prices, Some(&sequence.policy), now_ms) {
            Ok(()) => Value::Null,
            Err(refusal) => canonical(refusal),
        }
    }

    fn step(&mut self, step: &Value) -> Value {
        let mut command = step.clone();
        let name = command.as_object_mut().and_then(|c| c.remove("as"));
        for key in ["settle", "release", "without"] {
            if let Some(name) = step.get(key).and_then(Value::as_str) {
                // A name may happen to be how an implementation writes an id: nobody's is neither's.
                command[key] = self.ids.get(name).cloned().unwrap_or_else(|| json!("nobody"));
            }
        }
        let mut answer = self.engine.step(&command);
        if let (Some(Value::String(name)), Some(id)) = (name, answer.get_mut("reservation"))
            && !id.is_null()
        {
            self.ids.insert(name.clone(), id.clone());
            *id = json!(name);
        }
        canonical(answer)
    }
}

/// Without nulls and messages.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .filter(|(key, value)| !value.is_null() && key != "message")
                .map(|(key, value)| (key, canonical(value)))
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(canonical).collect()),
        other => other,
    }
}
