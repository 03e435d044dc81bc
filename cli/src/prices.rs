//! `spendgate prices`.

use serde_json::{Map, Value, json};
use spendgate_core::amount;
use spendgate_core::pricing::{ModelId, PriceBook, Rates, ServiceTier, Sheet};
use spendgate_core::time;
use spendgate_core::unit::Unit;
use spendgate_replay::report::money::grouped;

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
        let near = if book.is_approximate(id) { ", priced as a near relative" } else { "" };
        text.push_str(&format!(
            "{}: {} of {}{near}, USD per million tokens\n",
            plain(model),
            book.name(id),
            book.provider(id).unwrap_or("")
        ));
        for (name, rates) in price_lists(&book, id, at_ms) {
            write(&mut text, name, rates);
        }
        list.push(entry(&book, model, id, at_ms));
    }
    if args.json {
        text = format!("{:#}\n", Value::Array(list));
    } else {
        text.push_str(&format!("At {}, by {}.\n", time::format(at_ms), book.source()));
    }
    print(&text)?;
    Ok(code)
}

/// The standard rates, which have no name, and those of the other price lists that differ.
fn price_lists(book: &PriceBook, id: ModelId, at_ms: i64) -> Vec<(&'static str, &Rates)> {
    let standard = book.rates(id, at_ms);
    let others = [ServiceTier::Batch, ServiceTier::Flex, ServiceTier::Priority].into_iter();
    let others = others.map(|list| (list.as_str(), book.rates_of(id, at_ms, list)));
    std::iter::once(("", standard)).chain(others.filter(|(_, rates)| *rates != standard)).collect()
}

/// One price list: what short prompts cost, then long ones.
fn write(text: &mut String, name: &str, rates: &Rates) {
    let long = rates.long_prompts().map(|(above, sheet)| {
        let above = grouped(above.unsigned_abs().into());
        (format!("prompts above {above} tokens"), sheet)
    });
    for (long, sheet) in std::iter::once((String::new(), rates.base())).chain(long) {
        let heading =
            [name, &long].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let indent = if heading.is_empty() { "" } else { "  " };
        if !heading.is_empty() {
            text.push_str(&format!("  {heading}:\n"));
        }
        for (what, usd) in self::rates(sheet) {
            text.push_str(&format!("  {indent}{what:<15} {usd:>10}\n"));
        }
        for (what, usd) in fees(sheet) {
            text.push_str(&format!("  {indent}{what:<15} {usd:>10} each\n"));
        }
    }
}

fn entry(book: &PriceBook, model: &str, id: ModelId, at_ms: i64) -> Value {
    let mut entry = Map::new();
    for (name, rates) in price_lists(book, id, at_ms) {
        let mut list = sheet(rates.base());
        let long = rates.long_prompts().map(|(above, long)| {
            let mut long = sheet(long);
            long.insert("above_tokens".to_owned(), above.into());
            Value::Object(long)
        });
        let long: Vec<Value> = long.collect();
        if !long.is_empty() {
            list.insert("long_prompts".to_owned(), long.into());
        }
        if name.is_empty() {
            entry.append(&mut list);
        } else {
            entry.insert(name.to_owned(), list.into());
        }
    }
    entry.insert("model".to_owned(), model.into());
    entry.insert("resolved".to_owned(), book.name(id).into());
    entry.insert("provider".to_owned(), book.provider(id).unwrap_or("").into());
    entry.insert("approximate".to_owned(), book.is_approximate(id).into());
    entry.insert("at".to_owned(), time::format(at_ms).into());
    entry.into()
}

fn sheet(sheet: &Sheet) -> Map<String, Value> {
    let object = |list: Vec<(&str, String)>| -> Map<String, Value> {
        list.into_iter().map(|(what, usd)| (what.replace(' ', "_"), usd.into())).collect()
    };
    let mut out = Map::new();
    out.insert("usd_per_mtok".to_owned(), object(rates(sheet)).into());
    let fees = object(fees(sheet));
    if !fees.is_empty() {
        out.insert("usd_each".to_owned(), fees.into());
    }
    out
}

/// Rates that differ from what they stand in for, as decimal text.
fn rates(sheet: &Sheet) -> Vec<(&'static str, String)> {
    // Femto-dollars a token as USD per million tokens: 10^9 of the one are 1 of the other.
    let usd = |femtos| amount::format(femtos, Unit::Usd);
    let mut out = vec![("input", usd(sheet.input)), ("output", usd(sheet.output))];
    let others = [
        ("cache read", sheet.cache_read, sheet.input),
        ("cache write", sheet.cache_write, sheet.input),
        ("cache write 1h", sheet.cache_write_1h, sheet.cache_write),
        ("audio input", sheet.audio_input, sheet.input),
        ("audio output", sheet.audio_output, sheet.output),
        ("cached audio", sheet.cached_audio, sheet.cache_read),
        ("image input", sheet.image_input, sheet.input),
        ("image output", sheet.image_output, sheet.output),
        ("cached image", sheet.cached_image, sheet.cache_read),
    ];
    out.extend(
        others.into_iter().filter(|(_, rate, usual)| rate != usual).map(|(what, rate, _)| (what, usd(rate))),
    );
    out
}

/// What is charged a piece, in USD as decimal text.
fn fees(sheet: &Sheet) -> Vec<(&'static str, String)> {
    // A nano-dollar is 10^6 femto-dollars, and no fee of the table is finer.
    let usd = |femtos: i64| amount::format(femtos / 1_000_000, Unit::Usd);
    let fees = [("request", sheet.request), ("web search", sheet.web_search)];
    fees.into_iter().filter(|(_, fee)| *fee != 0).map(|(what, fee)| (what, usd(fee))).collect()
}
