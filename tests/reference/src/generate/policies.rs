//! Policies: random ones, changes of the one in force, and documents with one fault.

use crate::generate::amounts::limit;
use crate::generate::calls::{FEATURES, PROVIDERS, TIERS, USERS, estimate};
use crate::rng::Rng;
use serde_json::{Map, Value, json};

/// A sound document of a version.
pub(crate) fn document(rng: &mut Rng, version: u64) -> Value {
    let mut document = Map::new();
    let mut put = |key: &str, value: Value| drop(document.insert(key.to_owned(), value));
    put("version", json!(version));
    if rng.percent(40) {
        put("timezone", json!(zone(rng)));
    }
    if rng.percent(30) {
        put("week_start", json!(rng.pick(&["sunday", "monday", "saturday"])));
    }
    let mut budgets: Vec<Value> = Vec::new();
    for id in ["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7"] {
        if rng.percent(60) {
            budgets.push(budget(rng, id));
        }
    }
    let mut breakers: Vec<Value> = Vec::new();
    for id in ["k0", "k1"] {
        if rng.percent(35) {
            breakers.push(breaker(rng, id, &budgets));
        }
    }
    put("budgets", json!(budgets));
    put("breakers", json!(breakers));
    put(
        "downgrades",
        rng.pick(&[
            json!({}),
            json!({"big": "small"}),
            json!({"big": "small", "small": "tiny"}),
            json!({"openai/big": "tiny", "big": "small"}),
            json!({"small-2025-01-31": "tiny"}),
        ]),
    );
    if rng.percent(20) {
        put("prices", json!({"own": {"input": "1", "output": 2}}));
    }
    match rng.below(8) {
        0 => put("on_unpriced", json!("block")),
        1 => put("on_unpriced", json!({"usd_per_mtok": {"input": "300", "output": "1500"}})),
        2 => put("on_unpriced", json!("allow")),
        _ => {}
    }
    if rng.percent(30) {
        put("on_missing_user", json!(rng.pick(&["shared", "none", "block"])));
    }
    if rng.percent(25) {
        put("default_estimate", sound_estimate(rng));
    }
    Value::Object(document)
}

/// A default estimate is refused with the document where its amount is: only sound ones here.
fn sound_estimate(rng: &mut Rng) -> Value {
    let drawn = estimate(rng);
    let read = crate::call::read_estimate(&drawn, "");
    if read.is_ok() { drawn } else { json!({"usd": "0.05"}) }
}

fn zone(rng: &mut Rng) -> &'static str {
    rng.pick(&[
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/Havana",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
    ])
}

/// A window definition.
pub(crate) fn window(rng: &mut Rng) -> Value {
    match rng.below(12) {
        0..=1 => json!("daily"),
        2 => json!("weekly"),
        3..=4 => json!("monthly"),
        5 => json!("lifetime"),
        6 => json!({"kind": "daily", "timezone": zone(rng)}),
        7 => {
            json!({"kind": "weekly", "week_start": rng.pick(&["sunday", "wednesday"]), "timezone": zone(rng)})
        }
        8 => json!({"kind": "monthly", "anchor_day": rng.pick(&[1, 15, 29, 31]), "timezone": zone(rng)}),
        9 => json!({"kind": "monthly"}),
        _ => {
            json!({"kind": "rolling", "period": rng.pick(&["1s", "7s", "1m", "60s", "10m", "1h", "60m", "5h", "7d"])})
        }
    }
}

fn budget(rng: &mut Rng, id: &str) -> Value {
    let scope = match rng.below(16) {
        0..=1 => json!({"user": USERS[0]}),
        2 => json!({"user": rng.pick(&USERS[..3])}),
        3..=4 => json!({"tier": TIERS[0]}),
        5 => json!({"tier": TIERS[1]}),
        6..=7 => json!({"user": "*"}),
        8 => json!({"org": rng.pick(&["acme", "*"])}),
        9 => json!({"feature": rng.pick(&["chat", "*"])}),
        10 => json!({"session": "*"}),
        11 => json!({"provider": rng.pick(&["openai", "*"])}),
        12 => json!({"model": rng.pick(&["big", "*"])}),
        _ => json!({"global": true}),
    };
    let mut budget = json!({"id": id, "scope": scope, "limit": limit(rng), "window": window(rng)});
    ladder(rng, &mut budget);
    if rng.percent(30) {
        budget["alert_at_percent"] =
            rng.pick(&[json!([]), json!([50, 80, 100]), json!([100, 10, 100]), json!([1000])]);
    }
    if rng.percent(8) {
        budget["enabled"] = json!(false);
    }
    if rng.percent(20) {
        budget["match"] = filter(rng);
    }
    budget
}

fn filter(rng: &mut Rng) -> Value {
    rng.pick(&[
        json!({"models": ["big"]}),
        json!({"models": ["small*", "big"]}),
        json!({"features": ["chat*"]}),
        json!({"features": ["search", "chat", "chat"]}),
        json!({"providers": ["openai"]}),
        json!({"models": ["*"], "features": ["chat*"]}),
    ])
}

fn ladder(rng: &mut Rng, budget: &mut Value) {
    let actions = ["block", "block", "block", "warn", "dry_run", "downgrade"];
    if rng.percent(25) {
        budget["steps"] = rng.pick(&[
            json!([{"at_percent": 80, "action": "downgrade"}, {"at_percent": 120, "action": "block"}]),
            json!([{"at_percent": 50, "action": "warn"}, {"at_percent": 100, "action": "block"}]),
            json!([{"at_percent": 30, "action": "dry_run"}, {"at_percent": 60, "action": "warn"},
                {"at_percent": 90, "action": "downgrade"}, {"at_percent": 100, "action": "block"}]),
            json!([{"at_percent": 1, "action": "dry_run"}, {"at_percent": 200, "action": "block"}]),
        ]);
    } else if rng.percent(85) {
        budget["action"] = json!(rng.pick(&actions));
    }
}

