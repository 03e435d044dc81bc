//! The engine behind its lock.
//!
//! The lock is held only while the GIL is, and nothing that may run Python code happens under it. So no two threads
//! wait for each other, a finalizer can call the engine, and a fork never finds the lock taken: a thread
//! forks with the GIL in its hand.

use crate::guard::point;
use pyo3::prelude::*;
use spendgate_core::Engine;
use std::sync::{Mutex, PoisonError};

/// One engine, for any number of threads.
#[derive(Debug)]
pub(crate) struct Shared(Mutex<Engine>);

impl Shared {
    pub(crate) fn new(engine: Engine) -> Shared {
        Shared(Mutex::new(engine))
    }

    /// Runs a command. `command` touches no Python object.
    // A panic inside leaves the engine usable, so that poisoning says nothing.
    #[inline]
    pub(crate) fn locked<T>(
        &self,
        _gil: Python<'_>,
        name: &'static str,
        command: impl FnOnce(&mut Engine) -> T,
    ) -> T {
        let mut engine = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        point(name);
        command(&mut engine)
    }
}
