//! What calls of a model for a feature were answered with: the mean of their output tokens.

use serde::{Deserialize, Serialize};

/// How many pairs of model and feature are known at most.
const PAIRS_MAX: usize = 1_024;
/// From so many calls on, half of what was learned is forgotten.
const HALVED_AT: i64 = 64;

/// One pair and what was learned of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pair {
    model: Box<str>,
    feature: Option<Box<str>>,
    sum: i64,
    count: i64,
    /// The number of its last lesson among all lessons.
    lesson: u64,
}

/// Output tokens by (model called, feature).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Learned {
    /// In the order of (model, feature).
    pairs: Vec<Pair>,
    lessons: u64,
}

impl Learned {
    fn place(&self, model: &str, feature: Option<&str>) -> Result<usize, usize> {
        self.pairs.binary_search_by(|pair| (&*pair.model, pair.feature.as_deref()).cmp(&(model, feature)))
    }

    /// A call was answered with so many tokens. Where there is no room for another pair, the one that was taught longest
    /// ago makes room.
    pub(crate) fn teach(&mut self, model: &str, feature: Option<&str>, tokens: i64) {
        self.lessons = self.lessons.saturating_add(1);
        let lesson = self.lessons;
        if let Ok(place) = self.place(model, feature) {
            if let Some(pair) = self.pairs.get_mut(place) {
                pair.lesson = lesson;
                pair.sum = pair.sum.saturating_add(tokens);
                pair.count = pair.count.saturating_add(1);
                if pair.count >= HALVED_AT {
                    pair.sum /= 2;
                    pair.count /= 2;
                }
            }
            return;
        }
        if self.pairs.len() >= PAIRS_MAX {
            let oldest = (0..).zip(&self.pairs).min_by_key(|(_, pair)| pair.lesson).map(|(place, _)| place);
            self.pairs.remove(oldest.unwrap_or(0));
        }
        let (Ok(place) | Err(place)) = self.place(model, feature);
        let pair =
            Pair { model: model.into(), feature: feature.map(Into::into), sum: tokens, count: 1, lesson };
        self.pairs.insert(place, pair);
    }

    /// The mean, rounded up; `None` before the first lesson.
    pub(crate) fn mean(&self, model: &str, feature: Option<&str>) -> Option<i64> {
        let pair = self.pairs.get(self.place(model, feature).ok()?)?;
        Some(crate::amount::divided_up(pair.sum, pair.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_rounded_up_and_follows_what_is_new() {
        let mut learned = Learned::default();
        assert_eq!(learned.mean("m", None), None);
        learned.teach("m", None, 10);
        learned.teach("m", None, 11);
        assert_eq!((learned.mean("m", None), learned.mean("m", Some("f"))), (Some(11), None));
        for _ in 0..61 {
            learned.teach("m", None, 10);
        }
        assert_eq!(learned.mean("m", None), Some(11), "631 tokens of 63 calls");
        learned.teach("m", None, 10);
        // Halved: 320 of 32.
        assert_eq!(learned.mean("m", None), Some(10));
        learned.teach("m", None, i64::MAX);
        learned.teach("m", None, i64::MAX);
        assert_eq!(learned.mean("m", None), Some(i64::MAX / 34 + 1));
    }

    #[test]
    fn the_pair_taught_longest_ago_makes_room() {
        let mut learned = Learned::default();
        for n in 0..PAIRS_MAX {
            learned.teach("m", Some(&n.to_string()), 5);
        }
        learned.teach("m", Some("0"), 5);
        learned.teach("m", Some("new"), 7);
        assert_eq!(learned.pairs.len(), PAIRS_MAX);
        assert_eq!(learned.mean("m", Some("new")), Some(7));
        assert_eq!((learned.mean("m", Some("0")), learned.mean("m", Some("1"))), (Some(5), None));
    }
}
