//! Values of options: what is read, and what is said of one that is wrong.

use spendgate_core::unit::Unit;
use spendgate_core::{amount, time};
use spendgate_replay::field::Field;

use crate::args::{CommandLine, Shares};

/// A whole number.
pub(crate) fn number<N: std::str::FromStr<Err = std::num::ParseIntError>>(text: &str) -> Result<N, String> {
    text.parse().map_err(|e: std::num::ParseIntError| match e.kind() {
        _ if below_zero(text) => "is below zero".to_owned(),
        std::num::IntErrorKind::PosOverflow => "is too large".to_owned(),
        _ => "is not a whole number".to_owned(),
    })
}

/// The most calls of a made-up log: their times are drawn first, 16 bytes each.
const CALLS_MAX: u32 = 100_000_000;

/// A program and its arguments, in words and quotes as of a shell.
pub(crate) fn command(text: &str) -> Result<CommandLine, String> {
    let mut words = shlex::split(text).ok_or("a quote has no end")?.into_iter();
    let program = words.next().ok_or("names no program")?;
    Ok(CommandLine { program, arguments: words.collect() })
}

/// How many calls a made-up log has.
pub(crate) fn calls(text: &str) -> Result<u32, String> {
    let read = number::<u32>(text)?;
    if read > CALLS_MAX { Err(format!("at most {CALLS_MAX} are possible")) } else { Ok(read) }
}

/// An amount of USD in nano-dollars.
pub(crate) fn usd(text: &str) -> Result<i64, String> {
    amount::parse(text, Unit::Usd).map_err(|e| match below_zero(text) {
        true => amount::AmountError::Negative.to_string(),
        false => e.to_string(),
    })
}

fn below_zero(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| amount::parse(rest, Unit::Usd).is_ok())
}

/// An RFC 3339 time, or a date alone (its first instant in UTC).
pub(crate) fn instant(text: &str) -> Result<i64, String> {
    let dated = format!("{text}T00:00:00Z");
    let read = time::parse(text).or_else(|| time::parse(&dated));
    read.ok_or_else(|| "is not an RFC 3339 time of the years 1–9999, such as 2026-02-28T23:59:59Z".to_owned())
}

pub(crate) fn mapping(text: &str) -> Result<(Field, String), String> {
    let (field, column) =
        text.split_once('=').filter(|(_, c)| !c.is_empty()).ok_or("has to be FIELD=COLUMN")?;
    let offered = Field::parse(field).filter(|f| !matches!(f, Field::Kind | Field::Usage));
    let field = offered.ok_or_else(|| {
        let names: Vec<&str> = Field::MAPPABLE.iter().map(|f| f.as_str()).collect();
        format!("`{field}` is not one of {}", names.join(", "))
    })?;
    Ok((field, column.to_owned()))
}

/// A decimal between 0 and 10 with at most three fraction digits, in thousandths.
pub(crate) fn thousandths(text: &str) -> Result<u32, String> {
    let wrong = || "has to be a number from 0 to 10 with at most three fraction digits".to_owned();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
        return Err(wrong());
    }
    let read: u32 = format!("{whole}{fraction:0<3}").parse().map_err(|_| wrong())?;
    if read > 10_000 { Err(wrong()) } else { Ok(read) }
}

pub(crate) fn shares(text: &str) -> Result<Shares, String> {
    let mut list: Vec<(String, u64)> = Vec::new();
    for part in text.split(',') {
        let wrong = || format!("`{part}` has to be NAME=SHARE, the share a whole number up to 1000000");
        let (name, share) = part.rsplit_once('=').filter(|(n, _)| !n.is_empty()).ok_or_else(wrong)?;
        let share = share.parse::<u64>().ok().filter(|s| *s <= 1_000_000).ok_or_else(wrong)?;
        if list.iter().any(|(known, _)| known == name) {
            return Err(format!("tier `{name}` is named twice"));
        }
        list.push((name.to_owned(), share));
    }
    if list.iter().all(|(_, share)| *share == 0) {
        return Err("one share at least has to be above 0".to_owned());
    }
    Ok(Shares(list))
}
