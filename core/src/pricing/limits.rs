//! How many output tokens a chat model gives at most.

use crate::pricing::PriceBook;

/// A line for each limit: the number, then ids of the price table. scripts/prices/limits.py writes it.
static LIMITS: &str = include_str!("../../data/output-limits.txt");

impl PriceBook {
    /// The most output tokens that one choice of the model has, the name being resolved as for its price; `None`
    /// where that is not known. What a reseller serves has the limit of the model it is named after.
    #[must_use]
    pub fn output_limit(&self, provider: Option<&str>, model: &str) -> Option<i64> {
        let id = self.resolve(provider, model).map_or(model, |id| self.name(id));
        limit_of(id).or_else(|| limit_of(id.rsplit_once('/')?.1))
    }
}

fn limit_of(id: &str) -> Option<i64> {
    LIMITS.lines().find_map(|line| {
        let (limit, ids) = line.split_once(' ')?;
        ids.split(' ').any(|one| one == id).then(|| limit.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_limit_and_its_models() {
        for line in LIMITS.lines() {
            let (limit, ids) = line.split_once(' ').unwrap();
            let limit: i64 = limit.parse().unwrap();
            for id in ids.split(' ') {
                assert!(limit > 0 && !id.is_empty() && limit_of(id) == Some(limit), "{line}");
            }
        }
        assert!(LIMITS.lines().count() > 5);
    }

    #[test]
    fn a_name_is_resolved_as_for_its_price() {
        let book = PriceBook::builtin();
        for (provider, model, limit) in [
            (None, "gpt-4o", Some(16_384)),
            (None, "gpt-4o-2024-08-06", Some(16_384)),
            (None, "gpt-4o-2024-05-13", Some(4_096)),
            (None, "openai/gpt-4o", Some(16_384)),
            (Some("azure"), "gpt-4o", Some(16_384)),
            (Some("openrouter"), "openai/gpt-4o", Some(16_384)),
            (Some("anthropic"), "claude-sonnet-4-5-20250929", Some(64_000)),
            (Some("google"), "gemini-2.5-pro", Some(65_536)),
            (None, "gpt-4o-foo", None),
            (None, "no-such-model", None),
        ] {
            assert_eq!(book.output_limit(provider, model), limit, "{provider:?} {model}");
        }
        assert_eq!(PriceBook::empty().output_limit(None, "gpt-4o"), Some(16_384));
    }
}
