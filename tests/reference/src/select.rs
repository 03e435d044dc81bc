//! Which budgets fit a call, which of them decide, and whose counter each charges (§4).

use crate::call::Call;
use crate::policy::{Budget, Filter, Policy, Which};
use crate::window::Window;

/// Whose money a counter counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Named(String),
    /// R9: per budget.
    Anonymous(String),
    Everything,
}

/// §4: a counter's identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) dimension: &'static str,
    pub(crate) subject: Subject,
    pub(crate) unit: &'static str,
    pub(crate) window: Window,
    pub(crate) filter: Filter,
}

/// True for the scopes of the person layer.
pub(crate) fn is_person(budget: &Budget) -> bool {
    budget.scope == "user" || budget.scope == "tier"
}

/// R10: whether the scope of a budget fits a call.
pub(crate) fn scope_fits(budget: &Budget, call: &Call) -> bool {
    match (&budget.which, budget.scope) {
        (Which::All, _) => true,
        // `user: "*"` fits anonymous calls too; they share one counter.
        (Which::Any, "user") => true,
        (Which::Any, scope) => call.get(scope).is_some(),
        (Which::This(value), scope) => call.get(scope) == Some(value),
    }
}

/// §3: whether `match` accepts a call; a call that lacks the attribute does not match.
pub(crate) fn filter_accepts(filter: &Filter, call: &Call) -> bool {
    filter.iter().all(|(list, names)| {
        let attribute = list.strip_suffix('s').unwrap_or(list);
        call.get(attribute).is_some_and(|value| {
            names.iter().any(|name| match name.strip_suffix('*') {
                Some(prefix) => value.starts_with(prefix),
                None => value == name,
            })
        })
    })
}

/// R11: metered = enabled, scope fits, match accepts; R9 with `none` the person layer is out.
pub(crate) fn is_metered(policy: &Policy, budget: &Budget, call: &Call) -> bool {
    let person_out = is_person(budget) && call.get("user").is_none() && policy.missing_user == "none";
    budget.enabled && scope_fits(budget, call) && filter_accepts(&budget.filter, call) && !person_out
}

/// Every budget whose counter the call charges, in policy order.
pub(crate) fn metered<'a>(policy: &'a Policy, call: &Call) -> Vec<&'a Budget> {
    policy.budgets.iter().filter(|b| is_metered(policy, b, call)).collect()
}

/// §4: the winning set, in policy order: the first person layer that is not empty, each other
/// layer's exact value or else its `*`, and global.
pub(crate) fn winning<'a>(policy: &'a Policy, call: &Call) -> Vec<&'a Budget> {
    let metered = metered(policy, call);
    metered.iter().copied().filter(|b| rank(b) == best_rank(&metered, b)).collect()
}

/// The place of a budget in its layer; the lowest place that is taken wins the layer.
fn rank(budget: &Budget) -> u8 {
    match (budget.scope, &budget.which) {
        ("user", Which::This(_)) => 0,
        ("tier", _) => 1,
        ("user", Which::Any) => 2,
        (_, Which::This(_) | Which::All) => 0,
        (_, Which::Any) => 1,
    }
}

fn layer(budget: &Budget) -> &'static str {
    if is_person(budget) { "person" } else { budget.scope }
}

fn best_rank(metered: &[&Budget], budget: &Budget) -> u8 {
    let same = metered.iter().filter(|b| layer(b) == layer(budget));
    same.map(|b| rank(b)).min().unwrap_or(0)
}

/// The counter a budget charges for a call.
pub(crate) fn key(budget: &Budget, call: &Call) -> Key {
    // §4: tier templates and user budgets count the user's own money.
    let dimension = if is_person(budget) { "user" } else { budget.scope };
    let subject = match call.get(dimension) {
        Some(value) => Subject::Named(value.to_owned()),
        None if dimension == "global" => Subject::Everything,
        None => Subject::Anonymous(budget.id.clone()),
    };
    Key {
        dimension,
        subject,
        unit: budget.unit,
        window: budget.window.clone(),
        filter: budget.filter.clone(),
    }
}

/// R30: why a budget whose scope fits applies to a call, or why not.
pub(crate) fn why(policy: &Policy, budget: &Budget, call: &Call) -> (bool, &'static str) {
    if !budget.enabled {
        return (false, "disabled");
    }
    if !filter_accepts(&budget.filter, call) {
        return (false, "match");
    }
    if !is_metered(policy, budget, call) {
        return (false, "missing_user");
    }
    if !winning(policy, call).iter().any(|b| b.id == budget.id) {
        return (false, "overridden");
    }
    // A call that is refused for want of a user has no person layer.
    if is_person(budget) && call.get("user").is_none() && policy.missing_user == "block" {
        return (false, "missing_user");
    }
    let why = match (budget.scope, &budget.which) {
        ("user", Which::This(_)) => "user_override",
        ("tier", _) => "tier_template",
        ("user", _) => "every_user",
        (_, Which::This(_)) => "exact",
        (_, Which::Any) => "any",
        (_, Which::All) => "global",
    };
    (true, why)
}
