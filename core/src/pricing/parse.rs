//! The text form of the table, `core/data/prices.txt`, one thing a line:
//!
//! ```text
//! v 1 genai-prices 0.2.3        format and source
//! p azure openai anthropic      a provider, and whose prices count where it lists none
//! m Name name alias+ other*     a model: its id, then its names in lower case; what may follow a
//!                               name: a date (+), or a date, version or stage (*)
//! d 20740                       the next price holds from that day on (days since 1970)
//! h 60 240                      the price holds between those minutes of the UTC day
//! r i2.5 o10 r1.25              the standard price; then B batch, F flex, P priority
//! t 200000 i5 o15               the same price for prompts above that many tokens
//! ```
//!
//! Rates are USD per million tokens (fees: per thousand pieces). A letter that is missing falls
//! back: `r` cache read, `w` cache write, `a` audio in and `m` image in to `i` input; `h` cache
//! write for an hour to `w`; `b` audio out and `g` image out to `o` output; `c` cached audio and
//! `n` cached image to `r` if that is given, else to `a` and `m`; `s` web search and `q` request to 0.

use crate::pricing::names::Tail;
use crate::pricing::rates::{Rates, Sheet};
use crate::pricing::table::{Model, Period, Provider, Table};
use crate::pricing::usage::ServiceTier;

const TEXT: &str = include_str!("../../data/prices.txt");

/// The built-in table, and how many lines of it made no sense (none, a test says).
pub(crate) fn builtin() -> (Table, usize) {
    parse(TEXT)
}

fn parse(text: &'static str) -> (Table, usize) {
    let mut table = Table::with_capacity(text.len() / 32);
    let bad = text.lines().filter(|line| read(&mut table, line).is_none()).count();
    (table, bad)
}

/// Applies one line.
fn read(table: &mut Table, line: &'static str) -> Option<()> {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    match kind {
        "v" => table.source = rest.strip_prefix("1 ")?,
        "p" => {
            let mut names = rest.split(' ');
            table.providers.push(Provider { name: names.next()?, fallbacks: names.collect() });
        }
        "m" => model(table, rest)?,
        "d" => period(table)?.from_ms = rest.parse::<i64>().ok()?.checked_mul(86_400_000)?,
        "h" => {
            let (start, end) = rest.split_once(' ')?;
            period(table)?.hours = Some((start.parse().ok()?, end.parse().ok()?));
        }
        "r" => standard(table)?.standard = Rates::flat(sheet(rest)?),
        "B" => variant(table, ServiceTier::Batch, rest)?,
        "F" => variant(table, ServiceTier::Flex, rest)?,
        "P" => variant(table, ServiceTier::Priority, rest)?,
        "t" => {
            let (start, rest) = rest.split_once(' ')?;
            let (start, sheet) = (start.parse().ok()?, sheet(rest)?);
            let last = table.models.last_mut()?.periods.last_mut()?;
            let rates = last.variants.last_mut().map_or(&mut last.standard, |(_, r)| r);
            rates.push_tier(start, sheet);
        }
        _ => return None,
    }
    Some(())
}

fn model(table: &mut Table, names: &'static str) -> Option<()> {
    let provider = u8::try_from(table.providers.len().checked_sub(1)?).ok()?;
    let id = names.split(' ').next()?.trim_end_matches(['+', '*']);
    table.models.push(Model { name: id, provider, periods: Vec::with_capacity(1) });
    for name in names.split(' ') {
        let (name, tail) = match (name.strip_suffix('+'), name.strip_suffix('*')) {
            (Some(name), _) => (name, Tail::Dated),
            (_, Some(name)) => (name, Tail::Open),
            _ => (name, Tail::Closed),
        };
        if !name.bytes().any(|b| b.is_ascii_uppercase()) {
            table.push_name(name, tail);
        }
    }
    Some(())
}

/// The period that is being described: a new one when the last has its standard price already.
fn period(table: &mut Table) -> Option<&mut Period> {
    let periods = &mut table.models.last_mut()?.periods;
    periods.push(Period { from_ms: i64::MIN, ..Period::default() });
    periods.last_mut()
}

/// Where a standard price goes: `d` or `h` opened a period for it, or it is the model's first.
fn standard(table: &mut Table) -> Option<&mut Period> {
    if table.models.last()?.periods.is_empty() {
        return period(table);
    }
    table.models.last_mut()?.periods.last_mut()
}

