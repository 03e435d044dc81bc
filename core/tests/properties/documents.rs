//! Policies as they come in: whatever it is, it is read or refused with a path that exists.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use spendgate_core::error::Error;
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use spendgate_reference::generate::sequence;

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(96);
    ProptestConfig { cases: cases * 4, failure_persistence: None, ..ProptestConfig::default() }
}

fn json_value() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("id"),
        Just("scope"),
        Just("limit"),
        Just("window"),
        Just("steps"),
        Just("usd"),
        Just("user"),
        Just("global"),
        Just("kind"),
        Just("rolling"),
        Just("period"),
        Just("1h"),
        Just("block"),
        Just("*"),
        Just("gpt-4o"),
        Just("monthly"),
        Just("5.00"),
        Just("-1"),
        Just(""),
        Just("a.b"),
        Just("\u{200b}"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        let key = prop_oneof![3 => word.clone().prop_map(str::to_owned), 1 => ".{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Puts `value` somewhere into the document: in the place of a member, or as one more.
fn spoil(document: &mut Value, way: &[usize], value: Value) {
    let Some((turn, rest)) = way.split_first() else {
        *document = value;
        return;
    };
    match document {
        Value::Array(list) if !list.is_empty() => {
            let index = turn % list.len();
            spoil(&mut list[index], rest, value);
        }
        Value::Object(object) if !object.is_empty() => {
            if turn % 16 == 15 {
                object.insert("limitt".to_owned(), value);
                return;
            }
            let key = object.keys().nth(turn % object.len()).unwrap().clone();
            if turn % 16 == 14 {
                object.remove(&key);
                return;
            }
            spoil(object.get_mut(&key).unwrap(), rest, value);
        }
        other => *other = value,
    }
}

/// Whether a path leads somewhere in the document; its last key may be the one that is missing.
fn leads(document: &Value, path: &str) -> bool {
    if path.is_empty() {
        return true;
    }
    match document {
        Value::Object(object) => {
            // A key may have dots of its own.
            let under = |(key, value): (&String, &Value)| match path.strip_prefix(key.as_str()) {
                Some(rest) => rest.is_empty() || leads(value, rest.strip_prefix('.').unwrap_or(rest)),
                None => false,
            };
            object.iter().any(under) || !path.contains(['.', '['])
        }
        Value::Array(list) => {
            let step = path.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            step.is_some_and(|(index, rest)| {
                let value = index.parse::<usize>().ok().and_then(|i| list.get(i));
                value.is_some_and(|value| leads(value, rest.strip_prefix('.').unwrap_or(rest)))
            })
        }
        _ => false,
    }
}

fn check(document: &Value) -> Result<(), TestCaseError> {
    let prices = PriceBook::builtin();
    let (from_value, from_text) =
        (Policy::from_value(document, &prices, 0), Policy::parse(&document.to_string(), &prices, 0));
    let refusal = match (from_value, from_text) {
        (Ok(_), Ok(_)) => return Ok(()),
        (Err(a), Err(b)) => {
            prop_assert_eq!(a.path(), b.path(), "{} / {}", a, b);
            a
        }
        (a, b) => return Err(TestCaseError::fail(format!("one way reads it: {a:?} {b:?}"))),
    };
    let Error::InvalidPolicy { path, message } = &refusal else {
        return Err(TestCaseError::fail(format!("refused as {refusal}")));
    };
    prop_assert!(leads(document, path), "`{}` ({}) leads nowhere in {}", path, message, document);
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_json_is_read_or_refused_with_a_path(document in json_value()) {
        check(&document)?;
    }

    #[test]
    fn a_spoilt_policy_is_refused_where_it_is_spoilt(
        seed in any::<u64>(),
        spoils in prop::collection::vec((prop::collection::vec(0..16_usize, 1..6), json_value()), 1..3),
    ) {
        let mut document = sequence(seed, 0).policy;
        document["prices"]["gpt-x"] = json!({"input": "1", "output": "2"});
        for (way, value) in spoils {
            spoil(&mut document, &way, value);
        }
        check(&document)?;
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        let _ = Policy::parse(&text, &PriceBook::builtin(), 0);
    }
}

#[test]
fn a_key_given_twice_is_refused_with_its_path() {
    for (text, path) in [
        (r#"{"version": 1, "version": 1}"#, "version"),
        (r#"{"budgets": [{"id": "a", "id": "a"}]}"#, "budgets[0].id"),
        (
            r#"{"budgets": [{"id": "a", "scope": {"user": "a", "user": "b"}, "limit": {"usd": 1}, "window": "daily"}]}"#,
            "budgets[0].scope.user",
        ),
        (
            r#"{"budgets": [{"id": "a", "scope": {"global": true}, "limit": {"usd": 1, "usd": 1}, "window": "daily"}]}"#,
            "budgets[0].limit.usd",
        ),
        (r#"{"prices": {"m": {"input": 1, "input": 1}}}"#, "prices.m.input"),
        (r#"{"downgrades": {"a": "b", "a": "b"}}"#, "downgrades.a"),
        (r#"{"default_estimate": {"usd": 1, "usd": 2}}"#, "default_estimate.usd"),
        (r#"{"budgets": [], "\u0062udgets": []}"#, "budgets"),
    ] {
        let refusal = Policy::parse(text, &PriceBook::builtin(), 0).unwrap_err();
        assert_eq!((refusal.code(), refusal.path()), ("invalid_policy", Some(path)), "{text}");
    }
}
