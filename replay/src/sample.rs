//! A made-up usage log: a month of calls, with the trouble that budgets are for.

use std::fmt::Write as _;

use spendgate_core::time;

use crate::rng::{Alias, SplitMix, hash, zipf_weight};

/// 2026-05-01T00:00:00Z in epoch milliseconds.
const START_MS: i64 = 1_777_593_600_000;
const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 31;

/// Share of the calls that come of the retry loop, and of the free user who takes too much, in
/// thousandths.
const LOOP_SHARE: u32 = 30;
const ABUSE_SHARE: u32 = 25;

/// When the retry loop runs: on the 19th, from 02:10, for 50 minutes.
const LOOP_START_MS: i64 = START_MS + 18 * DAY_MS + 7_800_000;
const LOOP_MS: i64 = 3_000_000;

/// Features with their share of the calls, their usual input and output tokens, and how much of the
/// input is cached, in percent.
const FEATURES: [(&str, u64, u64, u64, u64); 5] = [
    ("chat", 50, 900, 260, 30),
    ("summarize", 20, 4_200, 350, 0),
    ("search", 18, 2_100, 120, 50),
    ("extract", 8, 3_000, 500, 10),
    ("agent", 4, 11_000, 900, 60),
];

/// Models that each tier calls, with their shares.
const MODELS: [(&str, [u64; 3]); 4] = [
    ("gpt-4o-mini", [70, 35, 15]),
    ("gpt-4o", [25, 40, 45]),
    ("claude-sonnet-4-5", [5, 20, 30]),
    ("o3-mini", [0, 5, 10]),
];

const TIERS: [&str; 3] = ["free", "pro", "enterprise"];
const TIER_SHARES: [u64; 3] = [88, 10, 2];

/// Calls by the hour of the day, UTC.
const HOURS: [u64; 24] =
    [8, 6, 5, 4, 4, 6, 12, 25, 45, 62, 70, 72, 66, 70, 74, 72, 66, 55, 44, 36, 30, 24, 18, 12];

/// Lines of CSV, the header first, each with its newline.
pub struct Sample {
    random: SplitMix,
    seed: u64,
    users: Option<Alias>,
    features: Option<Alias>,
    models: Vec<Option<Alias>>,
    tiers: Option<Alias>,
    times: std::vec::IntoIter<(i64, Kind)>,
    started: bool,
}

/// Why a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Ordinary,
    Abuse,
    Loop,
}

impl Sample {
    /// A log of `calls` calls by about `users` users.
    #[must_use]
    pub fn new(seed: u64, calls: u32, users: u32) -> Sample {
        let mut random = SplitMix::new(seed);
        let hours = Alias::new(&HOURS);
        let times = (0..calls).map(|i| {
            let share = u32::try_from(u64::from(i) * 1_000 / u64::from(calls.max(1))).unwrap_or(0);
            if share < LOOP_SHARE {
                return (LOOP_START_MS + below(&mut random, LOOP_MS), Kind::Loop);
            }
            let kind = if share < LOOP_SHARE + ABUSE_SHARE { Kind::Abuse } else { Kind::Ordinary };
            // The abuser starts in the second week.
            let (first, days) = if kind == Kind::Abuse { (8, DAYS - 8) } else { (0, DAYS) };
            let hour = hours.as_ref().map_or(0, |h| h.draw(&mut random));
            let hour = i64::try_from(hour).unwrap_or(0);
            let day = first + below(&mut random, days);
            (START_MS + day * DAY_MS + hour * 3_600_000 + below(&mut random, 3_600_000), kind)
        });
        let mut times: Vec<(i64, Kind)> = times.collect();
        times.sort_unstable();
        let weights: Vec<u64> = (1..=u64::from(users)).map(|k| (zipf_weight(k, 1_050) >> 8).max(1)).collect();
        let shares: Vec<u64> = FEATURES.iter().map(|f| f.1).collect();
        let models = (0..TIERS.len()).map(|t| {
            let shares: Vec<u64> =
                MODELS.iter().map(|(_, shares)| shares.get(t).copied().unwrap_or(0)).collect();
            Alias::new(&shares)
        });
        Sample {
            users: Alias::new(&weights),
            features: Alias::new(&shares),
            models: models.collect(),
            tiers: Alias::new(&TIER_SHARES),
            random,
            seed,
            times: times.into_iter(),
            started: false,
        }
    }

    fn draw(random: &mut SplitMix, alias: Option<&Alias>) -> usize {
        alias.map_or(0, |a| a.draw(random))
    }

    /// A user's tier hangs on the name alone.
    fn tier(&self, user: &str) -> usize {
        let mut random = SplitMix::new(hash(self.seed, user.as_bytes()));
        Sample::draw(&mut random, self.tiers.as_ref())
    }

    fn line(&mut self, at_ms: i64, kind: Kind) -> String {
        let (user, tier, feature, model) = match kind {
            Kind::Ordinary => {
                let number = Sample::draw(&mut self.random, self.users.as_ref()) + 1;
                let user = format!("user_{number:05}");
                let tier = self.tier(&user);
                let feature = Sample::draw(&mut self.random, self.features.as_ref());
                let models = self.models.get(tier).and_then(Option::as_ref);
                (user, tier, feature, Sample::draw(&mut self.random, models))
            }
            Kind::Abuse => ("user_4421".to_owned(), 0, 1, 1),
            Kind::Loop => ("acme_agent".to_owned(), 1, 4, 1),
        };
        let (name, _, input, output, cached) = FEATURES.get(feature).copied().unwrap_or_default();
        let (input, output) = (self.around(input), self.around(output));
        let cached = if kind == Kind::Loop { 0 } else { input * self.random.below(2 * cached + 1) / 100 };
        let mut line = time::format(at_ms);
        let tier = TIERS.get(tier).copied().unwrap_or("");
        let model = MODELS.get(model).map_or("", |m| m.0);
        // Writing to a String cannot fail.
        let _ = writeln!(line, ",{user},{tier},{name},{model},{input},{output},{}", cached.min(input));
        line
    }

    /// A number around `middle`, from a quarter of it to four times, small ones more often.
    fn around(&mut self, middle: u64) -> u64 {
        let low = self.random.below(middle * 3 / 4 + 1) + middle / 4;
        if self.random.below(10) == 0 { low + self.random.below(middle * 3) } else { low }
    }
}

fn below(random: &mut SplitMix, bound: i64) -> i64 {
    i64::try_from(random.below(bound.unsigned_abs().max(1))).unwrap_or(0)
}

impl Iterator for Sample {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if !self.started {
            self.started = true;
            return Some(
                "time,user,tier,feature,model,input_tokens,output_tokens,cached_tokens\n".to_owned(),
            );
        }
        let (at_ms, kind) = self.times.next()?;
        Some(self.line(at_ms, kind))
    }
}