fn variant(table: &mut Table, tier: ServiceTier, rest: &str) -> Option<()> {
    let rates = Rates::flat(sheet(rest)?);
    table.models.last_mut()?.periods.last_mut()?.variants.push((tier, rates));
    Some(())
}

/// Reads `i2.5 o10 r1.25` with its fallbacks.
fn sheet(text: &str) -> Option<Sheet> {
    let (mut rates, mut given) = ([0_i64; 26], 0_u32);
    for part in text.split(' ').filter(|p| !p.is_empty()) {
        let (letter, number) = part.split_at_checked(1)?;
        let at = usize::from(letter.bytes().next()?.checked_sub(b'a')?);
        *rates.get_mut(at)? = nanos(number)?;
        given |= 1 << at;
    }
    let get = |letter: u8, fallback: i64| {
        let at = usize::from(letter.saturating_sub(b'a'));
        if given >> at & 1 == 1 { rates.get(at).copied().unwrap_or(fallback) } else { fallback }
    };
    let (input, output) = (get(b'i', 0), get(b'o', 0));
    let cache_write = get(b'w', input);
    let (audio_input, image_input) = (get(b'a', input), get(b'm', input));
    Some(Sheet {
        input,
        output,
        cache_read: get(b'r', input),
        cache_write,
        cache_write_1h: get(b'h', cache_write),
        audio_input,
        audio_output: get(b'b', output),
        cached_audio: get(b'c', get(b'r', audio_input)),
        image_input,
        image_output: get(b'g', output),
        cached_image: get(b'n', get(b'r', image_input)),
        // USD a thousand pieces: 10^12 femto-dollars a piece, the text is read in 10^-9.
        web_search: get(b's', 0).checked_mul(1_000)?,
        request: get(b'q', 0).checked_mul(1_000)?,
    })
}

/// `2.5` as 2,500,000,000, like [`crate::amount::parse`] but ten times as fast: there are thousands.
fn nanos(text: &str) -> Option<i64> {
    let (mut value, mut left) = (0_i64, None);
    for byte in text.bytes() {
        match (byte, left) {
            (b'0'..=b'9', _) => {
                value = value.checked_mul(10)?.checked_add(i64::from(byte & 0x0f))?;
                left = left.map(|n: u32| n.checked_sub(1)).map_or(Some(None), |n| n.map(Some))?;
            }
            (b'.', None) => left = Some(9),
            _ => return None,
        }
    }
    if text.is_empty() { None } else { value.checked_mul(10_i64.pow(left.unwrap_or(9))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_is_understood_whole() {
        let (table, bad) = builtin();
        assert_eq!(bad, 0);
        assert!(table.source.starts_with("genai-prices "), "{}", table.source);
        assert!(table.models.len() > 1_000, "{}", table.models.len());
        assert!(table.models.iter().all(|m| !m.periods.is_empty()));
        assert!(table.providers.iter().all(|p| p.fallbacks.iter().all(|f| table.provider(f).is_some())));
    }

    #[test]
    fn a_sheet_falls_back() {
        let s = sheet("i2 o4 w3 a9 s10").unwrap();
        assert_eq!(
            (s.cache_read, s.cache_write, s.cache_write_1h),
            (2_000_000_000, 3_000_000_000, 3_000_000_000)
        );
        assert_eq!(
            (s.cached_audio, s.cached_image, s.audio_output),
            (9_000_000_000, 2_000_000_000, 4_000_000_000)
        );
        assert_eq!(s.web_search, 10_000_000_000_000);
        assert!(sheet("i").is_none() && sheet("I2").is_none() && sheet("i-2").is_none());
    }

    #[test]
    fn numbers_read_as_amounts_do() {
        use crate::{amount, unit::Unit};
        for text in
            ["0", "2.5", "0.000000001", "9223372036.854775807", "12", "0.1234567891", "1e3", "-1", "", "٣"]
        {
            assert_eq!(nanos(text), amount::parse(text, Unit::Usd).ok(), "{text}");
        }
    }

    #[test]
    fn nonsense_is_counted() {
        assert_eq!(parse("x\nr i1\nm a\nd\nt 5").1, 5);
    }
}
