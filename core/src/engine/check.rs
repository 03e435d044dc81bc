//! Whether a call is well formed: its ids and its estimate.

use crate::call::Call;
use crate::dimension::Dimension;
use crate::error::{Error, shown};
use crate::id;

/// Checks the ids and the estimate of a call.
pub(super) fn check(call: &Call<'_>) -> Result<(), Error> {
    check_unknown(call, false, false)
}

/// As [`check`], but for ids that are known to be valid because they stand in the engine already.
#[inline(always)]
pub(super) fn check_unknown(call: &Call<'_>, knows_user: bool, knows_tier: bool) -> Result<(), Error> {
    let fits = |id: Option<&str>| id.is_none_or(|id| id::check(id).is_ok());
    let counts = |amount: Option<i64>| amount.unwrap_or(0) >= 0;
    let estimate = &call.estimate;
    let ids = (knows_user || fits(call.user))
        && (knows_tier || fits(call.tier))
        && (call.says_who_alone()
            || (fits(call.org)
                && fits(call.feature)
                && fits(call.session)
                && fits(call.provider)
                && fits(call.model)));
    let amounts = counts(estimate.usd)
        && counts(estimate.tokens)
        && counts(estimate.input_tokens)
        && counts(estimate.output_tokens);
    if ids && amounts { Ok(()) } else { Err(fault(call)) }
}

/// What is wrong with a call that [`check`] refused.
#[cold]
fn fault(call: &Call<'_>) -> Error {
    for dimension in Dimension::ALL {
        let value = dimension.of(call).unwrap_or("-");
        if let Err(error) = id::check(value) {
            let message = format!("`{}` {error}", shown(value));
            return Error::InvalidId { path: dimension.as_str().to_owned(), message };
        }
    }
    let estimate = &call.estimate;
    let amounts = [
        ("usd", estimate.usd),
        ("tokens", estimate.tokens),
        ("input_tokens", estimate.input_tokens),
        ("output_tokens", estimate.output_tokens),
    ];
    let key =
        amounts.into_iter().find(|(_, amount)| amount.is_some_and(|a| a < 0)).map_or("", |(key, _)| key);
    Error::InvalidAmount { path: format!("estimate.{key}"), message: "is below zero".to_owned() }
}
