//! The schema of policy documents against the engine that reads them.

mod common;

use common::{ONLY_THE_ENGINE_KNOWS, files, places, policy_schema, spoiled};
use serde_json::{Value, json};
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use spendgate_core::{Options, wire};
use std::collections::BTreeSet;

const NOW_MS: i64 = 1_778_414_400_000;

/// What the engine says of a document.
fn read(document: &Value, prices: &PriceBook) -> Result<Policy, String> {
    Policy::from_value(document, prices, NOW_MS).map_err(|error| error.to_string())
}

/// Every document of vectors and examples, with the prices it is read with.
fn documents() -> Vec<(Value, PriceBook)> {
    let builtin = Options::default().prices;
    let mut all: Vec<(Value, PriceBook)> = Vec::new();
    for (_, text) in files("examples/policies") {
        all.push((serde_json::from_str(&text).unwrap(), builtin.clone()));
    }
    for (_, text) in files("tests/vectors") {
        let file: Value = serde_json::from_str(&text).unwrap();
        for vector in file.as_array().unwrap_or(&vec![file.clone()]) {
            let started = wire::start(&vector["prices"], None, NOW_MS, Options::default());
            let prices = started.map_or_else(|_| builtin.clone(), |engine| engine.options().prices.clone());
            let steps = vector["steps"].as_array().unwrap().iter().map(|step| &step["set_policy"]);
            for document in steps.chain([&vector["policy"]]).filter(|document| !document.is_null()) {
                all.push((document.clone(), prices.clone()));
            }
        }
    }
    all
}

#[test]
fn every_document_that_the_engine_takes_is_valid() {
    let schema = policy_schema();
    let mut taken = 0;
    for (document, prices) in documents() {
        if read(&document, &prices).is_ok() {
            taken += 1;
            let faults: Vec<String> =
                schema.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(faults.is_empty(), "{document}\n{faults:?}");
        }
    }
    assert!(taken > 400, "only {taken} documents");
}

#[test]
fn schema_and_engine_refuse_the_same_documents() {
    let schema = policy_schema();
    let mut counts = [0; 3];
    let mut seen = BTreeSet::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    let mut check = |document: &Value, prices: &PriceBook, what: &str| {
        let valid = schema.is_valid(document);
        match read(document, prices) {
            Ok(_) => {
                assert!(
                    valid,
                    "a false alarm: {what}\n{document}\n{:?}",
                    schema.iter_errors(document).next()
                );
                0
            }
            Err(_) if !valid => 1,
            Err(error) => {
                let known = ONLY_THE_ENGINE_KNOWS.iter().find(|known| error.contains(**known));
                assert!(known.is_some(), "the engine alone refuses: {what}: {error}\n{document}");
                met.extend(known);
                2
            }
        }
    };
    for (document, prices) in documents() {
        counts[check(&document, &prices, "as it is")] += 1;
        if document.is_object() && read(&document, &prices).is_ok() && seen.insert(shape(&document)) {
            for (what, spoiled) in spoiled(&document) {
                counts[check(&spoiled, &prices, &what)] += 1;
            }
        }
    }
    let [taken, both, engine] = counts;
    assert_eq!(met.len(), ONLY_THE_ENGINE_KNOWS.len(), "{met:?}");
    println!("{taken} documents taken, {both} refused by both, {engine} by the engine alone");
    assert!(taken > 5_000 && both > 50_000, "{counts:?}");
}

/// Which keys and types a document has: one of each shape is enough to spoil.
fn shape(document: &Value) -> String {
    let kinds: BTreeSet<String> = places(document)
        .into_iter()
        .map(|at| {
            let value = document.pointer(&at).unwrap();
            let place: String = at.chars().filter(|c| !c.is_ascii_digit()).collect();
            let kind = match value {
                Value::Object(_) | Value::Array(_) => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            format!("{place} {kind}")
        })
        .collect();
    format!("{kinds:?}")
}

#[test]
fn defaults_are_the_engines() {
    let schema = spendgate_core::policy::schema();
    let prices = Options::default().prices;
    let budget =
        json!({"id": "b", "scope": {"global": true}, "limit": {"usd": "1"}, "window": {"kind": "monthly"}});
    let breaker = json!({"id": "k", "scope": {"global": true}, "cooldown": "1m",
        "trip": {"error_rate_percent": 5, "within": "1m"}});
    let plain = json!({"budgets": [budget], "breakers": [breaker]});
    let wanted = format!("{:?}", read(&plain, &prices).unwrap());
    let mut checked = 0;
    // The properties at a place of the schema, and the place of the document that they are about.
    let trip = schema["$defs"]["breaker"]["properties"]["trip"]["oneOf"].as_array().unwrap();
    let trip = trip.iter().find(|form| form["properties"].get("error_rate_percent").is_some()).unwrap();
    let months = schema["$defs"]["window"]["anyOf"].as_array().unwrap();
    let months = months.iter().find(|form| form["properties"]["kind"]["const"] == "monthly").unwrap();
    for (properties, at) in [
        (&schema["properties"], ""),
        (&schema["$defs"]["budget"]["properties"], "/budgets/0"),
        (&schema["$defs"]["breaker"]["properties"], "/breakers/0"),
        (&trip["properties"], "/breakers/0/trip"),
        (&months["properties"], "/budgets/0/window"),
    ] {
        for (key, property) in properties.as_object().unwrap() {
            let Some(default) =
                property.get("default").filter(|_| !["budgets", "breakers"].contains(&key.as_str()))
            else {
                continue;
            };
            let mut said = plain.clone();
            said.pointer_mut(at).unwrap()[key] = default.clone();
            assert_eq!(format!("{:?}", read(&said, &prices).unwrap()), wanted, "{at}/{key}: {default}");
            checked += 1;
        }
    }
    assert!(checked >= 12, "only {checked} defaults");
    let none = |key: &str| schema["properties"][key]["default"].clone();
    let empty = json!({"budgets": none("budgets"), "breakers": none("breakers")});
    assert_eq!(format!("{:?}", read(&empty, &prices)), format!("{:?}", read(&json!({}), &prices)));
}

#[test]
fn the_generated_file_is_this_schema() {
    let text = std::fs::read_to_string(common::root().join("docs/schemas/policy.schema.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), spendgate_core::policy::schema());
}
