//! Amounts: what is read is written and read again as the same; numbers are read as their text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spendgate_core::amount::{format, from_number, parse};
use spendgate_core::unit::Unit;

fuzz_target!(|data: &[u8]| {
    for unit in Unit::ALL {
        if let Some(bytes) = data.first_chunk::<8>() {
            let amount = i64::from_le_bytes(*bytes);
            if amount >= 0 {
                assert_eq!(parse(&format(amount, unit), unit), Ok(amount));
            }
            let float = f64::from_le_bytes(*bytes);
            if let Some(number) = serde_json::Number::from_f64(float) {
                if let Ok(read) = from_number(&number, unit) {
                    assert!(read >= 0 && float >= 0.0, "{float} is {read}");
                    let shown: f64 = format(read, unit).parse().unwrap();
                    // Rounded up to a nano-dollar, and within what a double can say of it.
                    assert!(shown >= float * (1.0 - 1e-15) && shown <= float + 1e-9 + float * 1e-15, "{float} is {shown}");
                }
            }
        }
        let Ok(text) = std::str::from_utf8(data) else { continue };
        if let Ok(amount) = parse(text, unit) {
            assert!(amount >= 0);
            assert_eq!(parse(&format(amount, unit), unit), Ok(amount));
        }
        if let Ok(number) = serde_json::from_str::<serde_json::Number>(text) {
            if let Ok(amount) = from_number(&number, unit) {
                assert!(amount >= 0);
            }
        }
    }
});
