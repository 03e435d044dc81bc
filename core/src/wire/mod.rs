//! The façade for other languages: every command as one JSON value in and one out.
//!
//! A command is a step of a conformance vector: an object with one command key, its options, and the
//! time as `at_ms` or `at`. Keys are snake_case, amounts canonical decimal strings, times RFC 3339.

mod estimate;
mod host;
mod input;
pub mod output;
mod report;

pub(crate) use host::usage_of;
pub use host::{decision_text, error_text, open, restore, settled_text, step_text, with_policy};

use crate::call::Call;
use crate::engine::{Engine, Options};
use crate::error::{Error, shown};
use crate::json;
use crate::policy::Policy;
use crate::pricing::{PriceBook, Rates};
use crate::reservation::ReservationId;
use crate::time;
use crate::unit::Unit;
use input::{invalid, object, text};
use serde_json::{Map, Value, json};

/// Every command key, in the order of the catalogue.
pub const COMMANDS: [&str; 19] = [
    "reserve",
    "preview",
    "settle",
    "release",
    "record",
    "set_policy",
    "usage",
    "explain",
    "window",
    "cost",
    "breaker",
    "events",
    "adjust",
    "expire",
    "snapshot",
    "store",
    "estimate",
    "report",
    "metrics",
];

/// Keys that stand beside a command.
const BESIDE: [&str; 13] = [
    "at",
    "at_ms",
    "as",
    "expect",
    "ttl_ms",
    "actual",
    "ok",
    "latency_ms",
    "by",
    "why",
    "note",
    "without",
    "prices",
];

/// An engine over the built-in price table with `prices` added (`{"model": {"input": …}}`, USD per
/// million tokens; null for none), and its first policy.
///
/// # Errors
/// [`Error::InvalidPolicy`] with a path below `prices` or in the document, [`Error::InvalidTime`].
pub fn start(prices: &Value, policy: Option<&Value>, now_ms: i64, options: Options) -> Result<Engine, Error> {
    let prices = price_book(prices, &options.prices)?;
    let policy = match policy {
        None => Policy::empty(&prices),
        Some(Value::String(text)) => Policy::parse(text, &prices, now_ms)?,
        Some(document) => Policy::from_value(document, &prices, now_ms)?,
    };
    Ok(Engine::with_policy(policy, Options { prices, ..options }))
}

fn price_book(prices: &Value, base: &PriceBook) -> Result<PriceBook, Error> {
    let refuse = |path: String, message: String| Error::InvalidPolicy { path, message };
    let Value::Object(models) = prices else {
        return match prices {
            Value::Null => Ok(base.clone()),
            other => {
                Err(refuse("prices".to_owned(), format!("has to be an object, is {}", input::kind(other))))
            }
        };
    };
    let mut list = Vec::with_capacity(models.len());
    for (model, rates) in models {
        let rates =
            Rates::from_json(rates).map_err(|e| refuse(format!("prices.{model}.{}", e.key), e.message))?;
        list.push((model.clone(), rates));
    }
    Ok(base.with_prices(list))
}

/// Runs one command and gives its answer; a refusal is `{"error": code, "path"?, "message"}`.
pub fn step(engine: &mut Engine, step: &Value) -> Value {
    match run(engine, step) {
        Ok(answer) => answer,
        Err(error) => output::error(&error),
    }
}

fn run(engine: &mut Engine, value: &Value) -> Result<Value, Error> {
    let Value::Object(step) = value else {
        return Err(invalid("", format!("has to be an object, is {}", input::kind(value))));
    };
    let now = now_of(step)?;
    let answer = command(engine, step, now);
    if let Err(Error::InvalidCall { .. } | Error::InvalidAmount { .. }) = &answer {
        // A command that cannot be read still brings its time.
        engine.expire_due(now)?;
    }
    answer
}

