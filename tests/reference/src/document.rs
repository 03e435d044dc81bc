//! Reads a policy document (§3): the whole of it is right, or the first fault names its path.

use crate::amount::{UNITS, read, unit};
use crate::breaker_document::read_breakers;
use crate::call::{check_id, fill_tokens, read_estimate};
use crate::policy::{Action, Budget, Filter, Policy, Unpriced, Which};
use crate::price::{self, Table};
use crate::refusal::{Refusal, invalid_policy};
use crate::window::{Defaults, policy_amount, read_weekday, read_window, read_zone};
use serde_json::{Map, Value};
use spendgate_conformance::Tree;
use std::collections::{BTreeMap, BTreeSet};

const KEYS: [&str; 10] = [
    "version",
    "timezone",
    "week_start",
    "budgets",
    "downgrades",
    "prices",
    "breakers",
    "on_unpriced",
    "on_missing_user",
    "default_estimate",
];
const SCOPES: [&str; 8] = ["user", "tier", "org", "feature", "session", "provider", "model", "global"];

/// Reads a document over the prices that are there already. A string is a document as JSON text, in
/// which no key may stand twice.
pub(crate) fn read_document(document: &Value, prices: &Table) -> Result<Policy, Refusal> {
    let Some(text) = document.as_str() else { return read_policy(document, prices) };
    let tree = Tree::read(text).map_err(|e| invalid_policy("", &e.to_string()))?;
    match tree.repeated() {
        Some(path) => Err(invalid_policy(path, "stands twice")),
        None => read_policy(&tree.to_value(), prices),
    }
}

fn read_policy(document: &Value, prices: &Table) -> Result<Policy, Refusal> {
    let object = document.as_object().ok_or_else(|| invalid_policy("", "is not an object"))?;
    known_keys(object, &KEYS, "")?;
    let get = |key: &str| object.get(key);
    let version = match get("version") {
        None => 0,
        Some(value) => {
            whole(value, 0, 1 << 53).ok_or_else(|| invalid_policy("version", "is not a version"))?
        }
    };
    let defaults = Defaults {
        zone: get("timezone").map_or(Ok("UTC".to_owned()), |v| read_zone(v, "timezone"))?,
        first: get("week_start").map_or(Ok(0), |v| read_weekday(v, "week_start"))?,
    };
    let mut table = prices.clone();
    table.extend(price::read_table(get("prices").unwrap_or(&Value::Null), "prices")?);
    let mut budgets: Vec<Budget> = Vec::new();
    for (index, value) in list(get("budgets"), "budgets")?.iter().enumerate() {
        let path = format!("budgets[{index}]");
        let budget = read_budget(value, &path, &defaults)?;
        if budgets.iter().any(|b| b.id == budget.id) {
            return Err(invalid_policy(format!("{path}.id"), "is there already"));
        }
        budgets.push(budget);
    }
    let missing_user = match get("on_missing_user") {
        None => "shared".to_owned(),
        Some(value) => value
            .as_str()
            .filter(|v| ["shared", "none", "block"].contains(v))
            .ok_or_else(|| invalid_policy("on_missing_user", "is not known"))?
            .to_owned(),
    };
    let mut default_estimate = match get("default_estimate") {
        None => BTreeMap::new(),
        Some(value) => read_estimate(value, "default_estimate")
            .map_err(|r| invalid_policy(r.path.unwrap_or_default(), &r.message))?,
    };
    fill_tokens(&mut default_estimate);
    Ok(Policy {
        version,
        breakers: read_breakers(list(get("breakers"), "breakers")?, &budgets)?,
        downgrades: read_downgrades(get("downgrades"), &table)?,
        unpriced: read_unpriced(get("on_unpriced"))?,
        defaults,
        budgets,
        prices: table,
        missing_user,
        default_estimate,
    })
}

/// An unknown key is named by its own path.
pub(crate) fn known_keys(object: &Map<String, Value>, keys: &[&str], path: &str) -> Result<(), Refusal> {
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) if path.is_empty() => Err(invalid_policy(key, "is not a known key")),
        Some(key) => Err(invalid_policy(format!("{path}.{key}"), "is not a known key")),
    }
}

/// A whole number given as a number, inside a range.
pub(crate) fn whole(value: &Value, low: i128, high: i128) -> Option<i128> {
    value.is_number().then(|| read(value, "tokens").ok()).flatten().filter(|n| (low..=high).contains(n))
}

