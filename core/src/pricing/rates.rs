//! Rates: what a token of each class costs, and how a cost is rounded.

use crate::pricing::usage::TokenUsage;

/// Femto-dollars (10^-15 USD) in a nano-dollar.
const FEMTO_PER_NANO: u64 = 1_000_000;

/// One rate a class, in femto-dollars: a token at 1 USD per million tokens costs 10^9 of them, so a
/// rate with nine fraction digits is exact. Fees are femto-dollars a piece.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sheet {
    /// A fresh input token.
    pub input: i64,
    /// An output token, reasoning included.
    pub output: i64,
    /// An input token read from the cache.
    pub cache_read: i64,
    /// An input token written to the cache (for five minutes, where the provider has several spans).
    pub cache_write: i64,
    /// An input token written to the cache for an hour.
    pub cache_write_1h: i64,
    /// A fresh audio token sent.
    pub audio_input: i64,
    /// An audio token received.
    pub audio_output: i64,
    /// An audio token read from the cache.
    pub cached_audio: i64,
    /// A fresh image (or video) token sent.
    pub image_input: i64,
    /// An image token received.
    pub image_output: i64,
    /// An image token read from the cache.
    pub cached_image: i64,
    /// One web search.
    pub web_search: i64,
    /// One request.
    pub request: i64,
}

impl Sheet {
    /// A sheet of two rates: every kind of input costs `input`, every kind of output `output`.
    #[must_use]
    pub const fn flat(input: i64, output: i64) -> Sheet {
        Sheet {
            input,
            output,
            cache_read: input,
            cache_write: input,
            cache_write_1h: input,
            audio_input: input,
            audio_output: output,
            cached_audio: input,
            image_input: input,
            image_output: output,
            cached_image: input,
            web_search: 0,
            request: 0,
        }
    }

    /// The exact sum over all classes, in femto-dollars; it saturates far above any real cost.
    #[inline]
    fn sum(&self, usage: &TokenUsage) -> i128 {
        let plain =
            times(usage.input, self.input).saturating_add(times(usage.output, self.output)).saturating_add(
                i128::from(self.request), // one request a call
            );
        if usage.is_plain() {
            return plain;
        }
        [
            (usage.cached_input, self.cache_read),
            (usage.cache_write, self.cache_write),
            (usage.cache_write_1h, self.cache_write_1h),
            (usage.audio_input, self.audio_input),
            (usage.audio_output, self.audio_output),
            (usage.cached_audio, self.cached_audio),
            (usage.image_input, self.image_input),
            (usage.image_output, self.image_output),
            (usage.cached_image, self.cached_image),
            (usage.web_searches, self.web_search),
        ]
        .into_iter()
        .fold(plain, |sum, (count, rate)| sum.saturating_add(times(count, rate)))
    }

    /// The rates that decide which of two models is cheaper: text, cache and the fee of a request.
    const fn compared(&self) -> [i64; 6] {
        [self.input, self.output, self.cache_read, self.cache_write, self.cache_write_1h, self.request]
    }
}

/// A count below zero (nothing here makes one) costs nothing rather than crediting money.
#[inline]
fn times(count: i64, rate: i64) -> i128 {
    i128::from(count.max(0)) * i128::from(rate)
}

/// The rates of one model at one time: a sheet, and the sheets that replace it for long prompts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates {
    base: Sheet,
    /// (prompt tokens above which it holds for the whole call, sheet), rising.
    tiers: Vec<(i64, Sheet)>,
}

impl Rates {
    /// Rates without tiers.
    #[must_use]
    pub const fn flat(base: Sheet) -> Rates {
        Rates { base, tiers: Vec::new() }
    }

    /// Adds the sheet that holds for the whole call above `start` prompt tokens; starts rise.
    pub(crate) fn push_tier(&mut self, start: i64, sheet: Sheet) {
        self.tiers.push((start, sheet));
    }

    /// The sheet of a short prompt.
    #[must_use]
    pub const fn base(&self) -> &Sheet {
        &self.base
    }

    /// The sheets of long prompts, each with the prompt tokens above which it holds for the whole call,
    /// rising.
    pub fn long_prompts(&self) -> impl Iterator<Item = (i64, &Sheet)> {
        self.tiers.iter().map(|(start, sheet)| (*start, sheet))
    }

