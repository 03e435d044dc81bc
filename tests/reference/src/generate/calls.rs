//! Calls, estimates and actual amounts, sound ones and a few that are refused.

use crate::generate::amounts::{pieces, usd};
use crate::rng::Rng;
use serde_json::{Map, Value, json};

pub(crate) const USERS: [&str; 5] = ["ann", "bob", "cyd", "*", "__proto__"];
pub(crate) const TIERS: [&str; 2] = ["free", "pro"];
pub(crate) const FEATURES: [&str; 3] = ["chat", "chat-beta", "search"];
pub(crate) const PROVIDERS: [&str; 2] = ["openai", "acme"];
/// `odd` has no price; the rest resolve to `big`, `small` or `tiny`.
pub(crate) const MODELS: [&str; 7] = ["big", "big", "small", "tiny", "odd", "openai/big", "small-2025-01-31"];

/// The prices of every sequence, in USD per million tokens: dear enough that a few tokens cost
/// cents, and odd enough that costs round.
pub(crate) fn prices() -> Value {
    json!({
        "big": {"input": "2000", "output": "8000", "cache_read": "500"},
        "small": {"input": "200", "output": "800"},
        "tiny": {"input": "0.0005", "output": "0.0007", "cache_write": "0.0009", "cache_write_1h": "0.0011"},
    })
}

/// A price list that takes the place of that one; sometimes a faulty one. It prices the same models in the
/// same order, so that a document has one fault at most.
pub(crate) fn other_prices(rng: &mut Rng) -> Value {
    let dearer = json!({
        "big": {"input": "3000", "output": "9000", "cache_read": "700"},
        "small": {"input": "100", "output": "400"},
        "tiny": {"input": "0.001", "output": "0.002"},
    });
    rng.pick(&[
        prices(),
        prices(),
        dearer.clone(),
        dearer.clone(),
        json!(dearer.to_string()),
        json!({"big": {"input": "x", "output": "1"}}),
        json!(5),
    ])
}

/// The attributes of a call.
pub(crate) fn attributes(rng: &mut Rng) -> Map<String, Value> {
    let mut call = Map::new();
    let pools: [(&str, u64, &[&str]); 7] = [
        ("user", 85, &USERS),
        ("tier", 60, &TIERS),
        ("org", 40, &["acme", "beta"]),
        ("feature", 50, &FEATURES),
        ("session", 15, &["s1", "s2"]),
        ("provider", 40, &PROVIDERS),
        ("model", 60, &MODELS),
    ];
    for (key, percent, pool) in pools {
        if rng.percent(percent) {
            // The first of a pool comes more often, so that counters fill up.
            let value = if rng.percent(40) { pool[0] } else { rng.pick(pool) };
            call.insert(key.to_owned(), json!(value));
        } else if rng.percent(3) {
            call.insert(key.to_owned(), Value::Null);
        }
    }
    call
}

/// A call with its estimate.
pub(crate) fn call(rng: &mut Rng) -> Value {
    let mut call = attributes(rng);
    match rng.below(20) {
        0..=2 => {}
        3 => drop(
            call.insert("estimate".to_owned(), rng.pick(&[json!({}), json!(null), json!({"usd": null})])),
        ),
        _ => drop(call.insert("estimate".to_owned(), estimate(rng))),
    }
    Value::Object(call)
}

/// What a call is expected to use.
pub(crate) fn estimate(rng: &mut Rng) -> Value {
    match rng.below(10) {
        0..=3 => json!({"usd": usd(rng)}),
        4 => json!({"tokens": pieces(rng)}),
        5 => json!({"usd": usd(rng), "tokens": pieces(rng)}),
        6 => json!({"input_tokens": pieces(rng)}),
        7 => json!({"output_tokens": pieces(rng), "usd": usd(rng)}),
        _ => json!({"input_tokens": pieces(rng), "output_tokens": pieces(rng)}),
    }
}

