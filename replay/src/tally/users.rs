//! One small record per user.

use spendgate_core::action::Action;

use crate::gate::Verdict;

/// A user's sums, money in nano-dollars, cut at the largest amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) spent: i64,
    pub(crate) requested: i64,
    pub(crate) at_risk: i64,
    /// Start of the latest window whose limit was counted for this user.
    pub(crate) window_start: i64,
    pub(crate) calls: u32,
    pub(crate) blocked: u32,
    pub(crate) warned: u32,
    pub(crate) downgraded: u32,
    pub(crate) dry_run: u32,
    /// The tier of the latest call.
    pub(crate) tier: u32,
}

impl Default for User {
    fn default() -> User {
        User {
            spent: 0,
            requested: 0,
            at_risk: 0,
            window_start: i64::MIN,
            calls: 0,
            blocked: 0,
            warned: 0,
            downgraded: 0,
            dry_run: 0,
            tier: 0,
        }
    }
}

/// All users, by their number.
#[derive(Debug, Default)]
pub(crate) struct Users {
    list: Vec<User>,
}

impl Users {
    #[inline]
    pub(crate) fn add(&mut self, number: u32, tier: usize, verdict: &Verdict) {
        let number = number as usize;
        if self.list.len() <= number {
            self.list.resize(number + 1, User::default());
        }
        let Some(user) = self.list.get_mut(number) else { return };
        user.calls = user.calls.saturating_add(1);
        let spent = verdict.spent.unwrap_or(0);
        user.spent = user.spent.saturating_add(spent);
        user.requested = user.requested.saturating_add(verdict.requested.unwrap_or(spent));
        user.at_risk = user.at_risk.saturating_add(verdict.at_risk);
        user.tier = u32::try_from(tier).unwrap_or(0);
        let count = match verdict.decision.action {
            Action::Allow => return,
            Action::DryRun => &mut user.dry_run,
            Action::Warn => &mut user.warned,
            Action::Downgrade => &mut user.downgraded,
            Action::Block => &mut user.blocked,
        };
        *count = count.saturating_add(1);
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut User> {
        self.list.get_mut(number as usize)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&User> {
        self.list.get(number as usize)
    }

    /// Users that made a call, with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &User)> {
        (0_u32..).zip(&self.list).filter(|(_, user)| user.calls > 0)
    }
}
