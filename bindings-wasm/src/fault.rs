//! Failures on purpose, so that tests see what becomes of an engine that fails. Without the feature
//! `fault-injection` nothing of it is in the module.

/// An export that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Open,
    Restore,
    Revive,
    Close,
    Run,
    Text,
    Names,
    Command,
    Snapshot,
    Block,
    Catalogue,
}

/// Fails if a test has asked for it here.
#[cfg(not(feature = "fault-injection"))]
#[inline(always)]
pub(crate) fn here(_place: Place) {}

#[cfg(feature = "fault-injection")]
pub(crate) use armed::{here, inject};

#[cfg(feature = "fault-injection")]
mod armed {
    use super::Place;
    use std::cell::Cell;

    thread_local! {
        static NEXT: Cell<Option<(u32, u32)>> = const { Cell::new(None) };
    }

    /// Makes the next call of the export at `place`, counted from 0, fail in the way `kind`.
    pub(crate) fn inject(place: u32, kind: u32) {
        NEXT.set(Some((place, kind)));
    }

    #[allow(clippy::panic, reason = "this is what it is for")]
    pub(crate) fn here(place: Place) {
        match NEXT.get() {
            Some((at, kind)) if at == place as u32 => {
                NEXT.set(None);
                match kind {
                    0 => panic!("a panic on purpose"),
                    1 => unreachable(),
                    2 => out_of_bounds(),
                    _ => drop(std::hint::black_box(overflow(1))),
                }
            }
            _ => {}
        }
    }

    fn unreachable() {
        #[cfg(target_arch = "wasm32")]
        std::arch::wasm32::unreachable();
    }

    #[allow(unsafe_code, reason = "a trap on purpose")]
    fn out_of_bounds() {
        #[cfg(target_arch = "wasm32")]
        {
            let nowhere = std::hint::black_box(0xffff_fff0_usize) as *const u8;
            // SAFETY: there is none: WASM checks each access, and the instance is thrown away after the trap.
            std::hint::black_box(unsafe { nowhere.read_volatile() });
        }
    }

    /// Calls itself until the stack is used up.
    #[allow(unconditional_recursion, reason = "this is what it is for")]
    fn overflow(depth: u64) -> Box<u64> {
        let deeper = overflow(std::hint::black_box(depth) + 1);
        Box::new(*deeper + depth)
    }
}