fn list<'a>(value: Option<&'a Value>, path: &str) -> Result<&'a [Value], Refusal> {
    match value {
        None => Ok(&[]),
        Some(value) => {
            value.as_array().map(Vec::as_slice).ok_or_else(|| invalid_policy(path, "is not a list"))
        }
    }
}

/// An id of a document: R1 with the path of the value.
pub(crate) fn read_id(value: Option<&Value>, path: &str) -> Result<String, Refusal> {
    let id = value.and_then(Value::as_str).filter(|id| check_id(id).is_ok());
    id.map(str::to_owned).ok_or_else(|| invalid_policy(path, "is not an id"))
}

/// R6: exactly one scope key, else the path is the scope's own.
pub(crate) fn read_scope(
    value: Option<&Value>,
    path: &str,
    known: &[&'static str],
) -> Result<(&'static str, Which), Refusal> {
    let fault = |path: &str| Err(invalid_policy(path, "is not a scope"));
    let Some(object) = value.and_then(Value::as_object) else { return fault(path) };
    known_keys(object, known, path)?;
    let mut keys = known.iter().filter(|key| object.contains_key(**key));
    let (Some(scope), None) = (keys.next(), keys.next()) else { return fault(path) };
    let inside = format!("{path}.{scope}");
    match &object[*scope] {
        Value::Bool(true) if *scope == "global" => Ok((scope, Which::All)),
        Value::String(star) if *scope != "global" && *scope != "tier" && star == "*" => {
            Ok((scope, Which::Any))
        }
        Value::String(star) if *scope == "tier" && star == "*" => fault(&inside),
        Value::String(_) if *scope != "global" => {
            Ok((scope, Which::This(read_id(object.get(*scope), &inside)?)))
        }
        _ => fault(&inside),
    }
}

fn read_budget(value: &Value, path: &str, defaults: &Defaults) -> Result<Budget, Refusal> {
    let object = value.as_object().ok_or_else(|| invalid_policy(path, "is not an object"))?;
    let keys = [
        "id",
        "scope",
        "limit",
        "window",
        "action",
        "alert_at_percent",
        "enabled",
        "match",
        "steps",
        "on_unavailable",
    ];
    known_keys(object, &keys, path)?;
    let inside = |key: &str| format!("{path}.{key}");
    let (scope, which) = read_scope(object.get("scope"), &inside("scope"), &SCOPES)?;
    let (unit, limit) = read_limit(object.get("limit"), &inside("limit"))?;
    let window = object.get("window").ok_or_else(|| invalid_policy(inside("window"), "is missing"))?;
    match object.get("on_unavailable").map(Value::as_str) {
        None | Some(Some("open" | "closed")) => {}
        Some(_) => return Err(invalid_policy(inside("on_unavailable"), "is not known")),
    }
    let enabled = match object.get("enabled") {
        None => true,
        Some(value) => value.as_bool().ok_or_else(|| invalid_policy(inside("enabled"), "is not a switch"))?,
    };
    Ok(Budget {
        id: read_id(object.get("id"), &inside("id"))?,
        scope,
        which,
        unit,
        limit,
        window: read_window(window, &inside("window"), defaults)?,
        filter: read_filter(object.get("match"), &inside("match"))?,
        steps: read_steps(object, path)?,
        alerts: read_alerts(object.get("alert_at_percent"), &inside("alert_at_percent"))?,
        enabled,
    })
}

fn read_limit(value: Option<&Value>, path: &str) -> Result<(&'static str, i128), Refusal> {
    let object = value.and_then(Value::as_object).ok_or_else(|| invalid_policy(path, "is not a limit"))?;
    known_keys(object, &UNITS, path)?;
    let mut entries = object.iter();
    let (Some((key, amount)), None) = (entries.next(), entries.next()) else {
        return Err(invalid_policy(path, "is not exactly one unit"));
    };
    let unit = unit(key).ok_or_else(|| invalid_policy(path, "is not a unit"))?;
    Ok((unit, policy_amount(amount, unit, &format!("{path}.{key}"))?))
}

fn read_steps(object: &Map<String, Value>, path: &str) -> Result<Vec<(i128, Action)>, Refusal> {
    let action = |value: Option<&Value>, path: &str| {
        let action = value.and_then(Value::as_str).and_then(Action::parse);
        action.ok_or_else(|| invalid_policy(path, "is not an action"))
    };
    let inside = |key: &str| format!("{path}.{key}");
    let Some(steps) = object.get("steps") else {
        // §6: `action: X` is one step at 100; the default is `warn`.
        let given = match object.get("action") {
            None => Action::Warn,
            given => action(given, &inside("action"))?,
        };
        return Ok(vec![(100, given)]);
    };
    let list = steps.as_array().filter(|list| !list.is_empty() && !object.contains_key("action"));
    let list = list.ok_or_else(|| invalid_policy(inside("steps"), "is not a ladder of its own"))?;
    let mut read: Vec<(i128, Action)> = Vec::new();
    for (index, step) in list.iter().enumerate() {
        let path = format!("{path}.steps[{index}]");
        let step = step.as_object().ok_or_else(|| invalid_policy(&path, "is not a step"))?;
        known_keys(step, &["at_percent", "action"], &path)?;
        let percent = step.get("at_percent").and_then(|v| whole(v, 1, 1000));
        let percent = percent.filter(|p| read.last().is_none_or(|(last, _)| p > last));
        let percent = percent.ok_or_else(|| invalid_policy(format!("{path}.at_percent"), "does not rise"))?;
        let path = format!("{path}.action");
        let action = action(step.get("action"), &path)?;
        if read.last().is_some_and(|(_, last)| action < *last) {
            return Err(invalid_policy(path, "falls in severity"));
        }
        read.push((percent, action));
    }
    Ok(read)
}

fn read_alerts(value: Option<&Value>, path: &str) -> Result<BTreeSet<i128>, Refusal> {
    let Some(value) = value else { return Ok(BTreeSet::from([80])) };
    let list = value.as_array().ok_or_else(|| invalid_policy(path, "is not a list"))?;
    list.iter()
        .enumerate()
        .map(|(i, v)| {
            whole(v, 1, 1000).ok_or_else(|| invalid_policy(format!("{path}[{i}]"), "is not a percent"))
        })
        .collect()
}

fn read_filter(value: Option<&Value>, path: &str) -> Result<Filter, Refusal> {
    let mut filter = Filter::new();
    let Some(value) = value else { return Ok(filter) };
    let object = value.as_object().ok_or_else(|| invalid_policy(path, "is not an object"))?;
    known_keys(object, &["models", "providers", "features"], path)?;
    for key in ["models", "providers", "features"] {
        let Some(value) = object.get(key) else { continue };
        let path = format!("{path}.{key}");
        let list = value.as_array().filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| invalid_policy(&path, "is not a list of names"))?;
        let mut names = BTreeSet::new();
        for (index, name) in list.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let name = read_id(Some(name), &path)?;
            // R5: an id, or a prefix and one trailing star.
            if name.strip_suffix('*').unwrap_or(&name).contains('*') {
                return Err(invalid_policy(path, "has a star that is not at its end"));
            }
            names.insert(name);
        }
        filter.insert(key, names);
    }
    Ok(filter)
}

