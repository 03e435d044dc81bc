//! Panics on demand, so that tests can see what a panic does. Without the feature nothing of it is compiled.

/// What the feature adds.
#[cfg(feature = "fault-injection")]
pub mod injected {
    use napi_derive::napi;
    use std::sync::{Mutex, PoisonError};

    static ARMED: Mutex<Option<String>> = Mutex::new(None);

    /// Arms one panic in the next call of an export; `external` arms the host's refusal of external memory instead.
    #[napi]
    pub fn fault(export: String) {
        *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = Some(export);
    }

    /// Whether that place is armed; disarms it.
    pub(crate) fn strikes(place: &str) -> bool {
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        let strikes = armed.as_deref() == Some(place);
        if strikes {
            *armed = None;
        }
        strikes
    }

    #[allow(clippy::panic, reason = "that is what it is for")]
    pub(crate) fn point(export: &str) {
        if strikes(export) {
            panic!("a panic on purpose");
        }
    }
}

#[cfg(feature = "fault-injection")]
pub(crate) use injected::{point, strikes};

#[cfg(not(feature = "fault-injection"))]
#[inline(always)]
pub(crate) fn point(_export: &str) {}

#[cfg(not(feature = "fault-injection"))]
#[inline(always)]
pub(crate) fn strikes(_place: &str) -> bool {
    false
}
