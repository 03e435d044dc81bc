//! Amounts from Python: int, float, str or Decimal, read exactly as the core reads them.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString, PyType};
use spendgate_core::amount::{self, AmountError};
use spendgate_core::unit::Unit;

/// Why an object is no amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unfit {
    /// The core refuses it.
    Amount(AmountError),
    /// It is of none of the types.
    Type,
}

impl From<AmountError> for Unfit {
    fn from(error: AmountError) -> Unfit {
        Unfit::Amount(error)
    }
}

/// Reads nano-dollars or whole pieces.
#[inline]
pub(crate) fn read(given: &Bound<'_, PyAny>, unit: Unit) -> Result<i64, Unfit> {
    // The very types are nearly all there is, and told from others at no cost.
    if let Ok(number) = given.cast_exact::<PyFloat>() {
        return Ok(amount::from_f64(number.value(), unit)?);
    }
    if let Ok(text) = given.cast_exact::<PyString>() {
        return Ok(amount::parse(text.to_str().map_err(|_| AmountError::Malformed)?, unit)?);
    }
    if let Some(number) = whole(given) {
        return Ok(amount::from_i64(number, unit)?);
    }
    read_other(given, unit)
}

#[cold]
fn read_other(given: &Bound<'_, PyAny>, unit: Unit) -> Result<i64, Unfit> {
    if given.is_instance_of::<PyBool>() {
        return Err(Unfit::Type);
    }
    if given.is_instance_of::<PyInt>() {
        return Err(beyond_i64(given).into());
    }
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(amount::parse(text.to_str().map_err(|_| AmountError::Malformed)?, unit)?);
    }
    if let Ok(number) = given.cast::<PyFloat>() {
        return Ok(amount::from_f64(number.value(), unit)?);
    }
    match decimal_text(given) {
        Some(text) => Ok(amount::parse_number(&text, unit)?),
        None => Err(Unfit::Type),
    }
}

/// A whole number that is an int, and no bool.
#[inline]
pub(crate) fn whole(given: &Bound<'_, PyAny>) -> Option<i64> {
    let is_int = given.is_exact_instance_of::<PyInt>()
        || (given.is_instance_of::<PyInt>() && !given.is_instance_of::<PyBool>());
    if is_int { given.extract().ok() } else { None }
}

#[cold]
fn beyond_i64(number: &Bound<'_, PyAny>) -> AmountError {
    match number.lt(0) {
        Ok(true) => AmountError::Negative,
        _ => AmountError::Inexact,
    }
}

/// The text of a `decimal.Decimal`; `None` for anything else.
pub(crate) fn decimal_text(given: &Bound<'_, PyAny>) -> Option<String> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = DECIMAL.import(given.py(), "decimal", "Decimal").ok()?;
    if !given.is_instance(class).ok()? {
        return None;
    }
    given.str().ok()?.to_str().map(str::to_owned).ok()
}
