//! How an answer is compared with what a step expects.

use crate::instant;
use serde_json::Value;

/// One difference between an answer and its expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Key path inside the answer, as `window.start` or `[1].kind`; empty for all of it.
    pub path: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub came: String,
}

/// Compares an answer with a step's `expect`; gives every difference.
///
/// A key that is named must be equal, one that is not named is free, `null` means absent or null.
/// Lists have the same length. Two texts that are both RFC 3339 times are compared as instants.
/// An answer that is an error differs unless `expect` names an `error`.
#[must_use]
pub fn compare(expect: &Value, answer: &Value) -> Vec<Mismatch> {
    let error = |v: &Value| v.get("error").is_some_and(|e| !e.is_null());
    if error(answer) && !error(expect) {
        return vec![difference("", "an answer", answer)];
    }
    let mut found = Vec::new();
    subset("", expect, Some(answer), &mut found);
    found
}

fn subset(path: &str, expect: &Value, came: Option<&Value>, found: &mut Vec<Mismatch>) {
    match (expect, came) {
        (Value::Null, None | Some(Value::Null)) => {}
        (_, None) => found.push(Mismatch {
            path: path.to_owned(),
            expected: expect.to_string(),
            came: "nothing".to_owned(),
        }),
        (Value::Object(keys), Some(Value::Object(answer))) => {
            for (key, value) in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                subset(&path, value, answer.get(key), found);
            }
        }
        (Value::Array(items), Some(whole @ Value::Array(answer))) => {
            if items.len() != answer.len() {
                found.push(difference(path, &format!("a list of {}: {expect}", items.len()), whole));
                return;
            }
            for (index, (item, value)) in items.iter().zip(answer).enumerate() {
                subset(&format!("{path}[{index}]"), item, Some(value), found);
            }
        }
        (_, Some(answer)) if same(expect, answer) => {}
        (_, Some(answer)) => found.push(difference(path, &expect.to_string(), answer)),
    }
}

fn difference(path: &str, expected: &str, came: &Value) -> Mismatch {
    Mismatch { path: path.to_owned(), expected: expected.to_owned(), came: came.to_string() }
}

/// Equal values; two times are equal as instants, two numbers by their value.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => {
            a == b || matches!((instant::parse(a), instant::parse(b)), (Some(a), Some(b)) if a == b)
        }
        (Value::Number(x), Value::Number(y)) => {
            x == y || (x.is_f64() || y.is_f64()) && x.as_f64() == y.as_f64()
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(expect: &Value, answer: &Value) -> Vec<String> {
        compare(expect, answer).into_iter().map(|m| m.path).collect()
    }

    #[test]
    fn named_keys_are_equal_and_others_free() {
        let answer = json!({"a": "1", "b": {"c": true, "d": [1, {"e": "x", "f": 2}]}, "n": null});
        assert!(paths(&json!({}), &answer).is_empty());
        assert!(paths(&json!({"b": {"d": [1, {"e": "x"}]}, "n": null, "gone": null}), &answer).is_empty());
        assert_eq!(paths(&json!({"a": "2", "b": {"c": false}, "z": 1}), &answer), ["a", "b.c", "z"]);
        assert_eq!(paths(&json!({"a": null}), &answer), ["a"]);
        assert_eq!(paths(&json!({"b": {"d": [1]}}), &answer), ["b.d"]);
        assert_eq!(paths(&json!({"b": {"d": [1, {"e": "y"}]}}), &answer), ["b.d[1].e"]);
        assert_eq!(paths(&json!({"a": 1}), &answer), ["a"]);
    }

    #[test]
    fn lists_have_the_same_length() {
        assert!(paths(&json!([]), &json!([])).is_empty());
        assert_eq!(paths(&json!([]), &json!([1])), [""]);
        assert_eq!(paths(&json!([{}, {"k": 1}]), &json!([{"k": 1}, {}])), ["[1].k"]);
    }

    #[test]
    fn errors_are_never_passed_over() {
        let refused = json!({"error": "invalid_call", "path": "ttl_ms", "message": "x"});
        assert_eq!(paths(&json!({}), &refused), [""]);
        assert_eq!(paths(&json!({"error": null}), &refused), [""]);
        assert!(paths(&json!({"error": "invalid_call"}), &refused).is_empty());
        assert_eq!(paths(&json!({"error": "invalid_call", "path": "at"}), &refused), ["path"]);
        assert_eq!(paths(&json!({"error": "invalid_call"}), &json!({"outcome": "settled"})), ["error"]);
    }

    #[test]
    fn times_are_instants_and_amounts_are_text() {
        assert!(paths(&json!("2026-06-01T02:00:00.000+02:00"), &json!("2026-06-01T00:00:00Z")).is_empty());
        assert_eq!(paths(&json!("0.50"), &json!("0.5")), [""]);
        assert!(paths(&json!({"percent": 80.0}), &json!({"percent": 80})).is_empty());
    }
}
