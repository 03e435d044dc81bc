//! A panic never leaves as one: it becomes an ordinary exception, and the process lives on.

use crate::refusal::Refusal;
use pyo3::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the work of the export `name`.
// Sound to go on after a panic: what an export changes is behind the engine's lock, and the core's
// commands keep their books in steps that hold on their own (ATOMIC).
pub(crate) fn guard<T>(name: &'static str, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let guarded = AssertUnwindSafe(|| {
        point(name);
        work()
    });
    match catch_unwind(guarded) {
        Ok(result) => result,
        Err(panic) => Err(explain(name, panic.as_ref()).into()),
    }
}

#[cold]
fn explain(name: &str, panic: &(dyn Any + Send)) -> Refusal {
    let said = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => "no message",
    };
    Refusal::internal(format!("`{name}` failed inside: {said}"))
}

/// A place where a test may ask for a panic.
#[cfg(not(feature = "fault-injection"))]
#[inline(always)]
pub(crate) fn point(_name: &'static str) {}

#[cfg(feature = "fault-injection")]
pub(crate) use injected::{inject_panic, point};

#[cfg(feature = "fault-injection")]
mod injected {
    use pyo3::prelude::*;
    use std::sync::{Mutex, PoisonError};

    static ARMED: Mutex<Option<String>> = Mutex::new(None);

    /// Makes the next passage of the place `name` panic, once; None disarms. Tells what was armed still.
    #[pyfunction]
    #[pyo3(signature = (name))]
    pub(crate) fn inject_panic(name: Option<String>) -> Option<String> {
        std::mem::replace(&mut *ARMED.lock().unwrap_or_else(PoisonError::into_inner), name)
    }

    #[allow(clippy::panic, reason = "a panic is what the test asks for")]
    pub(crate) fn point(name: &'static str) {
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        if armed.as_deref() == Some(name) {
            *armed = None;
            drop(armed);
            panic!("injected at {name}");
        }
    }
}