    /// The sheet of a prompt of that many tokens, cached ones included.
    #[must_use]
    pub fn sheet(&self, prompt_tokens: i64) -> &Sheet {
        self.tiers.iter().rev().find(|(start, _)| prompt_tokens > *start).map_or(&self.base, |(_, s)| s)
    }

    /// The cost of `usage` in nano-dollars: the exact sum over its classes, rounded up once,
    /// at most `i64::MAX`.
    #[inline]
    #[must_use]
    pub fn cost(&self, usage: &TokenUsage) -> i64 {
        let sheet = if self.tiers.is_empty() { &self.base } else { self.sheet(usage.input_total()) };
        let femtos = sheet.sum(usage);
        let nanos = match u64::try_from(femtos) {
            Ok(small) => small.div_ceil(FEMTO_PER_NANO),
            Err(_) => {
                u64::try_from(femtos.unsigned_abs().div_ceil(u128::from(FEMTO_PER_NANO))).unwrap_or(u64::MAX)
            }
        };
        i64::try_from(nanos).unwrap_or(i64::MAX)
    }

    /// True when no rate of `self` is higher than that of `other` and one is lower, for prompts of
    /// every size. Compares input, output, cache and request rates.
    #[must_use]
    pub fn is_cheaper_than(&self, other: &Rates) -> bool {
        let sizes = self.tiers.iter().chain(&other.tiers).map(|(start, _)| start.saturating_add(1));
        let mut one_lower = false;
        for size in std::iter::once(0).chain(sizes) {
            let (mine, theirs) = (self.sheet(size).compared(), other.sheet(size).compared());
            if mine.iter().zip(&theirs).any(|(m, t)| m > t) {
                return false;
            }
            one_lower |= mine != theirs;
        }
        one_lower
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn usage(input: i64, output: i64) -> TokenUsage {
        TokenUsage { input, output, ..TokenUsage::default() }
    }

    #[test]
    fn a_cost_is_rounded_up_once() {
        let rates = Rates::from_json(&json!({"input": "0.0004", "output": "0.0004"})).unwrap();
        // 0.4 + 0.4 nano-dollars: one, not two.
        assert_eq!(rates.cost(&usage(1, 1)), 1);
        assert_eq!(rates.cost(&usage(0, 0)), 0);
        assert_eq!(rates.cost(&usage(5, 0)), 2);
        assert_eq!(rates.cost(&usage(6, 0)), 3);
        let dear = Rates::from_json(&json!({"input": "2.50", "output": 10})).unwrap();
        assert_eq!(dear.cost(&usage(1000, 500)), 7_500_000);
        let exact = Rates::from_json(&json!({"input": "0.000000001"})).unwrap();
        assert_eq!(exact.cost(&usage(1, 0)), 1);
        assert_eq!(exact.cost(&usage(1_000_000, 0)), 1);
        assert_eq!(exact.cost(&usage(1_000_001, 0)), 2);
    }

    #[test]
    fn the_largest_cost_saturates() {
        let rates = Rates::from_json(&json!({"input": "9000000000", "output": "9000000000"})).unwrap();
        assert_eq!(rates.cost(&usage(i64::MAX, i64::MAX)), i64::MAX);
        let all = TokenUsage {
            cached_input: i64::MAX,
            cache_write: i64::MAX,
            cache_write_1h: i64::MAX,
            audio_input: i64::MAX,
            ..usage(i64::MAX, i64::MAX)
        };
        assert_eq!(rates.cost(&all), i64::MAX);
        assert_eq!(rates.cost(&usage(-5, -5)), 0);
    }

    #[test]
    fn cheaper_means_no_rate_higher_and_one_lower() {
        let price = |i: &str, o: &str| Rates::from_json(&json!({"input": i, "output": o})).unwrap();
        assert!(price("1", "2").is_cheaper_than(&price("1", "3")));
        assert!(!price("1", "3").is_cheaper_than(&price("1", "3")));
        assert!(!price("0.5", "4").is_cheaper_than(&price("1", "3")));
        let mut tiered = price("1", "2");
        tiered.push_tier(100, Sheet::flat(9, 9_000_000_000));
        assert!(!tiered.is_cheaper_than(&price("1", "3")));
    }
}
