//! The façade as text: what a binding hands over and gets back, so that it needs no JSON of its own.

use super::input::{self, invalid, object};
use super::{now_of, output, start, step};
use crate::call::{Actual, Call};
use crate::decision::Decision;
use crate::engine::{Engine, Options, Settled};
use crate::error::{Error, shown};
use crate::json::{self, Json};
use serde_json::{Map, Value};
use std::sync::Arc;

/// An engine from its configuration, a JSON object:
///
/// | key | |
/// |---|---|
/// | `at_ms` | the time, epoch milliseconds; the policy is read as of then |
/// | `policy` | the first document, as an object or as its JSON text; none: everything is allowed |
/// | `prices` | over the built-in table, USD per million tokens, as an object or as its JSON text: `{"model": {"input": "2.50", "output": "10"}}` |
/// | `hash_seed`, `max_counters`, `max_events`, `report_rows` | as in [`Options`], whose defaults hold where a key is missing |
///
/// # Errors
/// [`Error::InvalidCall`] for the configuration itself, [`Error::InvalidTime`], [`Error::InvalidPolicy`].
pub fn open(config: &str) -> Result<Engine, Error> {
    let value = read(config)?;
    let config = object(
        &value,
        "",
        &["at_ms", "policy", "prices", "hash_seed", "max_counters", "max_events", "report_rows"],
    )?;
    let at_ms = match config.get("at_ms") {
        Some(at) => at.as_i64().ok_or_else(|| Error::InvalidTime {
            message: format!("`{}` is not a time in epoch milliseconds", json::text(at)),
        })?,
        None => return Err(Error::InvalidTime { message: "an engine needs `at_ms`".to_owned() }),
    };
    let mut options = Options::default();
    if let Some(seed) = whole(config, "hash_seed")? {
        options.hash_seed = seed;
    }
    if let Some(most) = whole(config, "max_counters")? {
        options.max_counters = most;
    }
    if let Some(most) = whole(config, "max_events")? {
        options.max_events = usize::try_from(most).unwrap_or(usize::MAX);
    }
    if let Some(rows) = whole(config, "report_rows")? {
        options.report_rows = usize::try_from(rows).unwrap_or(usize::MAX);
    }
    let policy = config.get("policy").filter(|policy| !policy.is_null());
    match config.get("prices") {
        Some(Value::String(text)) => start(&prices(text)?, policy, at_ms, options),
        prices => start(prices.unwrap_or(&Value::Null), policy, at_ms, options),
    }
}

/// As [`open`], with the state of a snapshot; the policy of `config` decides from now on.
///
/// # Errors
/// As [`open`], and [`Error::InvalidSnapshot`].
pub fn restore(config: &str, snapshot: &[u8]) -> Result<Engine, Error> {
    let fresh = open(config)?;
    Engine::restore(snapshot, Arc::clone(fresh.policy()), fresh.options().clone())
}

/// A price list in words of its own: a host that reads numbers as floats loses none of their digits so.
pub(super) fn prices(text: &str) -> Result<Value, Error> {
    read(text).map_err(|error| match error {
        Error::InvalidCall { path, message } => {
            Error::InvalidPolicy { path: format!("prices.{path}").trim_end_matches('.').to_owned(), message }
        }
        other => other,
    })
}

/// The configuration with the policy of `command`, a `set_policy` that was accepted, in place of its own, and with the
/// prices that came with it: what [`restore`] takes after it.
///
/// # Errors
/// [`Error::InvalidCall`] for text that is neither, [`Error::InvalidTime`] for a command without a time.
pub fn with_policy(config: &str, command: &str) -> Result<String, Error> {
    let (mut config, command) = (read(config)?, read(command)?);
    let (Some(members), Some(step)) = (config.as_object_mut(), command.as_object()) else {
        return Err(invalid("", "has to be an object"));
    };
    let policy = step.get("set_policy").ok_or_else(|| invalid("set_policy", "is missing"))?;
    members.insert("policy".to_owned(), policy.clone());
    if let Some(prices) = step.get("prices") {
        members.insert("prices".to_owned(), prices.clone());
    }
    members.insert("at_ms".to_owned(), now_of(step)?.into());
    Ok(json::text(&config))
}

/// What a provider's usage object, as JSON text, says was used; `None` for what `settle` would refuse.
pub(crate) fn usage_of(text: &[u8]) -> Option<Actual> {
    let value: Value = serde_json::from_slice(text).ok()?;
    let usage = input::usage(&value, "").ok()?;
    Some(Actual { usage, bad: usage.is_none(), ..Actual::default() })
}

/// Runs one command given as JSON text and gives its answer as JSON text, as [`step`] does. A key that stands
/// twice is refused.
pub fn step_text(engine: &mut Engine, command: &str) -> String {
    match read(command) {
        Ok(command) => json::text(&step(engine, &command)),
        Err(error) => error_text(&error),
    }
}

