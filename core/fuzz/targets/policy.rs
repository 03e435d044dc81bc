//! Any bytes as a policy: read or refused, never a panic, and the same through text and value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spendgate_core::error::Error;
use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;
use std::sync::LazyLock;

static PRICES: LazyLock<PriceBook> = LazyLock::new(PriceBook::builtin);

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let from_text = Policy::parse(text, &PRICES, 0);
    match &from_text {
        Ok(_) | Err(Error::InvalidPolicy { .. }) => {}
        Err(other) => panic!("refused as {other:?}"),
    }
    // A document without duplicate keys is the same document as a value.
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
    let from_value = Policy::from_value(&value, &PRICES, 0);
    if from_text.is_ok() {
        assert!(from_value.is_ok(), "{from_value:?}");
    }
    let again = Policy::parse(&value.to_string(), &PRICES, 0);
    assert_eq!(again.is_ok(), from_value.is_ok(), "{again:?} {from_value:?}");
});
