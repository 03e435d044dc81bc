//! The table, its reader and the usage readers against what genai-prices itself says
//! (`scripts/prices/golden.py` writes the file).

use super::*;
use serde_json::Value;

fn rows(part: &str) -> Vec<Value> {
    let golden: Value = serde_json::from_str(include_str!("../../data/golden.json")).unwrap();
    golden[part].as_array().unwrap().clone()
}

fn counts(list: &Value, service_tier: ServiceTier) -> TokenUsage {
    let c: Vec<i64> = list.as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect();
    TokenUsage {
        input: c[0],
        cached_input: c[1],
        cache_write: c[2],
        cache_write_1h: c[3],
        output: c[4],
        audio_input: c[5],
        audio_output: c[6],
        cached_audio: c[7],
        image_input: c[8],
        image_output: c[9],
        cached_image: c[10],
        web_searches: c[11],
        service_tier,
        partial: false,
    }
}

#[test]
fn every_model_costs_what_the_source_says() {
    let book = PriceBook::builtin();
    let (mut wrong, rows) = (Vec::new(), rows("models"));
    for row in &rows {
        let tier = match row[3].as_str().unwrap() {
            "B" => ServiceTier::Batch,
            "F" => ServiceTier::Flex,
            "P" => ServiceTier::Priority,
            _ => ServiceTier::Standard,
        };
        let m = book.resolve(row[0].as_str(), row[1].as_str().unwrap()).unwrap();
        let cost = book.cost(m, &counts(&row[4], tier), row[2].as_i64().unwrap());
        if Some(cost) != row[5].as_i64() || book.name(m) != row[1] || book.provider(m) != row[0].as_str() {
            wrong.push(format!("{row} not {cost} of {}", book.name(m)));
        }
    }
    assert!(rows.len() > 500);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_usage_object_costs_what_the_source_says() {
    let book = PriceBook::builtin();
    let (mut wrong, rows) = (Vec::new(), rows("shapes"));
    for row in &rows {
        let m = book.resolve(row["provider"].as_str(), row["model"].as_str().unwrap()).unwrap();
        let usage = TokenUsage::from_provider(&row["usage"]).unwrap();
        let cost = book.cost(m, &usage, row["at"].as_i64().unwrap());
        if Some(cost) != row["nanos"].as_i64() {
            wrong.push(format!("{row}\n  not {cost} of {}: {usage:?}", book.name(m)));
        }
    }
    assert!(rows.len() > 20);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
