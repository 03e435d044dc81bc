//! Writes a seed corpus: policies and amounts from the conformance vectors, choices of steps, and
//! bodies of snapshots of random sequences. `seeds VECTORS OUT`.

use serde_json::Value;
use spendgate_core::{Options, wire};
use spendgate_reference::generate::sequence;
use std::path::Path;
use std::{env, fs};

fn put(folder: &Path, index: usize, bytes: &[u8]) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(format!("{index:05}")), bytes).unwrap();
}

fn walk(value: &Value, policies: &mut Vec<Value>, texts: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if key == "policy" || key == "set_policy" {
                    policies.push(value.clone());
                }
                walk(value, policies, texts);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, policies, texts)),
        Value::String(text) if text.len() <= 24 && text.contains(|c: char| c.is_ascii_digit()) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        _ => {}
    }
}

fn main() {
    let mut arguments = env::args().skip(1);
    let (vectors, out) = (arguments.next().unwrap(), arguments.next().unwrap());
    let out = Path::new(&out);
    let (mut policies, mut texts) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(vectors).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            walk(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(), &mut policies, &mut texts);
        }
    }
    texts.sort();
    texts.dedup();
    for (index, policy) in policies.iter().enumerate() {
        let text = policy.as_str().map_or_else(|| policy.to_string(), str::to_owned);
        put(&out.join("policy"), index, text.as_bytes());
    }
    texts.iter().enumerate().for_each(|(index, text)| put(&out.join("amounts"), index, text.as_bytes()));
    for seed in 0..100_u16 {
        let choice: Vec<u8> = seed.to_le_bytes().into_iter().chain((0..64).flat_map(|i| [i, 7])).collect();
        put(&out.join("commands"), usize::from(seed), &choice);
        let start = sequence(0, 40);
        let mut engine = wire::start(&start.prices, Some(&start.policy), 0, Options::default()).unwrap();
        sequence(u64::from(seed), 40).steps.iter().for_each(|step| drop(wire::step(&mut engine, step)));
        put(&out.join("snapshot"), usize::from(seed), &engine.snapshot()[12..]);
    }
}
