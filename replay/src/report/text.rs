//! Words for the parts of a policy.

use spendgate_core::amount;
use spendgate_core::policy::{Budget, Policy};
use spendgate_core::unit::Unit;

/// `tier: free`, `user: *`, `global`.
pub fn scope(budget: &Budget) -> String {
    let dimension = budget.scope.dimension.as_str();
    match &budget.scope.value {
        Some(value) => format!("{dimension}: {value}"),
        None if dimension == "global" => dimension.to_owned(),
        None => format!("{dimension}: *"),
    }
}

/// `5 USD`, `100000 tokens`.
pub fn limit(budget: &Budget) -> String {
    let amount = amount::format(budget.limit, budget.unit);
    match budget.unit {
        Unit::Usd => format!("{amount} USD"),
        unit => format!("{amount} {}", unit.as_str().replace('_', " ")),
    }
}

/// `monthly`, or the full definition where it says more: `rolling:5h`, `daily:Europe/Berlin`.
pub fn window(policy: &Policy, budget: &Budget) -> String {
    policy.definition(budget).map_or_else(String::new, |d| {
        let canonical = d.window.canonical();
        let plain = canonical.strip_suffix(":UTC").unwrap_or(&canonical);
        let plain = plain.strip_suffix(":1").or_else(|| plain.strip_suffix(":monday")).unwrap_or(plain);
        plain.to_owned()
    })
}

/// `block`, `warn at 80 %, block at 100 %`.
pub fn action(budget: &Budget) -> String {
    if !budget.enabled {
        return "disabled".to_owned();
    }
    match budget.steps.as_slice() {
        [only] if only.at_percent == 100 => only.action.as_str().to_owned(),
        steps => {
            let words: Vec<String> =
                steps.iter().map(|s| format!("{} at {} %", s.action.as_str(), s.at_percent)).collect();
            words.join(", ")
        }
    }
}
