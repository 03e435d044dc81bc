//! The engines of the process, by number.
//!
//! Whoever holds an engine owns a share of it, so the last holder ends it. The table knows engines without holding
//! them: it is asked only by a thread that wants to become a holder.

use spendgate_core::Engine;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

static ENGINES: Mutex<BTreeMap<u64, Weak<Shared>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

/// An engine that threads share.
pub(crate) struct Shared {
    handle: u64,
    engine: Mutex<Engine>,
}

impl Shared {
    /// Puts an engine into the table under a number that none had before, so a number never leads to another engine.
    pub(crate) fn open(engine: Engine) -> Arc<Self> {
        let handle = NEXT.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::new(Self { handle, engine: Mutex::new(engine) });
        lock(&ENGINES).insert(handle, Arc::downgrade(&shared));
        shared
    }

    /// The engine with that handle, if somebody holds it.
    pub(crate) fn find(handle: f64) -> Option<Arc<Self>> {
        let handle = number(handle)?;
        lock(&ENGINES).get(&handle).and_then(Weak::upgrade)
    }

    /// The number, exact as a float: 2^53 engines are never opened.
    pub(crate) fn handle(&self) -> u64 {
        self.handle
    }

    /// Does work with the engine, alone. A panic in it goes on when the lock has ended, so no lock is ever poisoned.
    #[inline]
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Engine) -> T) -> T {
        let mut engine = lock(&self.engine);
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut engine)));
        drop(engine);
        done.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        lock(&ENGINES).remove(&self.handle);
    }
}

#[inline]
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handle; none where the number is not whole, or beyond what is exact.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the comparison sees what is lost"
)]
pub(crate) fn number(handle: f64) -> Option<u64> {
    let whole = handle as u64;
    (whole as f64 == handle).then_some(whole)
}
