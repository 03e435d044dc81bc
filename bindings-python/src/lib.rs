//! `spendgate._native`: the engine's commands for Python, and no rule of its own.
//!
//! The hot commands are typed and flat; their answers are classes that unfold when they are looked at. The
//! others take and give plain Python values, read and written as the core's `wire` has them.

mod amounts;
mod answer;
mod attributes;
mod decision;
mod ends;
mod engine;
mod guard;
mod hot;
mod policies;
mod refusal;
mod settled;
mod shared;
mod values;

/// The engine, native. Use the package `spendgate`.
// No claim for builds without the GIL: the engine's lock counts on it (shared.rs).
#[pyo3::pymodule(name = "_native", gil_used = true)]
mod native {
    #[pymodule_export]
    use super::decision::Decision;
    #[pymodule_export]
    use super::engine::Engine;
    #[cfg(feature = "fault-injection")]
    #[pymodule_export]
    use super::guard::inject_panic;
    #[pymodule_export]
    use super::settled::Settled;

    use crate::guard::guard;
    use pyo3::prelude::*;

    /// Every word of the wire as JSON text: actions, reasons, units, outcomes, event kinds, ….
    #[pyfunction]
    fn catalogue() -> PyResult<String> {
        guard("catalogue", || Ok(spendgate_core::catalogue::catalogue().to_string()))
    }
}

// Objects go from thread to thread.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<engine::Engine>();
    is_shared::<decision::Decision>();
    is_shared::<settled::Settled>();
};