fn read_unpriced(value: Option<&Value>) -> Result<Unpriced, Refusal> {
    match value {
        None => Ok(Unpriced::Allow),
        Some(Value::String(text)) if text == "allow" => Ok(Unpriced::Allow),
        Some(Value::String(text)) if text == "block" => Ok(Unpriced::Block),
        Some(Value::Object(object)) => {
            known_keys(object, &["usd_per_mtok"], "on_unpriced")?;
            let path = "on_unpriced.usd_per_mtok";
            Ok(Unpriced::StandIn(price::read_rates(
                object.get("usd_per_mtok").unwrap_or(&Value::Null),
                path,
            )?))
        }
        Some(_) => Err(invalid_policy("on_unpriced", "is not known")),
    }
}

/// §3: both priced, no rate higher, one lower, ids resolved first (so a loop cannot stand).
fn read_downgrades(value: Option<&Value>, table: &Table) -> Result<BTreeMap<String, String>, Refusal> {
    let mut map = BTreeMap::new();
    let Some(value) = value else { return Ok(map) };
    let object = value.as_object().ok_or_else(|| invalid_policy("downgrades", "is not an object"))?;
    for (from, to) in object {
        let path = format!("downgrades.{from}");
        read_id(Some(&Value::String(from.clone())), &path)?;
        let to = read_id(Some(to), &path)?;
        let cheaper = match (price::resolve(table, from), price::resolve(table, &to)) {
            (Some((_, dear)), Some((_, cheap))) => cheap.cheaper_than(dear),
            _ => false,
        };
        if !cheaper {
            return Err(invalid_policy(path, "is not a cheaper model"));
        }
        map.insert(from.clone(), to);
    }
    Ok(map)
}
