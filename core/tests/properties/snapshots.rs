//! Snapshots: a restored engine is the engine; a damaged one is refused.

use crate::guarantees::run;
use proptest::prelude::*;
use serde_json::Value;
use spendgate_core::error::Error;
use spendgate_core::{Engine, Options, wire};
use spendgate_reference::generate::sequence;
use std::sync::Arc;

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(96);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The engine after the first steps of a seed, and the steps that are left.
fn part_way(seed: u64, len: usize, at: usize) -> (Engine, Vec<Value>) {
    let mut sequence = sequence(seed, len);
    let mut engine = wire::start(
        &sequence.prices,
        Some(&sequence.policy),
        0,
        Options { report_rows: 3, ..Options::default() },
    )
    .unwrap();
    let rest = sequence.steps.split_off(at.min(len));
    for step in &sequence.steps {
        run(&mut engine, step);
    }
    (engine, rest)
}

fn restored(engine: &Engine, bytes: &[u8]) -> Result<Engine, Error> {
    Engine::restore(bytes, Arc::clone(engine.policy()), engine.options().clone())
}

/// The checksum of a snapshot's body, so that damage gets past it.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() >= 12 {
        let sum =
            bytes[12..].iter().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193));
        bytes[8..12].copy_from_slice(&sum.to_le_bytes());
    }
    bytes
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_restored_engine_answers_every_command_as_the_first(seed in any::<u64>(), at in 0..120_usize, hash_seed in any::<u64>()) {
        let (mut engine, rest) = part_way(seed, 120, at);
        let bytes = engine.snapshot();
        let options = Options { hash_seed, ..engine.options().clone() };
        let mut second = Engine::restore(&bytes, Arc::clone(engine.policy()), options).unwrap();
        prop_assert!(second.snapshot() == bytes, "the snapshot of the restored engine differs");
        for step in &rest {
            prop_assert_eq!(run(&mut engine, step), run(&mut second, step), "{}", step);
        }
        prop_assert!(second.snapshot() == engine.snapshot(), "the snapshots at the end differ");
    }

    #[test]
    fn a_damaged_snapshot_is_refused(seed in any::<u64>(), place in any::<prop::sample::Index>(), bit in 0..8_u32, cut in any::<bool>()) {
        let (engine, _) = part_way(seed, 60, 60);
        let mut bytes = engine.snapshot();
        let place = place.index(bytes.len());
        if cut {
            bytes.truncate(place);
        } else {
            bytes[place] ^= 1 << bit;
        }
        let refusal = restored(&engine, &bytes).err();
        prop_assert_eq!(refusal.map(|e| e.code()), Some("invalid_snapshot"));
    }

    /// Whoever seals a damaged snapshot anew gets an engine or a refusal, never a panic.
    #[test]
    fn a_forged_snapshot_does_no_harm(
        seed in any::<u64>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let (engine, rest) = part_way(seed, 60, 40);
        let mut bytes = engine.snapshot();
        for (place, value) in &damage {
            let place = 12 + place.index(bytes.len() - 12);
            bytes[place] = *value;
        }
        if let Ok(mut forged) = restored(&engine, &sealed(bytes)) {
            for step in &rest {
                run(&mut forged, step);
            }
        }
    }
}
