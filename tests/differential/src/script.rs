//! What is asked: a random sequence, made odd here and there, as lines with the engine's answers.

use crate::mutate::{Names, mutate};
use crate::odd;
use serde_json::{Value, json};
use spendgate_core::wire;
use spendgate_reference::{Rng, generate};

/// So many steps of a hundred are made odd.
const ODD_PERCENT: u64 = 25;
/// Times that `start` is given.
const TIMES_MS: std::ops::Range<i64> = -62_135_596_800_000..253_402_300_800_000;

/// A sequence of a seed. Reservations have names (`as`), as in a vector.
#[derive(Debug, Clone)]
pub struct Script {
    /// The seed.
    pub seed: u64,
    /// Configurations that are tried first; the engine is begun anew after them.
    pub refused: Vec<Value>,
    /// The configuration of the engine: `prices`, `policy`, `at_ms`.
    pub start: Value,
    /// The steps.
    pub steps: Vec<Value>,
}

/// One line as it is sent, and what the engine answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// JSON text without a line break.
    pub asked: String,
    /// The answer as canonical JSON: keys sorted, no spaces.
    pub answer: String,
}

impl Script {
    /// The script of a seed, `len` steps long; a shorter one is its beginning.
    #[must_use]
    pub fn of_seed(seed: u64, len: usize) -> Script {
        let drawn = generate::sequence(seed, len);
        // Numbers of its own, so that the generator's sequence stays what it is.
        let mut rng = Rng::new(!seed);
        let names = Names::draw(&mut rng);
        let at_ms = drawn.steps.first().and_then(|step| step.get("at_ms")?.as_i64());
        let at_ms = at_ms.filter(|ms| TIMES_MS.contains(ms)).unwrap_or(0);
        let mut start =
            json!({"prices": drawn.prices, "policy": drawn.policy, "at_ms": at_ms, "report_rows": 10_000});
        names.exchange(&mut start);
        close_some(&mut rng, &mut start);
        let mut refused = Vec::new();
        if rng.percent(30) {
            refused.push(faulty(&mut rng, &start));
        }
        if rng.percent(30) {
            start["policy"] = json!(start["policy"].to_string());
        }
        let steps = drawn.steps.into_iter().map(|mut step| {
            names.exchange(&mut step);
            if rng.percent(ODD_PERCENT) {
                mutate(&mut rng, &mut step);
            }
            step
        });
        let steps = steps.collect();
        Script { seed, refused, start, steps }
    }

    /// The lines, with the answers of an engine in this process, up to a `start` that is refused.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::with_capacity(self.steps.len() + 2);
        let mut engine = None;
        for config in self.refused.iter().chain([&self.start]) {
            let config = odd::written(config);
            let answer = match wire::open(&config) {
                Ok(opened) => {
                    engine = Some(opened);
                    r#"{"outcome":"started"}"#.to_owned()
                }
                Err(error) => {
                    engine = None;
                    wire::error_text(&error)
                }
            };
            lines.push(Line { asked: format!("{{\"start\":{config}}}"), answer });
        }
        let Some(mut engine) = engine else { return lines };
        let mut ids: Vec<(String, String)> = Vec::new();
        for step in &self.steps {
            let mut command = step.clone();
            let name = command.as_object_mut().and_then(|members| members.remove("as"));
            for key in ["settle", "release", "without"] {
                if let Some(Value::String(name)) = command.get_mut(key)
                    && let Some((_, id)) = ids.iter().rev().find(|(known, _)| known == name)
                {
                    name.clone_from(id);
                }
            }
            let asked = odd::written(&command);
            let answer = wire::step_text(&mut engine, &asked);
            if let Some(Value::String(name)) = name
                && let Some(id) = reservation(&answer)
            {
                ids.push((name, id));
            }
            lines.push(Line { asked, answer });
        }
        lines
    }

    /// The script as a vector without expectations.
    #[must_use]
    pub fn to_vector(&self) -> String {
        let (prices, policy) = (self.start.get("prices"), self.start.get("policy"));
        odd::written(&json!({"name": format!("seed {}", self.seed), "prices": prices, "policy": policy,
            "steps": self.steps}))
    }
}

fn reservation(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    Some(answer.get("reservation")?.as_str()?.to_owned())
}

/// The generator knows no store: some budgets are made to refuse calls when theirs is away.
fn close_some(rng: &mut Rng, start: &mut Value) {
    for budget in start["policy"]["budgets"].as_array_mut().into_iter().flatten() {
        if rng.percent(10) {
            budget["on_unavailable"] = json!("closed");
        }
    }
}

/// A configuration with something odd in its policy or its prices.
fn faulty(rng: &mut Rng, start: &Value) -> Value {
    let mut faulty = start.clone();
    let key = rng.pick(&["policy", "policy", "prices"]);
    let mut inside = json!({"set_policy": start[key]});
    mutate(rng, &mut inside);
    faulty[key] = inside.get("set_policy").cloned().unwrap_or(Value::Null);
    faulty
}
