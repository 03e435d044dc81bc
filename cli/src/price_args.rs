//! `--price MODEL=INPUT,OUTPUT[,CACHED]`.

use spendgate_core::pricing::{PriceBook, Rates};

/// A model and its rates.
#[derive(Debug, Clone)]
pub(crate) struct Price {
    name: String,
    rates: Rates,
}

/// Reads `gpt-4o=2.50,10` or, with the rate of cached input, `gpt-4o=2.50,10,1.25`.
pub(crate) fn parse(text: &str) -> Result<Price, String> {
    let form = "has to be MODEL=INPUT,OUTPUT or MODEL=INPUT,OUTPUT,CACHED in USD per million tokens";
    let (name, rates) = text.rsplit_once('=').ok_or(form)?;
    let rates: Vec<&str> = rates.split(',').collect();
    let json = match rates.as_slice() {
        _ if name.is_empty() => return Err(form.to_owned()),
        [input, output] => serde_json::json!({"input": input, "output": output}),
        [input, output, cached] => {
            serde_json::json!({"input": input, "output": output, "cache_read": cached})
        }
        _ => return Err(form.to_owned()),
    };
    let rates = Rates::from_json(&json).map_err(|e| e.to_string())?;
    Ok(Price { name: name.to_owned(), rates })
}

/// The built-in table with `prices` on top.
pub(crate) fn book(prices: &[Price]) -> PriceBook {
    PriceBook::builtin().with_prices(prices.iter().map(|p| (p.name.clone(), p.rates.clone())).collect())
}
