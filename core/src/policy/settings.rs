//! The settings of a document that are about every call.

use super::faults::{Faults, Path};
use crate::call::Estimate;
use crate::json::Json;
use crate::pricing::Rates;
use crate::unit::Unit;

/// What happens to a call whose price is unknown.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Unpriced {
    /// It is made; its money is not estimated.
    #[default]
    Allow,
    /// It is refused before it leaves.
    Block,
    /// It is priced at this rate.
    StandIn(Box<Rates>),
}

/// What happens to a call that names no user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingUser {
    /// All such calls share one counter per budget.
    #[default]
    Shared,
    /// Budgets about users do not apply.
    None,
    /// The call is refused.
    Block,
}

pub(super) fn missing_user(json: &Json, path: &Path, faults: &mut Faults) -> Option<MissingUser> {
    let choices =
        [("shared", MissingUser::Shared), ("none", MissingUser::None), ("block", MissingUser::Block)];
    faults.choice(json, path, &choices)
}

pub(super) fn unpriced(json: &Json, path: &Path, faults: &mut Faults) -> Option<Unpriced> {
    if let Json::String(_) = json {
        return faults.choice(json, path, &[("allow", false), ("block", true)]).map(|block| match block {
            true => Unpriced::Block,
            false => Unpriced::Allow,
        });
    }
    let object = faults.object(json, path, &["usd_per_mtok"])?;
    let rate = faults.required(object, path, "usd_per_mtok")?;
    rates(rate, &path.key("usd_per_mtok"), faults).map(|rates| Unpriced::StandIn(Box::new(rates)))
}

pub(super) fn rates(json: &Json, path: &Path, faults: &mut Faults) -> Option<Rates> {
    faults.any_object(json, path)?;
    match Rates::from_json(&json.to_value()) {
        Ok(rates) => Some(rates),
        Err(error) if error.key.is_empty() => faults.note(path, error.message),
        Err(error) => faults.note(&path.key(&error.key), error.message),
    }
}

pub(super) fn estimate(json: &Json, path: &Path, faults: &mut Faults) -> Option<Estimate> {
    let object = faults.object(json, path, &["usd", "tokens", "input_tokens", "output_tokens"])?;
    let mut read = |key: &str, unit| match object.get(key) {
        None => Some(None),
        Some(value) => faults.amount(value, &path.key(key), unit).map(Some),
    };
    Some(Estimate {
        usd: read("usd", Unit::Usd)?,
        tokens: read("tokens", Unit::Tokens)?,
        input_tokens: read("input_tokens", Unit::InputTokens)?,
        output_tokens: read("output_tokens", Unit::OutputTokens)?,
    })
}
