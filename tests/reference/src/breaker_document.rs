//! Reads the breakers of a policy document (§9).

use crate::document::{known_keys, read_id, read_scope, whole};
use crate::policy::{Breaker, Budget, Trip};
use crate::refusal::{Refusal, invalid_policy};
use crate::window::{policy_amount, read_period};
use serde_json::{Map, Value};

const SCOPES: [&str; 5] = ["user", "feature", "provider", "model", "global"];

/// Reads the list; ids are unique, a budget that is named is there.
pub(crate) fn read_breakers(list: &[Value], budgets: &[Budget]) -> Result<Vec<Breaker>, Refusal> {
    let mut breakers: Vec<Breaker> = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let path = format!("breakers[{index}]");
        let breaker = read_breaker(value, &path, budgets)?;
        if breakers.iter().any(|b| b.id == breaker.id) {
            return Err(invalid_policy(format!("{path}.id"), "is there already"));
        }
        breakers.push(breaker);
    }
    Ok(breakers)
}

fn read_breaker(value: &Value, path: &str, budgets: &[Budget]) -> Result<Breaker, Refusal> {
    let object = value.as_object().ok_or_else(|| invalid_policy(path, "is not an object"))?;
    known_keys(object, &["id", "scope", "trip", "cooldown", "action"], path)?;
    let (scope, which) = read_scope(object.get("scope"), &format!("{path}.scope"), &SCOPES)?;
    if object.get("action").is_some_and(|a| a != "block") {
        return Err(invalid_policy(format!("{path}.action"), "is not `block`"));
    }
    Ok(Breaker {
        id: read_id(object.get("id"), &format!("{path}.id"))?,
        scope,
        which,
        trip: read_trip(object.get("trip"), &format!("{path}.trip"), budgets)?,
        cooldown: period(object, "cooldown", path)?,
    })
}

fn period(object: &Map<String, Value>, key: &str, path: &str) -> Result<i64, Refusal> {
    let period = object.get(key).and_then(Value::as_str).and_then(read_period);
    period.ok_or_else(|| invalid_policy(format!("{path}.{key}"), "is not a period"))
}

fn read_trip(value: Option<&Value>, path: &str, budgets: &[Budget]) -> Result<Trip, Refusal> {
    let object = value.and_then(Value::as_object).ok_or_else(|| invalid_policy(path, "is not a trip"))?;
    let kinds: [(&str, &[&str]); 5] = [
        ("spend", &["spend", "within"]),
        ("error_rate_percent", &["error_rate_percent", "within", "min_calls"]),
        ("mean_latency_ms", &["mean_latency_ms", "within", "min_calls"]),
        ("calls", &["calls", "within"]),
        ("budget", &["budget"]),
    ];
    let mut found = kinds.iter().filter(|(kind, _)| object.contains_key(*kind));
    let (Some((kind, keys)), None) = (found.next(), found.next()) else {
        return Err(invalid_policy(path, "is not exactly one kind of trip"));
    };
    known_keys(object, keys, path)?;
    let number = |key: &str, low: i128, high: i128, missing: Option<i128>| match (object.get(key), missing) {
        (None, Some(n)) => Ok(n),
        (value, _) => value
            .and_then(|v| whole(v, low, high))
            .ok_or_else(|| invalid_policy(format!("{path}.{key}"), "is not a whole number in range")),
    };
    let many = 1_i128 << 53;
    Ok(match *kind {
        "spend" => {
            let spend = object["spend"].as_object();
            let spend = spend.ok_or_else(|| invalid_policy(format!("{path}.spend"), "is not an amount"))?;
            known_keys(spend, &["usd"], &format!("{path}.spend"))?;
            let usd = spend.get("usd").unwrap_or(&Value::Null);
            let nanos = policy_amount(usd, "usd", &format!("{path}.spend.usd"))?;
            Trip::Spend { nanos, within: period(object, "within", path)? }
        }
        "error_rate_percent" => Trip::ErrorRate {
            percent: number("error_rate_percent", 0, 100, None)?,
            within: period(object, "within", path)?,
            min_calls: number("min_calls", 1, many, Some(1))?,
        },
        "mean_latency_ms" => Trip::MeanLatency {
            ms: number("mean_latency_ms", 0, many, None)?,
            within: period(object, "within", path)?,
            min_calls: number("min_calls", 1, many, Some(1))?,
        },
        "calls" => {
            Trip::Calls { calls: number("calls", 1, many, None)?, within: period(object, "within", path)? }
        }
        _ => {
            let id = object["budget"].as_str().filter(|id| budgets.iter().any(|b| b.id == *id));
            let id = id.ok_or_else(|| invalid_policy(format!("{path}.budget"), "is not a budget here"))?;
            Trip::Budget { id: id.to_owned() }
        }
    })
}
