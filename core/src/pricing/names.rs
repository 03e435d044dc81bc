//! The grammar of model names: dates, versions, regions and fine-tunes.

/// What may follow a name of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// A date, but the price is then a guess.
    Closed,
    /// A date.
    Dated,
    /// A date, a version or a stage such as `preview`.
    Open,
}

/// Stages of a model that may follow a name with an open tail, and be followed by a number.
const STAGES: [&str; 4] = ["preview", "exp", "experimental", "beta"];

/// Other words that may follow it.
const WORDS: [&str; 4] = ["latest", "default", "instruct", "it"];

/// Places where Bedrock runs a model, as the first part of its id.
const REGIONS: [&str; 15] = [
    "us", "eu", "apac", "jp", "au", "in", "us-gov", "global", "ca", "sa", "me", "af", "il", "mx", "regional",
];

impl Tail {
    /// Whether `tail`, separator included, may follow `base`, and whether the price is then a guess.
    pub(crate) fn accepts(self, base: &str, tail: &str) -> Option<bool> {
        match self {
            Tail::Closed => is_date(tail).then_some(true),
            Tail::Dated => (is_date(tail) || is_counter(tail)).then_some(false),
            Tail::Open => {
                (is_date(tail) || is_open(tail, STAGES.iter().any(|s| base.ends_with(s)))).then_some(false)
            }
        }
    }
}

/// The ways to cut `name` into a base and a tail, the longest base first, at most six parts off.
pub(crate) fn cuts(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.rmatch_indices(['-', '@', ':']).take(6).filter_map(|(at, _)| name.split_at_checked(at))
}

/// `-2024-08-06`, `-20240806`, `@20240806`, `-0613` (month and day) or `-2411` (year and month).
pub(crate) fn is_date(tail: &str) -> bool {
    let Some(body) = tail.strip_prefix(['-', '@']) else { return false };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<u32>().ok()).flatten();
    let year_month_day =
        |y: u32, m: u32, d: u32| (2000..2100).contains(&y) && (1..=12).contains(&m) && (1..=31).contains(&d);
    match body.len() {
        10 => {
            let mut parts = body.split('-').map(|p| (p.len(), digits(p)));
            match (parts.next(), parts.next(), parts.next(), parts.next()) {
                (Some((4, Some(y))), Some((2, Some(m))), Some((2, Some(d))), None) => year_month_day(y, m, d),
                _ => false,
            }
        }
        8 => digits(body).is_some_and(|n| year_month_day(n / 10_000, n / 100 % 100, n % 100)),
        4 => digits(body).is_some_and(|n| {
            let (high, low) = (n / 100, n % 100);
            ((1..=12).contains(&high) && (1..=31).contains(&low))
                || ((23..40).contains(&high) && (1..=12).contains(&low))
        }),
        _ => false,
    }
}

/// `-001`: a numbered release.
fn is_counter(tail: &str) -> bool {
    tail.strip_prefix('-').is_some_and(|b| b.len() == 3 && b.bytes().all(|c| c.is_ascii_digit()))
}

/// A chain of stages, dates, versions (`-v2:0`), counters and sizes (`-27b`).
fn is_open(tail: &str, after_stage: bool) -> bool {
    let (mut rest, mut after_stage, mut after_version) = (tail, after_stage, false);
    while !rest.is_empty() {
        let Some((part, next)) = next_part(rest, after_stage) else { return false };
        let numbered =
            |p: Option<&str>| p.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
        let body = part.get(1..).unwrap_or("");
        let (stage, version) = (STAGES.contains(&body), numbered(body.strip_prefix('v')));
        let fits = stage
            || version
            || WORDS.contains(&body)
            || numbered(body.strip_suffix('b'))
            || (after_version && numbered(part.strip_prefix(':')))
            || (after_stage && is_short_date(part))
            || is_date(part)
            || is_counter(part);
        if !fits {
            return false;
        }
        (rest, after_stage, after_version) = (next, stage, version);
    }
    !tail.is_empty()
}

/// The first part of a tail with its separator, and the rest; a date with dashes is one part.
fn next_part(tail: &str, after_stage: bool) -> Option<(&str, &str)> {
    let body = tail.strip_prefix(['-', '@', ':'])?;
    let end = body.find(['-', '@', ':']).unwrap_or(body.len()).checked_add(1)?;
    let date = tail.split_at_checked(11).filter(|(date, _)| is_date(date));
    let short = || {
        let cut = |n| tail.split_at_checked(n).filter(|(date, _)| is_short_date(date));
        if after_stage { cut(8).or_else(|| cut(6)) } else { None }
    };
    date.or_else(short).or_else(|| tail.split_at_checked(end))
}

/// What follows a stage: `-05-20` (month and day) or `-09-2025` (month and year).
fn is_short_date(tail: &str) -> bool {
    let bytes = tail.as_bytes();
    let dashes = bytes.first() == Some(&b'-') && bytes.get(3) == Some(&b'-');
    let number = |from, to| tail.get(from..to).filter(|p| p.bytes().all(|b| b.is_ascii_digit()));
    let number = |from, to| number(from, to).and_then(|p| p.parse::<u32>().ok()).unwrap_or(0);
    let (month, last) = (number(1, 3), number(4, tail.len()));
    dashes
        && (1..=12).contains(&month)
        && match tail.len() {
            6 => (1..=31).contains(&last),
            8 => (2000..2100).contains(&last),
            _ => false,
        }
}

/// A Bedrock id without its region, and without the maker before a Claude model.
pub(crate) fn without_region(name: &str) -> Option<&str> {
    let (head, rest) = name.split_once('.')?;
    (REGIONS.contains(&head) || head == "anthropic").then_some(rest)
}

/// The base of a fine-tune's name, `ft:gpt-4o-2024-08-06:org::id` → `gpt-4o-2024-08-06`.
pub(crate) fn fine_tune_base(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("ft:")?;
    Some(rest.split_once(':').map_or(rest, |(base, _)| base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_dates() {
        for good in ["-2024-08-06", "-20240806", "@20240806", "-0613", "-2411", "-1106"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "-",
            "-foo",
            "-2024",
            "-9999",
            "-2024-13-01",
            "-20241301",
            "-20240832",
            "-1999-01-01",
            "0613",
            "-061",
            "-2024-8-06",
            "-+613",
            "-20-40-8-06",
            "--0613",
            "-2024-08-0a",
            ":0613",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn open_tails_are_versions_and_stages() {
        for good in [
            "-preview-05-20",
            "-20241022-v2:0",
            "-v1:0",
            "@default",
            "-latest",
            "-preview-09-2025",
            "-exp-1206",
            "-2024-08-06-v1",
            "-001",
            "-27b-it",
        ] {
            assert_eq!(Tail::Open.accepts("m", good), Some(false), "{good}");
        }
        for bad in [
            "",
            "-tts",
            "-foo",
            "-image",
            "-1",
            "-lite",
            "-99",
            "-9999",
            "-preview-tts",
            "-v",
            "--",
            "-preview-",
            "é",
        ] {
            assert_eq!(Tail::Open.accepts("m", bad), None, "{bad}");
        }
        assert_eq!(Tail::Open.accepts("m-preview", "-09-2025"), Some(false));
        assert_eq!(Tail::Closed.accepts("m", "-latest"), None);
        assert_eq!(Tail::Closed.accepts("m", "-2030-01-01"), Some(true));
        assert_eq!(Tail::Dated.accepts("m", "-2030-01-01"), Some(false));
        assert_eq!(Tail::Dated.accepts("m", "-preview"), None);
    }
}
