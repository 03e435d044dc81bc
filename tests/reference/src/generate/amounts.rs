//! Amounts: mostly round ones that meet the limits, one in eight from the edges.

use crate::rng::Rng;
use serde_json::{Value, json};

/// Dollars. Some of the edges are refused as amounts.
pub(crate) fn usd(rng: &mut Rng) -> Value {
    if rng.below(8) == 0 {
        let near =
            ["0", "0.000000001", "0.499999999", "0.500000001", "0.999999999", "1.000000001", "1.999999999"];
        return match rng.below(12) {
            0 => json!(0),
            1 => json!(1e-10),
            2 => json!(0.300_000_000_000_000_04),
            3 => giant(rng, "9223372036.854775807", "9223372036.854775808"),
            _ => json!(rng.pick(&near)),
        };
    }
    match rng.below(5) {
        0 => json!(rng.pick(&[0.1, 0.25, 0.5, 1.0, 0.7])),
        _ => json!(rng.pick(&["0.01", "0.1", "0.2", "0.25", "0.3", "0.50", "0.7", "1"])),
    }
}

/// Whole pieces. Some of the edges are refused as amounts.
pub(crate) fn pieces(rng: &mut Rng) -> Value {
    if rng.below(8) == 0 {
        return match rng.below(12) {
            0 => json!("0"),
            1 => json!(1.0),
            2 => json!("9007199254740993"),
            3 => giant(rng, "9223372036854775807", "9223372036854775808"),
            _ => json!(rng.pick(&[0, 1, 9, 10, 11, 99, 100, 101, 999, 1001])),
        };
    }
    match rng.below(5) {
        0 => json!(rng.pick(&["5", "10", "50", "100"])),
        _ => json!(rng.pick(&[1, 5, 10, 20, 25, 50, 100, 300])),
    }
}

/// The largest amount, one beyond it, or a number on either side of 2^53.
fn giant(rng: &mut Rng, largest: &str, beyond: &str) -> Value {
    match rng.below(4) {
        0 => json!(beyond),
        1 => json!(9_007_199_254_740_992_u64),
        2 => json!(9_007_199_254_740_993_u64),
        _ => json!(largest),
    }
}

/// A limit of some unit, sometimes zero, sometimes the largest.
pub(crate) fn limit(rng: &mut Rng) -> Value {
    let top = rng.below(40) == 0;
    match rng.below(10) {
        0..=5 if top => json!({"usd": "9223372036.854775807"}),
        0..=5 => json!({"usd": rng.pick(&["0", "0.5", "1", "2.50", "5", "5", "10", "20"])}),
        6 => {
            json!({"tokens": if top { json!("9223372036854775807") } else { rng.pick(&[json!(0), json!(300), json!("3000")]) }})
        }
        7 => json!({"input_tokens": rng.pick(&[10, 300, 3000])}),
        8 => json!({"output_tokens": rng.pick(&[10, 300, 3000])}),
        _ => json!({"requests": rng.pick(&[0, 1, 3, 5, 20])}),
    }
}
