//! The text form of the tz database, `core/data/zones.txt`. `v 1 2026f`, format and release, is followed by two lines
//! for each place: its names, and what its clocks have shown and will show:
//!
//! ```text
//! Africa/Algiers
//! 732 -28931+-173 …
//! ```
//!
//! How far its first clock is ahead of UTC, in seconds; then each change of it:
//!
//! - days since the change before (the first: since 1970), by the clock that ends with it;
//! - `@` and its second of that day, where that is not the one of the change before last;
//! - `+` or `-` and the seconds that the clock is put on or back, where that does not undo the change before.
//!
//! A letter is a change of whole weeks (`A` 1 … `Z` 26, `a` 27 … `z` 52) without the other two. Last, where clocks are
//! still changed each year, `=` with the offsets of standard and summer time, and a day for the start and end of summer
//! time: month, week (5 is the last), weekday (0 is Sunday) and second, by the clock that ends. So changes that two
//! places have in common are the same text, which is what makes the table small when it is compressed.

use super::rules::{Change, DayRule, Rules, Yearly};

const TEXT: &str = include_str!("../../data/zones.txt");

/// The release of the database.
pub(super) fn release() -> &'static str {
    TEXT.lines().next().and_then(|line| line.strip_prefix("v 1 ")).unwrap_or("")
}

/// Each place as the line of its names and the line of its clocks.
pub(super) fn places() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut lines = TEXT.lines().skip(1);
    std::iter::from_fn(move || Some((lines.next()?, lines.next()?)))
}

/// Reads the clocks of a place.
pub(super) fn rules(line: &str) -> Option<Rules> {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    let first = first.parse().ok()?;
    let mut reader = Reader { ahead: first, ..Reader::default() };
    let mut yearly = None;
    for word in rest.split(' ') {
        if let Some(word) = word.strip_prefix('=') {
            yearly = Some(read_yearly(word)?);
            continue;
        }
        let told = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let letters = word.len().saturating_sub(told.len());
        word.bytes().take(letters).for_each(|letter| reader.weeks(letter));
        if !told.is_empty() {
            reader.told(told)?;
        }
    }
    Some(Rules { first, changes: reader.changes, yearly })
}

#[derive(Default)]
struct Reader {
    changes: Vec<Change>,
    ahead: i64,
    day: i64,
    /// Of the change before last, and of the last.
    seconds: (i64, i64),
    moved: i64,
}

impl Reader {
    fn weeks(&mut self, letter: u8) {
        let weeks = if letter <= b'Z' { letter.wrapping_sub(b'A') } else { letter.wrapping_sub(b'a' - 26) };
        self.push((i64::from(weeks) + 1) * 7, self.seconds.0, -self.moved);
    }

    /// `days[@second][±moved]`
    fn told(&mut self, text: &str) -> Option<()> {
        // A sign in the first place is that of the days.
        let sign = text.bytes().skip(1).position(|b| b == b'+' || b == b'-').map_or(text.len(), |at| at + 1);
        let (place, moved) = text.split_at_checked(sign)?;
        let (days, second) = match place.split_once('@') {
            None => (place, self.seconds.0),
            Some((days, second)) => (days, second.parse().ok()?),
        };
        let moved = if moved.is_empty() { -self.moved } else { moved.parse().ok()? };
        self.push(days.parse().ok()?, second, moved);
        Some(())
    }

    fn push(&mut self, days: i64, second: i64, moved: i64) {
        self.day += days;
        let at_s = self.day * super::civil::DAY_S + second - self.ahead;
        self.ahead += moved;
        self.seconds = (self.seconds.1, second);
        self.moved = moved;
        self.changes.push(Change { at_s, offset_s: self.ahead });
    }
}

fn read_yearly(text: &str) -> Option<Yearly> {
    let mut parts = text.split(',');
    let (standard, summer) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Yearly { standard, summer, start: day_rule(parts.next()?)?, end: day_rule(parts.next()?)? })
}

fn day_rule(text: &str) -> Option<DayRule> {
    let mut parts = text.split('.').map(str::parse::<i64>);
    let mut next = || parts.next()?.ok();
    Some(DayRule { month: next()?, week: next()?, weekday: next()?, second: next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(line: &str) -> Vec<(i64, i64)> {
        rules(line).unwrap().changes.iter().map(|c| (c.at_s, c.offset_s)).collect()
    }

    #[test]
    fn a_change_falls_back_on_the_ones_before() {
        assert_eq!(changes("0"), []);
        assert_eq!(changes("60 -1@120+30"), [(-86_340, 90)]);
        let told = [(3_600, 10), (89_990, 0), (694_800, 10), (695_590 + 86_400 * 7 - 600, 0)];
        assert_eq!(changes("0 0@3600+10 1@3600 AA")[..2], [(3_600, 10), (89_990, 0)]);
        assert_eq!(changes("0 0@3600+10 1@3600 A7")[2], told[2]);
        assert_eq!(changes("0 0@0+1 z1-2")[1..], [(52 * 7 * 86_400 - 1, 0), (365 * 86_400, -2)]);
    }

    #[test]
    fn nonsense_is_refused() {
        for line in ["", "x", "0 1@", "0 @1", "0 1+", "0 =1", "0 =0,0,1.1.1.1,1.1.1", "0 1@1@1"] {
            assert!(rules(line).is_none(), "{line}");
        }
    }
}
