//! What was used since the beginning, by user, tier, feature and model, for reports.

use crate::map::Seed;
use serde::{Deserialize, Serialize};

/// The attributes that have rows, in the order of a report.
pub(crate) const TABLES: usize = 4;

/// The values of a call's user, tier, feature and model.
pub(crate) type Who<'a> = [Option<&'a str>; TABLES];

/// Sums; as a change of sums, a call that is taken back has a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Sums {
    pub(crate) calls: i64,
    pub(crate) blocked: i64,
    /// Nano-dollars.
    pub(crate) spent: i128,
    pub(crate) input_tokens: i128,
    pub(crate) output_tokens: i128,
}

impl Sums {
    fn add(&mut self, change: &Sums) {
        self.calls = self.calls.saturating_add(change.calls);
        self.blocked = self.blocked.saturating_add(change.blocked);
        self.spent = self.spent.saturating_add(change.spent);
        self.input_tokens = self.input_tokens.saturating_add(change.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(change.output_tokens);
    }
}

/// One value of one attribute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) value: Box<str>,
    /// The tier that a user had last.
    pub(crate) tier: Option<Box<str>>,
    pub(crate) sums: Sums,
    #[serde(skip)]
    hash: u32,
}

/// The rows of one attribute.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Table {
    /// In the order in which they came.
    pub(crate) rows: Vec<Row>,
    /// Calls that lack the attribute, and values for which there was no row left.
    pub(crate) rest: Sums,
    /// Where each row is: its number and 1, at its hash or the next place that was free. Nothing iterates it.
    #[serde(skip)]
    places: Vec<u32>,
}

/// All of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) since_ms: Option<i64>,
    pub(crate) all: Sums,
    pub(crate) tables: [Table; TABLES],
    /// How often each action came with each reason: for each action in the order of its catalogue, one of each reason.
    pub(crate) decisions: Vec<u64>,
}

impl Totals {
    /// Adds a change to the total and to the row of each value. At most `most` rows are made for each attribute.
    pub(crate) fn add(&mut self, who: &Who<'_>, change: &Sums, most: usize, seed: &Seed) {
        self.all.add(change);
        let tier = who[1];
        for (number, (table, value)) in self.tables.iter_mut().zip(who).enumerate() {
            match value.and_then(|value| table.row(value, most, seed)) {
                None => table.rest.add(change),
                Some(row) => {
                    row.sums.add(change);
                    if number == 0 && tier.is_some() && row.tier.as_deref() != tier {
                        row.tier = tier.map(Into::into);
                    }
                }
            }
        }
    }
}

impl Table {
    /// The row of a value; `None` where it has none and there is no room.
    fn row(&mut self, value: &str, most: usize, seed: &Seed) -> Option<&mut Row> {
        if self.rows.len() * 2 >= self.places.len() {
            self.spread(seed);
        }
        let hash = seed.hash_name(value);
        let mut at = self.place(hash);
        loop {
            let number = *self.places.get(at)? as usize;
            let Some(number) = number.checked_sub(1) else { break };
            if self.rows.get(number).is_some_and(|row| row.hash == hash && *row.value == *value) {
                return self.rows.get_mut(number);
            }
            at = self.next(at);
        }
        if self.rows.len() >= most {
            return None;
        }
        self.rows.push(Row { value: value.into(), tier: None, sums: Sums::default(), hash });
        *self.places.get_mut(at)? = u32::try_from(self.rows.len()).unwrap_or(0);
        self.rows.last_mut()
    }

    /// Makes at least twice as many places as there are rows, and one more row to come.
    fn spread(&mut self, seed: &Seed) {
        let places = (self.rows.len() * 4).max(16).next_power_of_two();
        self.places = vec![0; places];
        for number in 0..self.rows.len() {
            let Some(row) = self.rows.get_mut(number) else { return };
            let hash = seed.hash_name(&row.value);
            row.hash = hash;
            let mut at = self.place(hash);
            while self.places.get(at).is_some_and(|taken| *taken != 0) {
                at = self.next(at);
            }
            if let Some(place) = self.places.get_mut(at) {
                *place = u32::try_from(number + 1).unwrap_or(0);
            }
        }
    }

    fn place(&self, hash: u32) -> usize {
        hash as usize & self.places.len().saturating_sub(1)
    }

    fn next(&self, at: usize) -> usize {
        (at + 1) & self.places.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(totals: &mut Totals, who: Who<'_>, most: usize, seed: &Seed) {
        totals.add(&who, &Sums { calls: 1, spent: 5, ..Sums::default() }, most, seed);
    }

    #[test]
    fn every_value_finds_its_row_again_whatever_the_hash() {
        for seed in [Seed::new(0), Seed::new(77)] {
            let mut totals = Totals::default();
            for round in 1..=3_i64 {
                for n in 0..2_000 {
                    call(&mut totals, [Some(&n.to_string()), Some("t"), None, None], 10_000, &seed);
                }
                let users = &totals.tables[0];
                assert_eq!(users.rows.len(), 2_000);
                assert!(
                    users.rows.iter().all(|row| row.sums.calls == round && row.tier.as_deref() == Some("t"))
                );
                assert_eq!((totals.tables[1].rows.len(), totals.tables[2].rest.calls), (1, round * 2_000));
                // As after a snapshot: the places are made anew.
                let bytes = postcard::to_allocvec(&totals).unwrap();
                totals = postcard::from_bytes(&bytes).unwrap();
            }
        }
    }

    #[test]
    fn beyond_the_most_rows_the_rest_adds_up() {
        let (mut totals, seed) = (Totals::default(), Seed::new(1));
        for n in 0..10 {
            call(&mut totals, [Some(&n.to_string()), None, None, None], 3, &seed);
            call(&mut totals, [Some("0"), None, None, None], 3, &seed);
        }
        let users = &totals.tables[0];
        assert_eq!((users.rows.len(), users.rows[0].sums.calls, users.rest.calls), (3, 11, 7));
        assert_eq!((totals.all.calls, totals.all.spent), (20, 100));
    }
}