/// A refusal as JSON text: `{"error": code, "path"?, "message"}`.
#[must_use]
pub fn error_text(error: &Error) -> String {
    json::text(&output::error(error))
}

/// A decision of `engine` about `call` as JSON text, while the policy that decided is in force.
#[must_use]
pub fn decision_text(engine: &Engine, call: &Call<'_>, decision: &Decision) -> String {
    json::text(&output::decision(engine.policy(), call, decision))
}

/// The answer to a settle as JSON text.
#[must_use]
pub fn settled_text(settled: &Settled) -> String {
    json::text(&output::settled(settled))
}

fn read(text: &str) -> Result<Value, Error> {
    let json: Json = serde_json::from_str(text).map_err(|e| invalid("", format!("is not JSON: {e}")))?;
    match repeated(&json) {
        None => Ok(json.to_value()),
        Some(key) => Err(invalid(&key, format!("`{}` stands twice", shown(&key)))),
    }
}

fn repeated(json: &Json) -> Option<String> {
    match json {
        Json::Object(object) => {
            object.repeated.clone().or_else(|| object.members.iter().find_map(|(_, value)| repeated(value)))
        }
        Json::Array(items) => items.iter().find_map(repeated),
        _ => None,
    }
}

/// A whole number of at least 0; as a string where it is beyond 2^53.
fn whole(config: &Map<String, Value>, key: &str) -> Result<Option<u64>, Error> {
    let refuse = |shown: &str| invalid(key, format!("`{shown}` is not a whole number from 0 to 2^64 - 1"));
    match config.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| refuse(&shown(text).to_string())),
        Some(Value::Number(number)) => number.as_u64().map(Some).ok_or_else(|| refuse(&number.to_string())),
        Some(other) => Err(invalid(key, format!("has to be a number, is {}", input::kind(other)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: &str) -> (&'static str, String) {
        let error = open(config).expect_err("a refusal");
        (error.code(), error.path().unwrap_or("-").to_owned())
    }

    #[test]
    fn a_configuration_is_checked_key_by_key() {
        for (config, code, path) in [
            ("", "invalid_call", ""),
            ("[]", "invalid_call", ""),
            ("{}", "invalid_time", "-"),
            (r#"{"at_ms": "NaN"}"#, "invalid_time", "-"),
            (r#"{"at_ms": 0, "polcy": {}}"#, "invalid_call", "polcy"),
            (r#"{"at_ms": 0, "at_ms": 1}"#, "invalid_call", "at_ms"),
            (r#"{"at_ms": 0, "hash_seed": -1}"#, "invalid_call", "hash_seed"),
            (r#"{"at_ms": 0, "max_events": 1.5}"#, "invalid_call", "max_events"),
            (r#"{"at_ms": 0, "max_counters": true}"#, "invalid_call", "max_counters"),
            (r#"{"at_ms": 0, "policy": {"budgets": 5}}"#, "invalid_policy", "budgets"),
            (r#"{"at_ms": 0, "policy": "{"}"#, "invalid_policy", ""),
            (r#"{"at_ms": 0, "prices": 5}"#, "invalid_policy", "prices"),
            (r#"{"at_ms": 0, "prices": "5"}"#, "invalid_policy", "prices"),
            (r#"{"at_ms": 0, "prices": "{"}"#, "invalid_policy", "prices"),
            (r#"{"at_ms": 0, "prices": "{\"m\": {}, \"m\": {}}"}"#, "invalid_policy", "prices.m"),
        ] {
            assert_eq!(refused(config), (code, path.to_owned()), "{config}");
        }
        let engine =
            open(r#"{"at_ms": 0, "hash_seed": "18446744073709551615", "max_events": 3}"#).expect("fine");
        assert_eq!((engine.options().hash_seed, engine.options().max_events), (u64::MAX, 3));
        assert_eq!(engine.options().max_counters, Options::default().max_counters);
    }

    #[test]
    fn commands_are_text_and_keys_stand_once() {
        let mut engine = open(r#"{"at_ms": 0}"#).expect("fine");
        let reserved = step_text(&mut engine, r#"{"at_ms": 5, "reserve": {"user": "u"}}"#);
        assert!(reserved.contains(r#""reason":"no_budget""#), "{reserved}");
        let twice = step_text(&mut engine, r#"{"at_ms": 5, "reserve": {"user": "u", "user": "v"}}"#);
        assert!(twice.contains(r#""error":"invalid_call""#) && twice.contains(r#""path":"user""#), "{twice}");
        assert!(step_text(&mut engine, "{").contains(r#""error":"invalid_call""#));
    }

    #[test]
    fn a_number_is_the_float_nearest_to_its_text() {
        let config = r#"{"at_ms": 0, "policy": {"budgets": [{"id": "b", "scope": {"global": true}, "limit": {"usd": "50"},
            "window": "daily"}]}}"#;
        let mut engine = open(config).expect("fine");
        for (number, estimate) in [
            ("9.493774207000001", "9.493774208"),
            ("7.3208933080000005", "7.320893309"),
            ("9.65420000000001e-05", "0.000096543"),
        ] {
            let command = format!(r#"{{"at_ms": 1, "preview": {{"estimate": {{"usd": {number}}}}}}}"#);
            let answer = step_text(&mut engine, &command);
            assert!(answer.contains(&format!(r#""estimate":"{estimate}""#)), "{number}: {answer}");
            let float: f64 = number.parse().expect("a number");
            let nanos = crate::amount::from_f64(float, crate::unit::Unit::Usd).expect("an amount");
            assert_eq!(crate::amount::format(nanos, crate::unit::Unit::Usd), estimate);
        }
    }

    #[test]
    fn a_restored_engine_goes_on() {
        let config = r#"{"at_ms": 0, "policy": {"budgets": [{"id": "b", "scope": {"user": "*"}, "limit": {"usd": "1"},
            "window": "daily", "action": "block"}]}}"#;
        let mut engine = open(config).expect("fine");
        step_text(&mut engine, r#"{"at_ms": 5, "reserve": {"user": "u", "estimate": {"usd": "0.75"}}}"#);
        let mut again = restore(config, &engine.snapshot()).expect("fine");
        let next = r#"{"at_ms": 6, "reserve": {"user": "u", "estimate": {"usd": "0.5"}}}"#;
        assert_eq!(step_text(&mut again, next), step_text(&mut engine, next));
        assert_eq!(restore(config, b"no").err().map(|e| e.code()), Some("invalid_snapshot"));
    }

    #[test]
    fn an_accepted_policy_takes_the_place_of_the_first() {
        let config = r#"{"at_ms": 0, "hash_seed": "18446744073709551615", "policy": {"version": 1}}"#;
        let changed = with_policy(config, r#"{"set_policy": {"version": 9007199254740992}, "at_ms": 5}"#);
        let engine = open(&changed.expect("a configuration")).expect("fine");
        assert_eq!(
            (engine.policy().version(), engine.options().hash_seed),
            (9_007_199_254_740_992, u64::MAX)
        );
        for (config, command) in [("[]", "{}"), ("{}", "[]"), ("{}", r#"{"set_policy": {}}"#), (config, "{}")]
        {
            assert!(with_policy(config, command).is_err(), "{config} {command}");
        }
    }

    #[test]
    fn accepted_prices_take_the_place_of_the_first() {
        let config = r#"{"at_ms": 0, "prices": {"m": {"input": "1"}}}"#;
        let cost = r#"{"at_ms": 9, "cost": {"model": "m", "usage": {"prompt_tokens": 1000000}}}"#;
        for (beside, usd) in [
            ("", r#""1""#),
            (r#", "prices": {"m": {"input": "2"}}"#, r#""2""#),
            (r#", "prices": "{\"m\": {\"input\": \"3\"}}""#, r#""3""#),
            (r#", "prices": null"#, "null"),
        ] {
            let command = format!(r#"{{"set_policy": {{}}, "at_ms": 5{beside}}}"#);
            let mut engine = open(config).expect("fine");
            assert_eq!(step_text(&mut engine, &command), r#"{"outcome":"accepted"}"#);
            let changed = with_policy(config, &command).expect("a configuration");
            let mut again = restore(&changed, &engine.snapshot()).expect("fine");
            for engine in [&mut engine, &mut again] {
                assert_eq!(step_text(engine, cost), format!(r#"{{"usd":{usd}}}"#), "{command}");
            }
        }
    }

    #[test]
    fn numbers_passed_over_name_no_reservation() {
        let mut engine = open(r#"{"at_ms": 0}"#).expect("fine");
        step_text(&mut engine, r#"{"at_ms": 5, "reserve": {"user": "u"}}"#);
        engine.pass_over_reservations(7);
        let settled = step_text(&mut engine, r#"{"at_ms": 5, "settle": "r2"}"#);
        assert!(settled.contains("unknown_reservation"), "{settled}");
        let next = step_text(&mut engine, r#"{"at_ms": 5, "reserve": {"user": "u"}}"#);
        assert!(next.contains(r#""reservation":"r9""#), "{next}");
        engine.pass_over_reservations(1_000_000);
        assert!(step_text(&mut engine, r#"{"at_ms": 6, "release": "r9"}"#).contains("released"));
        assert!(step_text(&mut engine, r#"{"at_ms": 900005, "expire": true}"#).contains(r#""expired":1"#));
    }
}