fn now_of(step: &Map<String, Value>) -> Result<i64, Error> {
    let invalid = |message: String| Error::InvalidTime { message };
    match (step.get("at_ms"), step.get("at")) {
        (Some(ms), _) => {
            let shown = || format!("`{}` is not a time in epoch milliseconds", json::text(ms));
            ms.as_i64().ok_or_else(|| invalid(shown()))
        }
        (None, Some(Value::String(text))) => time::parse(text)
            .ok_or_else(|| invalid(format!("`{}` is not an RFC 3339 time of the years 1–9999", shown(text)))),
        _ => Err(invalid("a command needs `at_ms` or `at`".to_owned())),
    }
}

fn command(engine: &mut Engine, step: &Map<String, Value>, now: i64) -> Result<Value, Error> {
    if let Some(key) = step.keys().find(|k| !COMMANDS.contains(&k.as_str()) && !BESIDE.contains(&k.as_str()))
    {
        return Err(invalid(key, format!("`{}` is not a key of a command", shown(key))));
    }
    let mut given = step.iter().filter(|(key, _)| COMMANDS.contains(&key.as_str()));
    let (Some((name, value)), None) = (given.next(), given.next()) else {
        return Err(invalid("", format!("has to name exactly one of {}", COMMANDS.join(", "))));
    };
    match name.as_str() {
        "reserve" | "preview" => decide(engine, name, value, step, now),
        "settle" | "release" => end(engine, name, value, step, now),
        "record" => {
            let (call, actual) = (input::call(value)?, input::actual(step.get("actual"))?);
            let usd = engine.record(&call, &actual, now)?;
            Ok(json!({"outcome": "recorded", "usd": usd.map(|u| crate::amount::format(u, Unit::Usd))}))
        }
        "set_policy" => set_policy(engine, value, step.get("prices"), now),
        "usage" => {
            let readings = engine.usage(&input::call(value)?, now)?;
            Ok(output::counters(engine, &readings))
        }
        "explain" => {
            let candidates = engine.explain(&input::call(value)?, now)?;
            Ok(output::candidates(engine, &candidates))
        }
        "window" => {
            engine.expire_due(now)?;
            let window = engine.policy().window(&value.clone())?;
            Ok(output::window(window.span(engine.latest_ms().unwrap_or(now))?))
        }
        "cost" => cost(engine, value, now),
        "breaker" => breaker(engine, value, now),
        "report" => report::report(engine, now),
        "metrics" => report::metrics(engine, now),
        "estimate" => estimate::estimate(engine, value, now),
        "events" => {
            engine.expire_due(now)?;
            Ok(engine.drain_events().iter().map(output::event).collect())
        }
        "adjust" => adjust(engine, value, step, now),
        "expire" => Ok(json!({"expired": engine.expire_due(now)?})),
        "snapshot" => {
            engine.expire_due(now)?;
            let options = engine.options().clone();
            let policy = std::sync::Arc::clone(engine.policy());
            *engine = Engine::restore(&engine.snapshot(), policy, options)?;
            Ok(json!({"outcome": "restored"}))
        }
        _ => {
            let available = text(step, "store")? == Some("up");
            engine.set_store_available(available, now)?;
            Ok(json!({"outcome": if available { "available" } else { "unavailable" }}))
        }
    }
}

fn decide(
    engine: &mut Engine,
    name: &str,
    value: &Value,
    step: &Map<String, Value>,
    now: i64,
) -> Result<Value, Error> {
    let call: Call<'_> = input::call(value)?;
    let ttl = input::milliseconds(step, "ttl_ms")?;
    let decision = match (name, text(step, "without")?.filter(|_| name == "preview")) {
        ("reserve", _) => engine.reserve(&call, ttl, now)?,
        (_, None) => engine.preview(&call, now)?,
        (_, Some(running)) => engine.preview_without(&call, ReservationId::named(running), now)?,
    };
    Ok(output::decision(engine.policy(), &call, &decision))
}

fn end(
    engine: &mut Engine,
    name: &str,
    value: &Value,
    step: &Map<String, Value>,
    now: i64,
) -> Result<Value, Error> {
    let Value::String(id) = value else {
        return Err(invalid(name, format!("has to be a reservation, is {}", input::kind(value))));
    };
    let id = ReservationId::named(id);
    let report = input::report(step)?;
    if name == "release" {
        let outcome = engine.release(id, report, now)?;
        return Ok(json!({"outcome": outcome.as_str()}));
    }
    let actual = input::actual(step.get("actual"))?;
    let settled = engine.settle(id, &actual, report, now)?;
    Ok(output::settled(&settled))
}

