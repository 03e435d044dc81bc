//! Any bytes as a snapshot, its checksum set right: an engine or a refusal, never a panic, and an
//! engine that came of it takes commands.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use spendgate_core::{Engine, Options, wire};
use spendgate_reference::generate::sequence;
use std::sync::{Arc, LazyLock};

static START: LazyLock<(Arc<Policy>, Options, Vec<serde_json::Value>)> = LazyLock::new(|| {
    let sequence = sequence(0, 40);
    let options = Options { prices: PriceBook::builtin(), ..Options::default() };
    let engine = wire::start(&sequence.prices, Some(&sequence.policy), 0, options).unwrap();
    (Arc::clone(engine.policy()), engine.options().clone(), sequence.steps)
});

fuzz_target!(|data: &[u8]| {
    let sum = data.iter().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193));
    let mut bytes = b"SPGT\0\0\0\x01".to_vec();
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes.extend_from_slice(data);
    let (policy, options, steps) = &*START;
    if let Ok(mut engine) = Engine::restore(&bytes, Arc::clone(policy), options.clone()) {
        for step in steps {
            wire::step(&mut engine, step);
        }
        let _ = engine.snapshot();
    }
});
