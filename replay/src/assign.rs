//! Fills in what a log does not say: users by a seeded Zipf draw, tiers by share, a model.

use std::fmt::Write as _;

use crate::rng::{Alias, SplitMix, hash, zipf_weight};
use crate::row::Row;

/// The most users that may be made up.
pub const USERS_MAX: u32 = 10_000_000;

/// What to make up where a row is silent.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// How many users, at most [`USERS_MAX`]; 0 leaves calls without a user.
    pub users: u32,
    /// Zipf's exponent in thousandths: 0 draws all users alike, 1100 is a heavy tail.
    pub zipf_thousandths: u32,
    /// Seed of every draw.
    pub seed: u64,
    /// Tiers and their shares of the users.
    pub tiers: Vec<(String, u64)>,
    /// The model.
    pub model: Option<String>,
}

/// How many rows got something made up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Assigned {
    /// Rows without a user.
    pub users: u64,
    /// Rows without a tier.
    pub tiers: u64,
    /// Rows without a model.
    pub models: u64,
}

/// Fills rows, in order: the same seed and rows give the same users.
#[derive(Debug, Clone)]
pub struct Assign {
    wishes: Wishes,
    random: SplitMix,
    users: Option<Alias>,
    tiers: Option<Alias>,
    width: usize,
    done: Assigned,
}

impl Assign {
    /// Prepares the draws.
    ///
    /// # Errors
    /// Text that says which wish cannot be met.
    pub fn new(wishes: Wishes) -> Result<Assign, String> {
        if wishes.users > USERS_MAX {
            return Err(format!("{} users: at most {USERS_MAX} are possible", wishes.users));
        }
        let weights: Vec<u64> = (1..=u64::from(wishes.users))
            .map(|k| (zipf_weight(k, wishes.zipf_thousandths) >> 8).max(1))
            .collect();
        let shares: Vec<u64> = wishes.tiers.iter().map(|(_, share)| *share).collect();
        let tiers = Alias::new(&shares);
        if tiers.is_none() && !shares.is_empty() {
            return Err(
                "the shares of the tiers have to add up to more than 0 and stay below 2^32".to_owned()
            );
        }
        let width = wishes.users.to_string().len().max(4);
        let random = SplitMix::new(wishes.seed);
        Ok(Assign { users: Alias::new(&weights), tiers, width, random, wishes, done: Assigned::default() })
    }

    /// What was asked for.
    #[must_use]
    pub const fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    /// What was filled in so far.
    #[must_use]
    pub const fn done(&self) -> Assigned {
        self.done
    }

    /// Fills in what `row` lacks. A user's tier depends on the seed and the user's name alone.
    pub fn fill(&mut self, row: &mut Row) {
        if row.user.is_empty()
            && let Some(users) = &self.users
        {
            let user = users.draw(&mut self.random) + 1;
            let width = self.width;
            // Writing to a String cannot fail.
            let _ = write!(row.user, "user_{user:0width$}");
            self.done.users += 1;
        }
        if row.tier.is_empty()
            && !row.user.is_empty()
            && let Some(tiers) = &self.tiers
        {
            let mut random = SplitMix::new(hash(self.wishes.seed, row.user.as_bytes()));
            if let Some((name, _)) = self.wishes.tiers.get(tiers.draw(&mut random)) {
                row.tier.push_str(name);
            }
            self.done.tiers += 1;
        }
        if row.model.is_empty()
            && let Some(model) = &self.wishes.model
        {
            row.model.push_str(model);
            self.done.models += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes() -> Wishes {
        Wishes {
            users: 1_000,
            zipf_thousandths: 1_100,
            seed: 7,
            tiers: vec![("free".to_owned(), 90), ("pro".to_owned(), 9), ("enterprise".to_owned(), 1)],
            model: Some("gpt-4o".to_owned()),
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_users() {
        let draw = || {
            let mut assign = Assign::new(wishes()).unwrap();
            (0..5)
                .map(|_| {
                    let mut row = Row::default();
                    assign.fill(&mut row);
                    (row.user, row.tier)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        // Pinned: a change of the draw changes every report.
        let users: Vec<String> = draw().into_iter().map(|(user, _)| user).collect();
        assert_eq!(users, PINNED);
    }

    const PINNED: [&str; 5] = ["user_0390", "user_0026", "user_0002", "user_0002", "user_0135"];

    #[test]
    fn what_the_log_says_stays() {
        let mut assign = Assign::new(wishes()).unwrap();
        let mut row = Row { user: "u".into(), tier: "t".into(), model: "m".into(), ..Row::default() };
        let before = row.clone();
        assign.fill(&mut row);
        assert_eq!((row, assign.done()), (before, Assigned::default()));
    }

    #[test]
    fn tiers_come_in_their_shares_and_stay_with_their_user() {
        let mut assign = Assign::new(wishes()).unwrap();
        let mut free = 0;
        for i in 0..10_000 {
            let mut row = Row { user: format!("u{i}"), ..Row::default() };
            assign.fill(&mut row);
            let mut again = Row { user: format!("u{i}"), ..Row::default() };
            assign.fill(&mut again);
            assert_eq!(row.tier, again.tier);
            free += i32::from(row.tier == "free");
        }
        assert!((8_850..9_150).contains(&free), "{free}");
    }

    #[test]
    fn impossible_wishes_are_refused() {
        assert!(Assign::new(Wishes { users: USERS_MAX + 1, ..Wishes::default() }).is_err());
        assert!(Assign::new(Wishes { tiers: vec![("free".into(), 0)], ..Wishes::default() }).is_err());
    }
}
