//! Seeded random sequences of commands, in the form of conformance vectors.

mod amounts;
mod calls;
mod policies;
mod steps;

use crate::rng::Rng;
use serde_json::{Value, json};

/// A random vector without expectations.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// Prices by model.
    pub prices: Value,
    /// The initial policy.
    pub policy: Value,
    /// Steps with `at_ms`, one command each, reservations named by `as`.
    pub steps: Vec<Value>,
}

impl Sequence {
    /// The sequence as a vector, to be kept where it found something.
    #[must_use]
    pub fn to_vector(&self, name: &str) -> Value {
        json!({"name": name, "prices": self.prices, "policy": self.policy, "steps": self.steps})
    }
}

/// The sequence of a seed: `len` steps, the same on every machine and for ever. It mixes sound and
/// refused commands, several users, tiers, models, windows, zones and breakers, policy changes,
/// clock steps of every kind, repeats, and amounts from the edges.
#[must_use]
pub fn sequence(seed: u64, len: usize) -> Sequence {
    let mut rng = Rng::new(seed);
    let policy = policies::document(&mut rng, 1);
    let mut writer = steps::Writer::new(rng, policy.clone());
    let steps = (0..len).map(|_| writer.step()).collect();
    Sequence { prices: calls::prices(), policy, steps }
}
