//! What is added up while rows go by. A row costs a few additions; memory grows with users.

pub(crate) mod budgets;
pub(crate) mod group;
pub(crate) mod series;
pub(crate) mod tiers;
pub(crate) mod users;

use spendgate_core::call::Call;
use spendgate_core::decision::Reason;
use spendgate_core::policy::Policy;

use crate::gate::{Used, Verdict};
use budgets::Budgets;
use group::Group;
use series::Series;
use tiers::Tiers;
use users::Users;

/// The numbers of a call's names, as the replay interned them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    /// `None` for a call without a user.
    pub(crate) user: Option<u32>,
    pub(crate) tier: usize,
    pub(crate) feature: usize,
    pub(crate) model: usize,
}

/// Everything that is added up for one policy.
pub(crate) struct Tally {
    pub(crate) total: Group,
    pub(crate) users: Users,
    pub(crate) tiers: Tiers,
    pub(crate) features: Vec<Group>,
    pub(crate) models: Vec<Group>,
    pub(crate) budgets: Budgets,
    pub(crate) series: Series,
    /// Refused calls by [`Reason`], in the order of [`Reason::ALL`].
    pub(crate) refused: [u64; Reason::ALL.len()],
}

impl Tally {
    pub(crate) fn new(policy: &Policy) -> Tally {
        Tally {
            total: Group::default(),
            users: Users::default(),
            tiers: Tiers::new(policy),
            features: Vec::new(),
            models: Vec::new(),
            budgets: Budgets::new(policy),
            series: Series::default(),
            refused: [0; Reason::ALL.len()],
        }
    }

    /// Adds one judged call. `tier` is the tier's name, for its limit.
    pub(crate) fn add(&mut self, call: &Call<'_>, names: Names, used: &Used, verdict: &Verdict, at_ms: i64) {
        self.total.add(used, verdict);
        if let Some(user) = names.user {
            self.users.add(user, names.tier, verdict);
        }
        self.tiers.add(call, names, used, verdict, &mut self.users, at_ms);
        group::at(&mut self.features, names.feature).add(used, verdict);
        group::at(&mut self.models, names.model).add(used, verdict);
        self.series.add(verdict, at_ms);
        if !verdict.decision.allowed
            && let Some(count) = self.refused.get_mut(verdict.decision.reason as usize)
        {
            *count += 1;
        }
        if !verdict.decision.triggered.is_empty() || verdict.decision.downgraded {
            self.budgets.add(call, names, verdict, at_ms);
        }
    }
}