fn breaker(rng: &mut Rng, id: &str, budgets: &[Value]) -> Value {
    let scope = match rng.below(6) {
        0 => json!({"provider": rng.pick(&[PROVIDERS[0], "*"])}),
        1 => json!({"model": rng.pick(&["big", "*"])}),
        2 => json!({"user": rng.pick(&[USERS[0], "*"])}),
        3 => json!({"feature": rng.pick(&[FEATURES[0], "*"])}),
        _ => json!({"global": true}),
    };
    let within = rng.pick(&["10s", "1m", "5m"]);
    let trip = match rng.below(6) {
        0 => json!({"spend": {"usd": rng.pick(&["0.5", "2"])}, "within": within}),
        1 => json!({"error_rate_percent": 10, "within": within, "min_calls": 2}),
        2 => json!({"mean_latency_ms": 1000, "within": within, "min_calls": 2}),
        3 if !budgets.is_empty() => json!({"budget": rng.pick(budgets)["id"]}),
        _ => json!({"calls": rng.pick(&[3, 8]), "within": within}),
    };
    json!({"id": id, "scope": scope, "trip": trip, "cooldown": rng.pick(&["1s", "10s", "1m"])})
}

/// The document with one thing changed, and its version moved on.
pub(crate) fn changed(rng: &mut Rng, document: &Value, version: u64) -> Value {
    let mut next = document.clone();
    next["version"] = json!(version);
    let count = next["budgets"].as_array().map_or(0, Vec::len);
    match rng.below(10) {
        0 => next["timezone"] = json!(zone(rng)),
        1 => next["week_start"] = json!(rng.pick(&["sunday", "monday"])),
        2 => next["on_missing_user"] = json!(rng.pick(&["shared", "none", "block"])),
        _ if count == 0 => return self::document(rng, version),
        choice => {
            let index = rng.index(count);
            let budget = &mut next["budgets"][index];
            match choice {
                3 => budget["limit"] = limit(rng),
                4..=5 => budget["window"] = window(rng),
                6 => budget["enabled"] = json!(rng.percent(50)),
                7 => budget["match"] = filter(rng),
                8 => budget["alert_at_percent"] = json!([10, 50, 90]),
                _ => {
                    if let Some(object) = budget.as_object_mut() {
                        object.remove("steps");
                        object.remove("action");
                    }
                    ladder(rng, budget);
                }
            }
        }
    }
    next
}

/// The document with exactly one fault.
pub(crate) fn faulty(rng: &mut Rng, document: &Value) -> Value {
    let mut next = document.clone();
    let sound = json!({"id": "x", "scope": {"global": true}, "limit": {"usd": "1"}, "window": "daily"});
    let faults = [
        ("limit", json!({"usd": "-1"})),
        ("limit", json!({"usd": -1})),
        ("limit", json!({"usd": "1", "tokens": 1})),
        ("limit", json!({})),
        ("limit", json!({"eur": "1"})),
        ("limit", json!({"tokens": 9_007_199_254_740_993_u64})),
        ("limitt", json!(1)),
        ("scope", json!({"tier": "*"})),
        ("scope", json!({"user": "a", "org": "b"})),
        ("scope", json!({"user": ""})),
        ("scope", json!({"global": false})),
        ("window", json!("hourly")),
        ("window", json!({"kind": "hourly"})),
        ("window", json!({"kind": "rolling", "period": "05h"})),
        ("window", json!({"kind": "monthly", "anchor_day": 32})),
        ("window", json!({"kind": "monthly", "week_start": "sunday"})),
        ("window", json!({"kind": "daily", "timezone": "Mars/Olympus"})),
        ("action", json!("explode")),
        ("alert_at_percent", json!([50, 0])),
        ("alert_at_percent", json!([1001])),
        ("steps", json!([{"at_percent": 50, "action": "block"}, {"at_percent": 50, "action": "block"}])),
        ("steps", json!([{"at_percent": 50, "action": "block"}, {"at_percent": 60, "action": "warn"}])),
        ("steps", json!([{"at_percent": 0, "action": "warn"}])),
        ("match", json!({"models": []})),
        ("match", json!({"models": ["a*b"]})),
        ("on_unavailable", json!("shut")),
        ("enabled", json!("yes")),
    ];
    match rng.below(9) {
        0 => next["timezone"] = json!("Mars/Olympus"),
        1 => next["on_unpriced"] = json!("maybe"),
        2 => next["downgrades"] = json!({"small": "big"}),
        3 => next["prices"] = json!({"m": {"input": "x", "output": "1"}}),
        4 => next["default_estimate"] = json!({"usd": "x"}),
        5 => next["colour"] = json!("red"),
        6 => {
            let breaker =
                json!({"id": "x", "scope": {"global": true}, "trip": {"budget": "nobody"}, "cooldown": "1s"});
            next["breakers"] = json!([breaker]);
        }
        _ => {
            let (key, value) = rng.pick(&faults);
            let mut budget = sound;
            budget[key] = value;
            next["budgets"] = json!([budget]);
            next["breakers"] = json!([]);
        }
    }
    next
}
