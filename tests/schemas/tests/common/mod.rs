//! Validators, the documents of the repository, and ways to spoil a document.
#![allow(dead_code, reason = "each test file uses a part of it")]

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The engine's refusals that are about a value or about several keys, which no schema says.
pub const ONLY_THE_ENGINE_KNOWS: [&str; 10] = [
    "is not a time zone of the IANA database",
    "stands twice",
    "is not the id of a budget",
    "has no price",
    "leads back to it",
    "is not cheaper than",
    "does not rise above",
    "is milder than",
    "is larger than the largest amount",
    "is not a period such as",
];

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The schema of a policy document, itself checked against its draft.
pub fn policy_schema() -> Validator {
    let schema = spendgate_core::policy::schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// The schema of vector files, with the other one beside it as in `docs/schemas`.
pub fn vectors_schema() -> Validator {
    let schema = spendgate_conformance::schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let registry = Registry::new()
        .add("file:///policy.schema.json", spendgate_core::policy::schema())
        .unwrap()
        .prepare()
        .unwrap();
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .with_base_uri("file:///vectors.schema.json")
        .with_registry(&registry)
        .build(&schema)
        .unwrap()
}

/// The files of a folder, by name, with their texts.
pub fn files(folder: &str) -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root().join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort();
    assert!(!paths.is_empty(), "{folder}");
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Where the values of a document are, as JSON pointers, the whole first.
pub fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    gather(value, "", &mut found);
    found
}

fn gather(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut inside = |key: &str, value: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(at.clone());
        gather(value, &at, found);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| inside(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| inside(&i.to_string(), value)),
        _ => {}
    }
}

/// The document spoiled in every way: a key more in each object, each member gone, each value of each other type and
/// some that are out of range. Each with what was done.
pub fn spoiled(document: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for at in places(document) {
        let here = document.pointer(&at).unwrap();
        let mut put = |what: &str, value: Value| {
            let mut other = document.clone();
            *other.pointer_mut(&at).unwrap() = value;
            all.push((format!("{what} at `{at}`"), other));
        };
        for other in [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(1),
            json!(-1),
            json!(1.5),
            json!(1e300),
            json!(""),
            json!("*"),
            json!("a\nb"),
            json!("x"),
            json!("5"),
            json!("5.0"),
            json!("-5"),
            json!("1h"),
            json!("block"),
            json!([]),
            json!(["x"]),
            json!({}),
            json!({"x": 1}),
            json!({"user": "x"}),
            json!({"global": true}),
            json!({"usd": "1"}),
        ] {
            if other != *here {
                put(&format!("{other}"), other);
            }
        }
        if let Value::Object(members) = here {
            for key in ["colour", "", "Id", "usd", "user", "id", "action", "note", "at"] {
                if !members.contains_key(key) {
                    let mut more = members.clone();
                    more.insert(key.to_owned(), json!("1"));
                    put(&format!("the key `{key}` more"), Value::Object(more));
                }
            }
            for key in members.keys() {
                let mut fewer = members.clone();
                fewer.remove(key);
                put(&format!("the key `{key}` gone"), Value::Object(fewer));
            }
        }
        if let Value::Array(items) = here {
            let more = |item: Value| items.iter().cloned().chain([item]).collect();
            put("an item more", more(items.first().cloned().unwrap_or(json!("x"))));
            put("a list as item", more(json!([])));
        }
    }
    all
}
