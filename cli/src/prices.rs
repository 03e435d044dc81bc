//! `spendgate prices`.

use serde_json::{Map, Value, json};
use spendgate_core::pricing::{PriceBook, Sheet};
use spendgate_core::time;

use crate::args::PricesArgs;
use crate::exit::{Code, Failure, plain, print};
use crate::files;

pub(crate) fn run(args: &PricesArgs) -> Result<Code, Failure> {
    let book = PriceBook::builtin();
    let at_ms = args.at.unwrap_or_else(files::now_ms);
    let mut code = Code::Fine;
    let mut text = String::new();
    let mut list = Vec::new();
    for model in &args.models {
        let Some(id) = book.resolve(args.provider.as_deref(), model) else {
            code = Code::Found;
            text.push_str(&format!("{}: no price is known\n", plain(model)));
            list.push(json!({"model": model, "usd_per_mtok": null}));
            continue;
        };
        let sheet = book.rates(id, at_ms).base();
        let rates = rates(sheet);
        let provider = book.provider(id).unwrap_or("");
        let near = if book.is_approximate(id) { ", priced as a near relative" } else { "" };
        text.push_str(&format!(
            "{}: {} of {provider}{near}, USD per million tokens\n",
            plain(model),
            book.name(id)
        ));
        for (name, usd) in &rates {
            text.push_str(&format!("  {name:<15} {usd:>10}\n"));
        }
        let rates: Map<String, Value> =
            rates.into_iter().map(|(k, v)| (k.replace(' ', "_"), v.into())).collect();
        list.push(json!({
            "model": model, "resolved": book.name(id), "provider": provider,
            "approximate": book.is_approximate(id), "at": time::format(at_ms), "usd_per_mtok": rates,
        }));
    }
    if args.json {
        text = format!("{:#}\n", Value::Array(list));
    } else {
        text.push_str(&format!("At {}, by {}.\n", time::format(at_ms), book.source()));
    }
    print(&text)?;
    Ok(code)
}

/// Rates that differ from what they stand in for, as decimal text.
fn rates(sheet: &Sheet) -> Vec<(&'static str, String)> {
    let mut out = vec![("input", usd(sheet.input)), ("output", usd(sheet.output))];
    let others = [
        ("cache read", sheet.cache_read, sheet.input),
        ("cache write", sheet.cache_write, sheet.input),
        ("cache write 1h", sheet.cache_write_1h, sheet.cache_write),
        ("audio input", sheet.audio_input, sheet.input),
        ("audio output", sheet.audio_output, sheet.output),
        ("image input", sheet.image_input, sheet.input),
    ];
    out.extend(
        others.into_iter().filter(|(_, rate, usual)| rate != usual).map(|(name, rate, _)| (name, usd(rate))),
    );
    out
}

/// Femto-dollars a token as USD per million tokens: 10^9 of the one are 1 of the other.
fn usd(femtos: i64) -> String {
    spendgate_core::amount::format(femtos, spendgate_core::unit::Unit::Usd)
}
