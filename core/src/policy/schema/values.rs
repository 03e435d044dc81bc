//! Values that stand in several places: ids, amounts, percents, times.

use super::{describe, object, put, reference, said, words};
use crate::amount::NUMBER_MAX;
use crate::id::MAX_BYTES;
use crate::policy::budget::PERCENT_MAX;
use crate::policy::schedule::{ANCHOR_DAY, KINDS};
use crate::policy::settings;
use crate::pricing::RATE_KEYS;
use crate::unit::Unit;
use crate::window::Weekday;
use serde_json::{Value, json};

/// Characters that no id has, as a regular expression writes them inside a class.
const HIDDEN: &str = r"\u0000-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff";

pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    let day = Weekday::ALL.map(Weekday::as_str);
    vec![
        (
            "id",
            json!({
                "description": "An id: up to 256 bytes of UTF-8 without control, direction or zero-width characters.",
                "type": "string", "minLength": 1, "maxLength": MAX_BYTES, "pattern": format!("^[^{HIDDEN}]*$"),
            }),
        ),
        (
            "pattern",
            json!({
                "description": "An exact name, or a prefix with one `*` at its end.",
                "type": "string", "minLength": 1, "maxLength": MAX_BYTES + 1,
                "pattern": format!("^[^*{HIDDEN}]*\\*?$"),
            }),
        ),
        ("usd", amount(Unit::Usd)),
        ("pieces", amount(Unit::Requests)),
        (
            "percent",
            json!({
                "description": "A percentage of the limit.",
                "type": "integer", "minimum": 1, "maximum": PERCENT_MAX,
            }),
        ),
        (
            "period",
            json!({
                "description": "A length of time: a whole number with s, m, h or d; at most 36500d.",
                "type": "string", "pattern": "^[1-9][0-9]*[smhd]$", "examples": ["30s", "5m", "5h", "7d"],
            }),
        ),
        (
            "timezone",
            json!({
                "description": "A time zone of the IANA database.",
                "type": "string", "minLength": 1, "examples": ["UTC", "Europe/Berlin"],
            }),
        ),
        ("weekday", describe(words(day), "A day of the week.")),
        ("window", window()),
        (
            "estimate",
            object("What a call is expected to use.", &settings::ESTIMATE.map(Unit::as_str), &[], |key| {
                match Unit::parse(key) {
                    Some(Unit::Usd) => said("usd", "Its cost in US dollars."),
                    Some(Unit::InputTokens) => {
                        said("pieces", "Tokens that will be sent, cached ones included.")
                    }
                    Some(Unit::OutputTokens) => said("pieces", "Tokens that are expected back."),
                    Some(Unit::Tokens) => said("pieces", "Tokens sent and received."),
                    _ => Value::Bool(false),
                }
            }),
        ),
        ("rates", rates()),
    ]
}

/// An amount as a decimal string, or as a number.
fn amount(unit: Unit) -> Value {
    match unit {
        Unit::Usd => json!({
            "description": "US dollars, as a decimal string of at most nine fraction digits or as a number.",
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,9})?$"},
                {"type": "number", "minimum": 0, "maximum": NUMBER_MAX},
            ],
        }),
        _ => json!({
            "description": "A whole number; beyond 2^53 as a string.",
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]+(\.0{1,9})?$"},
                {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX},
            ],
        }),
    }
}

/// A window: the name of a kind, or an object with its keys.
fn window() -> Value {
    let rolling = |kind: &str| kind == "rolling";
    let names: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).filter(|kind| !rolling(kind)).collect();
    let mut forms = vec![json!({"enum": names})];
    for (kind, keys) in KINDS {
        // A rolling window has no period of its own to fall back on.
        let required: &[&str] = if rolling(kind) { &["kind", "period"] } else { &["kind"] };
        forms.push(object(kind_says(kind), keys, required, |key| match key {
            "kind" => json!({"description": "The kind of window.", "const": kind}),
            "timezone" => said("timezone", "Whose midnight; the document's `timezone` unless given."),
            "week_start" => said("weekday", "The day the week begins on; the document's `week_start` unless given."),
            "anchor_day" => json!({
                "description": "The day of the month it begins on; in a month that is too short, its last day.",
                "type": "integer", "minimum": 1, "maximum": 31, "default": ANCHOR_DAY,
            }),
            "period" => said("period", "How far back it reaches."),
            _ => Value::Bool(false),
        }));
    }
    json!({"description": "The stretch of time in which use is counted.", "anyOf": forms})
}

fn kind_says(kind: &str) -> &'static str {
    match kind {
        "daily" => "From midnight to midnight.",
        "weekly" => "Seven days.",
        "monthly" => "From a day of one month to the same day of the next.",
        "lifetime" => "All of time.",
        "rolling" => "The latest stretch of a fixed length.",
        _ => "",
    }
}

fn rates() -> Value {
    let mut rates = object("A price in US dollars per million tokens.", &RATE_KEYS, &[], |key| {
        let says = match key {
            "input" => "Input; 0 unless given.",
            "output" => "Output, reasoning included; 0 unless given.",
            "cache_read" => "Input that is read from the cache; the input rate unless given.",
            "cache_write" => "Input that is written to the cache; the input rate unless given.",
            "cache_write_1h" => {
                "Input that is written to the cache for an hour; the input rate unless given."
            }
            "audio_input" => "Audio that is sent; the input rate unless given.",
            "audio_output" => "Audio that is received; the output rate unless given.",
            "image_input" => "Images that are sent; the input rate unless given.",
            "request" => "US dollars for each call; 0 unless given.",
            _ => return Value::Bool(false),
        };
        said("usd", says)
    });
    put(&mut rates, "anyOf", json!([{"required": ["input"]}, {"required": ["output"]}]));
    rates
}

/// The pattern of a filter's list.
pub(super) fn patterns(says: &str) -> Value {
    json!({"description": says, "type": "array", "minItems": 1, "items": reference("pattern")})
}
