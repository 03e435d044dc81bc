//! The floor of P8: a call from Python with an int, two strings and a float that does nothing and gives an object.

/// What crossing costs at all.
#[pyo3::pymodule(gil_used = true)]
mod floor {
    use pyo3::prelude::*;
    use std::hint::black_box;

    /// An answer with nothing in it.
    #[pyclass(frozen)]
    struct Nothing;

    /// Reads its arguments and gives an object.
    #[pyfunction]
    #[pyo3(signature = (at_ms, *, user, tier, usd))]
    fn cross(at_ms: i64, user: &str, tier: &str, usd: f64) -> Nothing {
        black_box((at_ms, user, tier, usd));
        Nothing
    }
}