/// What a call cost.
pub(crate) fn actual(rng: &mut Rng) -> Value {
    match rng.below(24) {
        0 => json!({}),
        1 => json!({"tokens": pieces(rng)}),
        2 => json!({"usd": rng.pick(&[json!(-1), json!(-0.5), json!(-0.0)])}),
        3 => json!({"usd": "0.1", "usage": {"provider": "openai", "prompt_tokens": -5}}),
        4 => rng.pick(&[
            json!({"usd": "-1"}),
            json!({"usd": "1e3"}),
            json!({"usd": true}),
            json!({"tokens": 1.5}),
            json!({"dollars": 1}),
            json!("0.5"),
        ]),
        5..=8 => json!({"usage": usage(rng)}),
        9..=11 => json!({"input_tokens": pieces(rng), "output_tokens": pieces(rng)}),
        12 => json!({"usd": usd(rng), "usage": usage(rng)}),
        13 => json!({"output_tokens": pieces(rng)}),
        _ => json!({"usd": usd(rng)}),
    }
}

/// A provider's own usage object.
pub(crate) fn usage(rng: &mut Rng) -> Value {
    let mut n = |top: i64| rng.between(0, top);
    let (sent, cached, written, out) = (n(300), n(80), n(60), n(100));
    match rng.below(4) {
        0 => json!({"provider": "openai", "prompt_tokens": sent + 80, "completion_tokens": out,
            "prompt_tokens_details": {"cached_tokens": cached}}),
        1 => json!({"provider": "openai", "input_tokens": sent + 80, "output_tokens": out,
            "input_tokens_details": {"cached_tokens": cached}}),
        2 => json!({"provider": "anthropic", "input_tokens": sent, "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": written, "output_tokens": out,
            "cache_creation": {"ephemeral_5m_input_tokens": written - written / 3,
                "ephemeral_1h_input_tokens": written / 3}}),
        _ => json!({"provider": "google", "promptTokenCount": sent + 80, "cachedContentTokenCount": cached,
            "candidatesTokenCount": out, "thoughtsTokenCount": written}),
    }
}

/// What is known of a request, for `estimate`; sometimes with one fault.
pub(crate) fn known(rng: &mut Rng) -> Value {
    let mut known = Map::new();
    let texts: [(&str, u64, &[&str]); 4] = [
        ("model", 70, &MODELS),
        ("feature", 50, &FEATURES),
        ("provider", 40, &PROVIDERS),
        ("mode", 40, &["auto", "worst_case"]),
    ];
    for (key, percent, pool) in texts {
        if rng.percent(percent) {
            known.insert(key.to_owned(), json!(rng.pick(pool)));
        }
    }
    let counts = [("input_tokens", 20), ("input_bytes", 60), ("images", 30), ("max_output_tokens", 50)];
    for (key, percent) in counts.into_iter().chain([("n", 30), ("output_tokens", 10), ("output_bytes", 10)]) {
        if rng.percent(percent) {
            known.insert(key.to_owned(), pieces(rng));
        }
    }
    if rng.percent(15) {
        let faults = [
            ("mode", json!("best")),
            ("model", json!(5)),
            ("n", json!(-1)),
            ("images", json!("1.5")),
            ("input_bytes", json!(true)),
            ("colour", json!("red")),
        ];
        let (key, value) = rng.pick(&faults);
        known.insert(key.to_owned(), value);
    }
    Value::Object(known)
}

/// A call with exactly one fault, so that every implementation names the same one.
pub(crate) fn faulty(rng: &mut Rng) -> Value {
    let long = "x".repeat(257);
    let faults = [
        ("user", json!("")),
        ("user", json!(5)),
        ("user", json!(long)),
        ("feature", json!("a\u{200b}b")),
        ("org", json!("a\nb")),
        ("model", json!("\u{202e}gib")),
        ("colour", json!("red")),
        ("plan", json!("free")),
        ("estimate", json!("0.5")),
        ("estimate", json!({"usd": "1e3"})),
        ("estimate", json!({"usd": -1})),
        ("estimate", json!({"usd": "9223372036.854775808"})),
        ("estimate", json!({"tokens": 1.5})),
        ("estimate", json!({"requests": 1})),
        ("estimate", json!({"usd": true})),
        ("estimate", json!({"input_tokens": 9_007_199_254_740_993_u64})),
    ];
    let (key, value) = rng.pick(&faults);
    let mut call = attributes(rng);
    call.insert(key.to_owned(), value);
    Value::Object(call)
}
