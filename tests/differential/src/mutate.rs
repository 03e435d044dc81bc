//! Steps made odd: a value of another type, a member too few or too many, a number or a text that needs care.

use crate::odd;
use serde_json::{Map, Value, json};
use spendgate_core::wire::COMMANDS;
use spendgate_reference::Rng;

/// Names of the generator that are exchanged for odd ones, everywhere in a sequence.
const NAMES: [&str; 9] = ["bob", "cyd", "acme", "s1", "odd", "b1", "b3", "b5", "k1"];

/// Exchanges some names of a whole sequence for ids that need care.
pub(crate) struct Names(Vec<(&'static str, &'static str)>);

impl Names {
    pub(crate) fn draw(rng: &mut Rng) -> Names {
        let mut odd = odd::IDS.to_vec();
        let mut pairs = Vec::new();
        for name in NAMES {
            if rng.percent(50) {
                // Each stands for one name: two budgets of one id would be refused.
                pairs.push((name, odd.swap_remove(rng.index(odd.len()))));
            }
        }
        Names(pairs)
    }

    pub(crate) fn exchange(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some((_, odd)) = self.0.iter().find(|(name, _)| name == text) {
                    *text = (*odd).to_owned();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.exchange(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.exchange(member)),
            _ => {}
        }
    }
}

/// Makes one thing of a step odd. Its time mostly stays, so that the sequence goes on meaning something.
pub(crate) fn mutate(rng: &mut Rng, step: &mut Value) {
    match rng.below(24) {
        0..=1 => drop_member(rng, step),
        2..=5 => replace(rng, step, |_| true, odd::value),
        6..=7 => add_member(rng, step),
        8..=13 => replace(rng, step, takes_number, odd::number),
        14..=16 => replace(rng, step, Value::is_string, odd::text),
        17..=19 => add_option(rng, step),
        20..=21 => policy_as_text(rng, step),
        22 => {
            *step = json!({"at_ms": step["at_ms"], "store": rng.pick(&[json!("down"), json!("up"), json!("up"), json!(1)])})
        }
        _ => match rng.below(6) {
            0 => *step = odd::value(rng),
            1 => odd_time(rng, step),
            2 => step["expire"] = json!(true),
            _ => replace(rng, step, Value::is_number, odd::number),
        },
    }
}

fn takes_number(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
}

/// A time that is none, or one that is written in words.
fn odd_time(rng: &mut Rng, step: &mut Value) {
    let Some(object) = step.as_object_mut() else { return };
    let ms = object.remove("at_ms").and_then(|at| at.as_i64()).unwrap_or(0);
    match rng.below(3) {
        0 => drop(object.insert("at".to_owned(), json!(spendgate_core::time::format(ms)))),
        1 => drop(object.insert("at".to_owned(), odd::text(rng))),
        _ => drop(object.insert("at_ms".to_owned(), odd::value(rng))),
    }
}

/// An option of some command, where it belongs and where it does not, with a value that is odd.
fn add_option(rng: &mut Rng, step: &mut Value) {
    let options =
        ["ttl_ms", "ttl_ms", "latency_ms", "latency_ms", "ok", "by", "why", "actual", "expect", "note"];
    let key = match rng.below(12) {
        0 => rng.pick(&COMMANDS),
        _ => rng.pick(&options),
    };
    if let Some(object) = step.as_object_mut() {
        let value = if rng.percent(60) { odd::number(rng) } else { odd::value(rng) };
        object.insert(key.to_owned(), value);
    }
}

/// A document as its JSON text: sound, with a key twice, cut off, or followed by more.
fn policy_as_text(rng: &mut Rng, step: &mut Value) {
    let Some(document) = step.get_mut("set_policy") else { return replace(rng, step, |_| true, odd::value) };
    let text = odd::written(document);
    *document = json!(match rng.below(6) {
        0 => text.replacen('{', r#"{"version":1,"#, 1),
        1 => text.replacen(r#"{"id":"#, r#"{"enabled":true,"enabled":false,"id":"#, 1),
        2 => text.chars().take(rng.index(text.len().max(1))).collect(),
        3 => format!("{text} x"),
        _ => text,
    });
}

/// Another value at one place that `fits`.
fn replace(rng: &mut Rng, step: &mut Value, fits: fn(&Value) -> bool, value: fn(&mut Rng) -> Value) {
    let fitting: Vec<String> =
        places(step).into_iter().filter(|at| step.pointer(at).is_some_and(fits)).collect();
    if fitting.is_empty() {
        return;
    }
    let mut at = rng.pick(&fitting);
    if at == "/at_ms" {
        at = rng.pick(&fitting);
    }
    if let Some(place) = step.pointer_mut(&at) {
        *place = value(rng);
    }
}

fn drop_member(rng: &mut Rng, step: &mut Value) {
    if let Some(object) = any_object(rng, step)
        && !object.is_empty()
    {
        let keys: Vec<String> = object.keys().cloned().collect();
        object.remove(&rng.pick(&keys));
    }
}

fn add_member(rng: &mut Rng, step: &mut Value) {
    if let Some(object) = any_object(rng, step) {
        object.insert(odd::key(rng), odd::value(rng));
    }
}

fn any_object<'v>(rng: &mut Rng, step: &'v mut Value) -> Option<&'v mut Map<String, Value>> {
    let mut objects: Vec<String> =
        places(step).into_iter().filter(|at| step.pointer(at).is_some_and(Value::is_object)).collect();
    objects.push(String::new());
    step.pointer_mut(&rng.pick(&objects))?.as_object_mut()
}

/// Where the values inside a step are, as JSON pointers; the name for a reservation is none of it.
fn places(step: &Value) -> Vec<String> {
    let mut found = Vec::new();
    gather(step, "", &mut found);
    found.retain(|at| at != "/as");
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
