//! What a host says of a call: the arguments of `reserve` and `preview`.

use crate::amounts;
use crate::refusal::Refusal;
use crate::values::{self, About, Place};
use pyo3::prelude::*;
use pyo3::types::PyString;
use serde_json::{Map, Value};
use spendgate_core::amount;
use spendgate_core::call::{Call, Estimate};
use spendgate_core::unit::Unit;

/// An argument; `None` for one that is not given, or is None.
pub(crate) type Given<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// The names of a call's ids, in the order of [`Ids`].
const NAMES: [&str; 7] = ["user", "tier", "org", "feature", "session", "provider", "model"];

/// The ids of a call: user, tier, org, feature, session, provider, model.
pub(crate) type Ids<'a, 'py> = [Given<'a, 'py>; 7];

/// The amounts of an estimate or an actual.
#[derive(Clone, Copy)]
pub(crate) struct Amounts<'a, 'py> {
    pub(crate) usd: Given<'a, 'py>,
    pub(crate) tokens: Given<'a, 'py>,
    pub(crate) input_tokens: Given<'a, 'py>,
    pub(crate) output_tokens: Given<'a, 'py>,
}

impl<'a, 'py> Amounts<'a, 'py> {
    pub(crate) fn list(&self) -> [(&'static str, Given<'a, 'py>, Unit); 4] {
        [
            ("usd", self.usd, Unit::Usd),
            ("tokens", self.tokens, Unit::Tokens),
            ("input_tokens", self.input_tokens, Unit::InputTokens),
            ("output_tokens", self.output_tokens, Unit::OutputTokens),
        ]
    }

    /// As JSON, for `wire` to say what is wrong with it.
    pub(crate) fn to_value(self, place: &Place<'_>) -> Result<Value, Refusal> {
        let mut object = Map::new();
        for (name, given, unit) in self.list() {
            let Some(given) = given else { continue };
            let value = match amounts::read(given, unit) {
                Ok(amount) => amount::format(amount, unit).into(),
                Err(_) => values::read(given, &place.key(name))?,
            };
            object.insert(name.to_owned(), value);
        }
        Ok(Value::Object(object))
    }
}

/// The text of a str without lone surrogates.
#[inline]
pub(crate) fn text<'a>(given: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    match given.cast_exact::<PyString>() {
        Ok(text) => text.to_str().ok(),
        Err(_) => given.cast::<PyString>().ok()?.to_str().ok(),
    }
}

/// The call, where every argument is what it should be.
#[inline]
pub(crate) fn call<'a>(ids: &Ids<'a, '_>, amounts: &Amounts<'_, '_>) -> Option<Call<'a>> {
    let mut texts = [None; 7];
    for (text_of, given) in texts.iter_mut().zip(ids) {
        if let Some(given) = given {
            *text_of = Some(text(given)?);
        }
    }
    let read = |given: Given<'_, '_>, unit| match given {
        None => Some(None),
        Some(given) => amounts::read(given, unit).ok().map(Some),
    };
    let estimate = Estimate {
        usd: read(amounts.usd, Unit::Usd)?,
        tokens: read(amounts.tokens, Unit::Tokens)?,
        input_tokens: read(amounts.input_tokens, Unit::InputTokens)?,
        output_tokens: read(amounts.output_tokens, Unit::OutputTokens)?,
    };
    Some(named(texts, estimate))
}

/// The call as JSON, for `wire` to say what is wrong with it.
#[cold]
pub(crate) fn to_value(ids: &Ids<'_, '_>, amounts: Amounts<'_, '_>) -> Result<Value, Refusal> {
    let place = Place::root(About::Command);
    let mut object = Map::new();
    for (name, given) in NAMES.iter().zip(ids) {
        if let Some(given) = given {
            object.insert((*name).to_owned(), values::read(given, &place.key(name))?);
        }
    }
    object.insert("estimate".to_owned(), amounts.to_value(&place.key("estimate"))?);
    Ok(Value::Object(object))
}

fn named<'a>(ids: [Option<&'a str>; 7], estimate: Estimate) -> Call<'a> {
    let [user, tier, org, feature, session, provider, model] = ids;
    Call { user, tier, org, feature, session, provider, model, estimate }
}

/// A call's ids, kept for an answer that names them: the caller's own strings, not copies.
pub(crate) struct Kept([Option<Py<PyAny>>; 7]);

impl Kept {
    #[inline]
    pub(crate) fn new(ids: &Ids<'_, '_>) -> Kept {
        Kept(ids.map(|id| id.map(|id| id.clone().unbind())))
    }

    /// The call again, without its estimate.
    pub(crate) fn call<'a>(&'a self, py: Python<'a>) -> Call<'a> {
        let ids = self.0.each_ref().map(|id| text(id.as_ref()?.bind(py)));
        named(ids, Estimate::default())
    }
}
