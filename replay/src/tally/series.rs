//! Spend over time, in buckets that widen as the log grows longer.

use std::collections::BTreeMap;

use spendgate_core::action::Action;

use crate::gate::Verdict;

/// Widths of a bucket in milliseconds, each a multiple of the one before: 1, 5 and 15 minutes, 1 and
/// 6 hours, 1 and 7 days, and years enough for any log.
const WIDTHS: [i64; 9] = [
    60_000,
    300_000,
    900_000,
    3_600_000,
    21_600_000,
    86_400_000,
    604_800_000,
    31_449_600_000,
    31_449_600_000_000,
];

/// The most buckets; then they widen.
const BUCKETS_MAX: usize = 120;

/// The sums of one stretch of time, money in nano-dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) calls: u64,
    pub(crate) blocked: u64,
    pub(crate) spent: i128,
    pub(crate) requested: i128,
}

/// Buckets by their start.
#[derive(Debug, Default)]
pub(crate) struct Series {
    buckets: BTreeMap<i64, Bucket>,
    width: usize,
}

impl Series {
    pub(crate) fn width_ms(&self) -> i64 {
        WIDTHS.get(self.width).copied().unwrap_or(i64::MAX)
    }

    #[inline]
    pub(crate) fn add(&mut self, verdict: &Verdict, at_ms: i64) {
        let width = self.width_ms();
        let bucket = self.buckets.entry(at_ms.div_euclid(width) * width).or_default();
        bucket.calls += 1;
        let spent = verdict.spent.unwrap_or(0);
        bucket.spent += i128::from(spent);
        bucket.requested += i128::from(verdict.requested.unwrap_or(spent));
        bucket.blocked += u64::from(verdict.decision.action == Action::Block);
        if self.span() > BUCKETS_MAX {
            self.widen();
        }
    }

    /// How many buckets the series spans, empty ones too.
    fn span(&self) -> usize {
        let (Some((first, _)), Some((last, _))) =
            (self.buckets.first_key_value(), self.buckets.last_key_value())
        else {
            return 0;
        };
        usize::try_from((last - first) / self.width_ms() + 1).unwrap_or(usize::MAX)
    }

    fn widen(&mut self) {
        while self.span() > BUCKETS_MAX && self.width + 1 < WIDTHS.len() {
            self.width += 1;
            let width = self.width_ms();
            for (start, bucket) in std::mem::take(&mut self.buckets) {
                let wide = self.buckets.entry(start.div_euclid(width) * width).or_default();
                wide.calls += bucket.calls;
                wide.blocked += bucket.blocked;
                wide.spent += bucket.spent;
                wide.requested += bucket.requested;
            }
        }
    }

    /// Every bucket from the first to the last, empty ones too, with its start.
    pub(crate) fn all(&self) -> Vec<(i64, Bucket)> {
        let (Some((&first, _)), Some((&last, _))) =
            (self.buckets.first_key_value(), self.buckets.last_key_value())
        else {
            return Vec::new();
        };
        let width = self.width_ms();
        let count = (last - first) / width;
        (0..=count)
            .map(|i| first + i * width)
            .map(|start| (start, self.buckets.get(&start).copied().unwrap_or_default()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(series: &mut Series, at_ms: i64, spent: i64) {
        let width = series.width_ms();
        let bucket = series.buckets.entry(at_ms.div_euclid(width) * width).or_default();
        bucket.calls += 1;
        bucket.spent += i128::from(spent);
        series.widen();
    }

    #[test]
    fn buckets_widen_and_lose_nothing() {
        let mut series = Series::default();
        for day in 0..31 {
            for hour in 0..24 {
                add(&mut series, (day * 24 + hour) * 3_600_000, 5);
            }
        }
        assert_eq!(series.width_ms(), 86_400_000);
        let all = series.all();
        assert_eq!(all.len(), 31);
        assert!(all.iter().all(|(_, bucket)| (bucket.calls, bucket.spent) == (24, 120)));
    }

    #[test]
    fn all_of_time_fits() {
        let mut series = Series::default();
        add(&mut series, time::TIME_MIN_MS, 1);
        add(&mut series, time::TIME_END_MS - 1, 1);
        assert!(series.all().len() <= BUCKETS_MAX, "{}", series.all().len());
        assert_eq!(series.all().iter().map(|(_, bucket)| bucket.calls).sum::<u64>(), 2);
    }

    use spendgate_core::time;
}
