//! What goes wrong at the border: an ordinary `Error` with a code, whatever happened inside.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The code of an error that is the binding's own; the engine's refusals are answers in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The environment does not hold an engine with that number.
    EngineClosed,
    /// The engine, or the host, failed.
    Internal,
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        match self {
            Self::EngineClosed => "engine_closed",
            Self::Internal => "internal",
        }
    }
}

/// What an export gives; an error is thrown as an `Error` with the code as its `code`.
pub type Result<T> = std::result::Result<T, napi::Error<Code>>;

/// The error of a number that leads to no engine.
#[cold]
pub(crate) fn closed() -> napi::Error<Code> {
    napi::Error::new(Code::EngineClosed, "the engine is closed")
}

/// The error of a host that does not do what it should.
#[cold]
pub(crate) fn internal(message: impl ToString) -> napi::Error<Code> {
    napi::Error::new(Code::Internal, message)
}

/// Runs the work of an export. A panic in it becomes an error: it must not reach Node, which would abort.
///
/// What the work changed before it failed stays changed. The engine stands it: every command refuses first and changes
/// after (`ATOMIC`), and its sums are checked at each addition.
#[inline]
pub(crate) fn guarded<T>(export: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => Err(failed(export, panic.as_ref())),
    }
}

#[cold]
fn failed(export: &str, panic: &(dyn Any + Send)) -> napi::Error<Code> {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message");
    internal(format!("the engine failed in `{export}`: {said}"))
}