fn set_policy(engine: &mut Engine, value: &Value, prices: Option<&Value>, now: i64) -> Result<Value, Error> {
    engine.expire_due(now)?;
    let at = engine.latest_ms().unwrap_or(now);
    match read_policy(value, prices, &engine.options().prices, at) {
        Ok((policy, prices)) => engine.set_policy_and_prices(policy, prices, now)?,
        Err(error) => return Err(engine.reject(error, at)),
    }
    Ok(json!({"outcome": "accepted"}))
}

/// Reads a document, as an object or as its JSON text, and the host's price list that comes with it: an object, its
/// JSON text, or null for none. Without one (`None`) the list in `before` stays.
///
/// # Errors
/// [`Error::InvalidPolicy`] with a path in the document or below `prices`.
pub fn read_policy(
    document: &Value,
    prices: Option<&Value>,
    before: &PriceBook,
    at_ms: i64,
) -> Result<(Policy, PriceBook), Error> {
    let book = match prices {
        None => before.clone(),
        Some(Value::String(text)) => price_book(&host::prices(text)?, &before.without_given())?,
        Some(prices) => price_book(prices, &before.without_given())?,
    };
    let policy = match document {
        Value::String(text) => Policy::parse(text, &book, at_ms)?,
        document => Policy::from_value(document, &book, at_ms)?,
    };
    Ok((policy, book))
}

fn cost(engine: &mut Engine, value: &Value, now: i64) -> Result<Value, Error> {
    engine.expire_due(now)?;
    let asked = object(value, "", &["model", "usage", "provider", "at"])?;
    let model = text(asked, "model")?.ok_or_else(|| invalid("model", "is missing"))?;
    let at = match text(asked, "at")? {
        None => now,
        Some(at) => {
            time::parse(at).ok_or_else(|| Error::InvalidTime { message: format!("`{at}` is not a time") })?
        }
    };
    let usage = asked.get("usage").ok_or_else(|| invalid("usage", "is missing"))?;
    let usage = input::usage(usage, "usage")?.ok_or_else(|| Error::InvalidAmount {
        path: "usage".to_owned(),
        message: "is below zero".to_owned(),
    })?;
    let policy = engine.policy();
    let id = policy.prices().resolve(text(asked, "provider")?, model);
    let usd = id.map(|id| crate::amount::format(policy.prices().cost(id, &usage, at), Unit::Usd));
    Ok(json!({ "usd": usd }))
}

fn breaker(engine: &mut Engine, value: &Value, now: i64) -> Result<Value, Error> {
    let asked = object(value, "breaker", &["open", "close", "subject", "reason"])?;
    let (subject, reason) = (text(asked, "subject")?, text(asked, "reason")?);
    match (text(asked, "open")?, text(asked, "close")?) {
        (Some(id), None) => {
            engine.open_breaker(id, subject, reason, now)?;
            Ok(json!({"state": "open"}))
        }
        (None, Some(id)) => {
            engine.close_breaker(id, subject, reason, now)?;
            Ok(json!({"state": "closed"}))
        }
        _ => Err(invalid("breaker", "has to name exactly one of open, close")),
    }
}

fn adjust(engine: &mut Engine, value: &Value, step: &Map<String, Value>, now: i64) -> Result<Value, Error> {
    let call = input::call_with(value, &["budget"])?;
    let asked = value.as_object();
    let budget =
        asked.map_or(Ok(None), |o| text(o, "budget"))?.ok_or_else(|| invalid("budget", "is missing"))?;
    let unit = engine.policy().budgets().iter().find(|b| &*b.id == budget).map_or(Unit::Usd, |b| b.unit);
    let by = input::signed(step.get("by"), unit)?;
    let spent = engine.adjust(budget, &call, by, text(step, "why")?, now)?;
    Ok(json!({"outcome": "adjusted", "spent": crate::amount::format(spent, unit)}))
}
