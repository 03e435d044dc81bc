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

/// Words that may follow a name with an open tail.
const STAGES: [&str; 8] = ["preview", "exp", "experimental", "latest", "beta", "default", "instruct", "it"];

/// Places where Bedrock runs a model, as the first part of its id.
const REGIONS: [&str; 15] = [
    "us", "eu", "apac", "jp", "au", "in", "us-gov", "global", "ca", "sa", "me", "af", "il", "mx", "regional",
];

impl Tail {
    /// Whether `tail`, separator included, may follow, and whether the price is then a guess.
    pub(crate) fn accepts(self, tail: &str) -> Option<bool> {
        match self {
            Tail::Closed => is_date(tail).then_some(true),
            Tail::Dated => (is_date(tail) || is_counter(tail)).then_some(false),
            Tail::Open => (is_date(tail) || is_open(tail)).then_some(false),
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

/// A chain of stages, dates, versions (`-v2:0`) and sizes (`-27b`).
fn is_open(tail: &str) -> bool {
    let mut rest = tail;
    while let Some(separator) = rest.chars().next() {
        let Some(body) = rest.get(1..) else { return false };
        let end = body.find(['-', '@', ':']).unwrap_or(body.len());
        let Some((part, next)) = body.split_at_checked(end) else { return false };
        let number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let numbered =
            |p: Option<&str>| p.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
        let fits = match separator {
            ':' => number || STAGES.contains(&part),
            _ => {
                (number && part.len() >= 2)
                    || numbered(part.strip_prefix('v'))
                    || numbered(part.strip_suffix('b'))
                    || STAGES.contains(&part)
            }
        };
        if !fits {
            return false;
        }
        rest = next;
    }
    !tail.is_empty()
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
        for good in ["-preview-05-20", "-20241022-v2:0", "-v1:0", "@default", "-latest", "-001", "-27b-it"] {
            assert_eq!(Tail::Open.accepts(good), Some(false), "{good}");
        }
        for bad in ["", "-tts", "-foo", "-image", "-1", "-lite", "-preview-tts", "-v", "--", "-preview-", "é"]
        {
            assert_eq!(Tail::Open.accepts(bad), None, "{bad}");
        }
        assert_eq!(Tail::Closed.accepts("-latest"), None);
        assert_eq!(Tail::Closed.accepts("-2030-01-01"), Some(true));
        assert_eq!(Tail::Dated.accepts("-2030-01-01"), Some(false));
        assert_eq!(Tail::Dated.accepts("-preview"), None);
    }
}
