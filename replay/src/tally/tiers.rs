//! Tiers: sums, and what the limits of their users add up to.
//!
//! The allowance of a tier is the sum, over its users and the windows in which they made calls, of
//! the limit that holds for the user. Spend ÷ allowance is the share of the limit that is used.

use spendgate_core::call::Call;
use spendgate_core::dimension::Dimension;
use spendgate_core::policy::{Budget, Policy};
use spendgate_core::unit::Unit;
use spendgate_core::window::{Span, Window};

use super::Names;
use super::group::Group;
use super::users::Users;
use crate::gate::{Used, Verdict};

/// A limit in USD and its window.
#[derive(Debug, Clone)]
struct Limit {
    limit: i64,
    window: Window,
    /// The window that the latest call fell into.
    open: Option<Span>,
}

/// What is known of a tier's limit.
#[derive(Debug, Clone)]
enum Known {
    NotLooked,
    None,
    Some(Limit),
}

/// One tier.
#[derive(Debug, Clone)]
pub(crate) struct Tier {
    pub(crate) group: Group,
    /// Nano-dollars.
    pub(crate) allowance: i128,
    known: Known,
}

/// All tiers, by their number.
#[derive(Debug)]
pub(crate) struct Tiers {
    pub(crate) list: Vec<Tier>,
    templates: Vec<(Option<Box<str>>, Limit)>,
    /// Limits of single users in nano-dollars, sorted by user.
    overrides: Vec<(Box<str>, i64)>,
}

impl Tiers {
    pub(crate) fn new(policy: &Policy) -> Tiers {
        let counted = |b: &&Budget| b.enabled && b.unit == Unit::Usd;
        let window = |b: &Budget| match policy.definition(b).map(|d| d.window.clone()) {
            None | Some(Window::Rolling { .. }) => None,
            window => window,
        };
        let template = |b: &Budget| {
            let limit = Limit { limit: b.limit, window: window(b)?, open: None };
            match b.scope.dimension {
                Dimension::Tier => Some((b.scope.value.clone(), limit)),
                Dimension::User if b.scope.value.is_none() => Some((None, limit)),
                _ => None,
            }
        };
        let templates = policy.budgets().iter().filter(counted).filter_map(template).collect();
        let own = policy.budgets().iter().filter(counted).filter(|b| b.scope.dimension == Dimension::User);
        let mut overrides: Vec<(Box<str>, i64)> =
            own.filter_map(|b| Some((b.scope.value.clone()?, b.limit))).collect();
        overrides.sort();
        overrides.dedup_by(|later, first| later.0 == first.0);
        Tiers { list: Vec::new(), templates, overrides }
    }

    /// Adds a call to its tier, and the limit of the user's window when that is new.
    #[inline]
    pub(crate) fn add(
        &mut self,
        call: &Call<'_>,
        names: Names,
        used: &Used,
        verdict: &Verdict,
        users: &mut Users,
        at_ms: i64,
    ) {
        if self.list.len() <= names.tier {
            let tier = Tier { group: Group::default(), allowance: 0, known: Known::NotLooked };
            self.list.resize(names.tier + 1, tier);
        }
        let Some(tier) = self.list.get_mut(names.tier) else { return };
        tier.group.add(used, verdict);
        if matches!(tier.known, Known::NotLooked) {
            let find = |value: Option<&str>| self.templates.iter().find(|(name, _)| name.as_deref() == value);
            let found = call.tier.and_then(|tier| find(Some(tier))).or_else(|| find(None));
            tier.known = found.map_or(Known::None, |(_, limit)| Known::Some(limit.clone()));
        }
        let (Known::Some(limit), Some(number)) = (&mut tier.known, names.user) else { return };
        if !limit.open.is_some_and(|span| span.contains(at_ms)) {
            limit.open = limit.window.span(at_ms).ok();
        }
        let (Some(span), Some(user)) = (limit.open, users.get_mut(number)) else { return };
        if user.window_start < span.start_ms {
            user.window_start = span.start_ms;
            let own = call.user.and_then(|user| {
                let at = self.overrides.binary_search_by(|(name, _)| (**name).cmp(user)).ok()?;
                self.overrides.get(at)
            });
            tier.allowance += i128::from(own.map_or(limit.limit, |(_, limit)| *limit));
        }
    }
}
