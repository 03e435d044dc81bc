//! Values that a border likes to change: numbers, texts, types.

use serde_json::{Value, json};
use spendgate_reference::Rng;

/// Marks around the text of a number inside a string, so that a `Value` carries it as it will be written.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// Numbers as they are written: beyond 2^53, beyond 64 bits, with exponents, with many digits, zeros with a sign.
const NUMBERS: [&str; 36] = [
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "100000000000000000000",
    "1e2",
    "1E+2",
    "25e-2",
    "0.5e1",
    "1e-9",
    "1e-10",
    "1.5e-9",
    "1e-400",
    "5e-324",
    "1e15",
    "1e16",
    "1e21",
    "1e22",
    "1.7976931348623157e308",
    "-0",
    "-0.0",
    "0e0",
    "1.0",
    "7.000",
    "0.1",
    "0.30000000000000004",
    "0.1000000000000000055511151231257827",
    "123456.123456789012345",
    "9007199254740991.5",
    "-0.000000001",
    "-1",
];

/// Ids that are fine and need care: quotes, escapes, several scripts, names that languages give a meaning.
pub(crate) const IDS: [&str; 14] = [
    "bob \"the builder\"",
    "back\\slash\\n",
    "Zoë",
    "e\u{301}",
    "東京",
    "🦀🧑",
    "</script>",
    "line\u{2028}end",
    "\u{10ffff}",
    "constructor",
    "toString",
    "%s {} $1 `x`",
    "'; --",
    "ÿ\u{a0}ß",
];

/// Texts that are no ids, and some that are.
const TEXTS: [&str; 14] = [
    "",
    "\u{0}",
    "a\nb",
    "\u{7f}",
    "a\u{200b}b",
    "\u{202e}gib",
    "\u{feff}x",
    "*",
    "**",
    "true",
    "null",
    "1e3",
    "0.0000000001",
    "-0.5",
];

/// Keys that no object has, some of which an object of JavaScript has all the same.
const KEYS: [&str; 9] =
    ["colour", "__proto__", "constructor", "hasOwnProperty", "", "é\"\\", "User", "user ", "length"];

/// A number that is written in an odd way.
pub(crate) fn number(rng: &mut Rng) -> Value {
    let drawn = match rng.below(4) {
        // A fraction with many digits, few of which are whole nano-dollars.
        0 => format!("{}.{:0>9}{}", rng.below(10), rng.below(1_000_000_000), rng.below(100_000_000)),
        1 => format!("{}e-{}", rng.below(1_000_000), rng.below(12)),
        _ => rng.pick(&NUMBERS).to_owned(),
    };
    Value::String(format!("{OPEN}{drawn}{CLOSE}"))
}

/// An odd text.
pub(crate) fn text(rng: &mut Rng) -> Value {
    match rng.below(6) {
        0 => json!("é".repeat(rng.pick(&[127, 128, 129]))),
        1 => json!("x".repeat(rng.pick(&[255, 256, 257, 5000]))),
        2 => json!(rng.pick(&IDS)),
        _ => json!(rng.pick(&TEXTS)),
    }
}

/// A value of any type.
pub(crate) fn value(rng: &mut Rng) -> Value {
    match rng.below(9) {
        0 => Value::Null,
        1 => json!(rng.percent(50)),
        2 => json!([]),
        3 => json!({}),
        4 => json!([{"user": "ann"}, 1]),
        5 => json!({"usd": "1"}),
        6 => text(rng),
        _ => number(rng),
    }
}

/// A key that no object has.
pub(crate) fn key(rng: &mut Rng) -> String {
    rng.pick(&KEYS).to_owned()
}

/// JSON text, with numbers as they are to be written.
pub(crate) fn written(value: &Value) -> String {
    value.to_string().replace(&format!("\"{OPEN}"), "").replace(&format!("{CLOSE}\""), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_numbers_are_written_as_they_stand() {
        let mut rng = Rng::new(1);
        for _ in 0..2_000 {
            let drawn = number(&mut rng);
            let text = written(&json!({"a\"": [drawn]}));
            assert!(
                text.starts_with("{\"a\\\"\":[") && !text.contains(OPEN) && !text.contains(CLOSE),
                "{text}"
            );
            assert!(serde_json::from_str::<Value>(&text).unwrap()["a\""][0].is_number(), "{text}");
        }
    }
}
