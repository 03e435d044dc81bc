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

/// `on_missing_user`.
pub(super) const MISSING_USER: [(&str, MissingUser); 3] =
    [("shared", MissingUser::Shared), ("none", MissingUser::None), ("block", MissingUser::Block)];
/// `on_unpriced` where it is a word, and whether the call is refused then.
pub(super) const UNPRICED: [(&str, bool); 2] = [("allow", false), ("block", true)];
pub(super) const UNPRICED_KEYS: [&str; 1] = ["usd_per_mtok"];
/// The keys of an estimate, each counted in the unit of its name.
pub(super) const ESTIMATE: [Unit; 4] = [Unit::Usd, Unit::Tokens, Unit::InputTokens, Unit::OutputTokens];

pub(super) fn missing_user(json: &Json, path: &Path, faults: &mut Faults) -> Option<MissingUser> {
    faults.choice(json, path, &MISSING_USER)
}

pub(super) fn unpriced(json: &Json, path: &Path, faults: &mut Faults) -> Option<Unpriced> {
    if let Json::String(_) = json {
        return faults.choice(json, path, &UNPRICED).map(|block| match block {
            true => Unpriced::Block,
            false => Unpriced::Allow,
        });
    }
    let object = faults.object(json, path, &UNPRICED_KEYS)?;
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
    let object = faults.object(json, path, &ESTIMATE.map(Unit::as_str))?;
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
