//! The policy in force, as plain data.

use crate::amount::Amounts;
use crate::price::{Rates, Table};
use crate::window::{Defaults, Window};
use std::collections::{BTreeMap, BTreeSet};

/// Actions in rising severity (R6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    DryRun,
    Warn,
    Downgrade,
    Block,
}

impl Action {
    /// The name in documents and answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Action::DryRun => "dry_run",
            Action::Warn => "warn",
            Action::Downgrade => "downgrade",
            Action::Block => "block",
        }
    }

    /// The action of that name.
    pub(crate) fn parse(name: &str) -> Option<Action> {
        [Action::DryRun, Action::Warn, Action::Downgrade, Action::Block]
            .into_iter()
            .find(|a| a.name() == name)
    }
}

/// What a scope or breaker says of its attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// `"*"`.
    Any,
    /// A value.
    This(String),
    /// `global: true`.
    All,
}

/// A filter: lists by name (`models`, …); order and duplicates do not matter (R5).
pub(crate) type Filter = BTreeMap<&'static str, BTreeSet<String>>;

/// One budget with its defaults filled in.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    pub(crate) id: String,
    /// `user`, `tier`, …, `global`.
    pub(crate) scope: &'static str,
    pub(crate) which: Which,
    pub(crate) unit: &'static str,
    pub(crate) limit: i128,
    pub(crate) window: Window,
    pub(crate) filter: Filter,
    /// (percent, action), rising.
    pub(crate) steps: Vec<(i128, Action)>,
    pub(crate) alerts: BTreeSet<i128>,
    pub(crate) enabled: bool,
}

/// What trips a breaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trip {
    Spend { nanos: i128, within: i64 },
    ErrorRate { percent: i128, within: i64, min_calls: i128 },
    MeanLatency { ms: i128, within: i64, min_calls: i128 },
    Calls { calls: i128, within: i64 },
    Budget { id: String },
}

impl Trip {
    /// The key of the measure, which an event gives as its reason.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Trip::Spend { .. } => "spend",
            Trip::ErrorRate { .. } => "error_rate_percent",
            Trip::MeanLatency { .. } => "mean_latency_ms",
            Trip::Calls { .. } => "calls",
            Trip::Budget { .. } => "budget",
        }
    }
}

/// One breaker.
#[derive(Debug, Clone)]
pub(crate) struct Breaker {
    pub(crate) id: String,
    pub(crate) scope: &'static str,
    pub(crate) which: Which,
    pub(crate) trip: Trip,
    pub(crate) cooldown: i64,
}

/// What happens to a call whose model has no price.
#[derive(Debug, Clone)]
pub(crate) enum Unpriced {
    Allow,
    Block,
    StandIn(Rates),
}

/// The whole document.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) version: i128,
    pub(crate) defaults: Defaults,
    pub(crate) budgets: Vec<Budget>,
    pub(crate) breakers: Vec<Breaker>,
    pub(crate) downgrades: BTreeMap<String, String>,
    /// The vector's prices, overridden by the policy's own.
    pub(crate) prices: Table,
    pub(crate) unpriced: Unpriced,
    /// `shared`, `none` or `block`.
    pub(crate) missing_user: String,
    pub(crate) default_estimate: Amounts,
}

impl Policy {
    /// A budget by id.
    pub(crate) fn budget(&self, id: &str) -> Option<&Budget> {
        self.budgets.iter().find(|b| b.id == id)
    }
}
