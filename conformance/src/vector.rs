//! The form of one vector: a name, prices, a policy, steps.

use crate::step::{self, Step};
use crate::tree::Tree;
use serde_json::Value;

/// The keys of a vector.
pub(crate) const KEYS: [&str; 5] = ["name", "prices", "policy", "steps", "note"];

/// One vector, checked.
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) prices: Value,
    pub(crate) policy: Option<Value>,
    pub(crate) steps: Vec<Step>,
}

/// What is wrong with a vector: its name, the step where it is in one, words.
pub(crate) struct Malformed {
    pub(crate) name: String,
    pub(crate) step: Option<usize>,
    pub(crate) why: String,
}

/// The vectors of a file: one object, or a list of them.
pub(crate) fn of_file(text: &str) -> Result<Vec<Result<Vector, Malformed>>, String> {
    match Tree::read(text).map_err(|e| e.to_string())? {
        Tree::List(list) => Ok(list.iter().map(|tree| read(&values(tree))).collect()),
        other => Ok(vec![read(&values(&other))]),
    }
}

/// A vector as a value whose policy documents keep their repeated keys, see [`Tree::to_document`].
fn values(vector: &Tree) -> Value {
    members(vector, |key, member| match (key, member) {
        ("policy", document) => document.to_document(),
        ("steps", Tree::List(steps)) => steps.iter().map(step_value).collect(),
        (_, other) => other.to_value(),
    })
}

fn step_value(step: &Tree) -> Value {
    members(step, |key, member| if key == "set_policy" { member.to_document() } else { member.to_value() })
}

fn members(tree: &Tree, value: impl Fn(&str, &Tree) -> Value) -> Value {
    match tree {
        Tree::Object(members) => members.iter().map(|(k, v)| (k.clone(), value(k, v))).collect(),
        other => other.to_value(),
    }
}

fn read(value: &Value) -> Result<Vector, Malformed> {
    let name = value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let fail = |step, why: &str| Malformed { name: name.clone(), step, why: why.to_owned() };
    let object = value.as_object().ok_or_else(|| fail(None, "a vector that is not an object"))?;
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(fail(None, &format!("an unknown key `{key}`")));
    }
    if name.is_empty() {
        return Err(fail(None, "a vector without a name"));
    }
    let steps = object.get("steps").and_then(Value::as_array).filter(|s| !s.is_empty());
    let steps = steps.ok_or_else(|| fail(None, "a vector without steps"))?;
    let steps = steps
        .iter()
        .enumerate()
        .map(|(index, step)| step::read(step).map_err(|why| fail(Some(index), &why)))
        .collect::<Result<Vec<_>, _>>()?;
    let prices = object.get("prices").cloned().unwrap_or(Value::Null);
    let policy = object.get("policy").filter(|p| !p.is_null()).cloned();
    Ok(Vector { name, prices, policy, steps })
}
