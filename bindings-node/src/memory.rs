//! A block: memory at which JavaScript and the engine look by turns.
//!
//! It is ours and lives as long as the environment, so that the engine's half of the work never depends on what became of
//! the `ArrayBuffer` over it. Hosts that allow no such buffer (Electron) make one of their own, and where that
//! lies is asked before each use.

use crate::failure::{Result, internal};
use crate::fault;
use napi_sys::{Status, napi_env, napi_ref, napi_value};
use spendgate_core::packed::{BLOCK, Block};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// Views of 32-bit words and of floats begin at its first byte.
#[repr(align(64))]
struct Aligned(#[allow(dead_code, reason = "used by its address")] Block);

/// Where a block lies.
pub(crate) enum Memory {
    /// In a box of ours.
    Own(NonNull<Block>),
    /// In the `ArrayBuffer` that this reference keeps.
    Host(napi_ref),
}

impl Memory {
    /// A fresh block and the `ArrayBuffer` over it.
    pub(crate) fn make(env: napi_env) -> Result<(Self, napi_value)> {
        let own = NonNull::from(Box::leak(Box::new(Aligned([0; BLOCK])))).cast::<Block>();
        let memory = Self::Own(own);
        let mut buffer = ptr::null_mut();
        let status = if fault::strikes("external") {
            Status::napi_no_external_buffers_allowed
        } else {
            // SAFETY: `own` leads to BLOCK bytes that live until `drop`, when `env` and all its buffers have ended, so
            // that a finalizer has nothing to do; or until the end of this function, when there is no buffer.
            unsafe {
                napi_sys::napi_create_external_arraybuffer(
                    env,
                    own.as_ptr().cast(),
                    BLOCK,
                    None,
                    ptr::null_mut(),
                    &raw mut buffer,
                )
            }
        };
        if status == Status::napi_no_external_buffers_allowed {
            return Self::of_host(env);
        }
        check(status)?;
        Ok((memory, buffer))
    }

    fn of_host(env: napi_env) -> Result<(Self, napi_value)> {
        let mut buffer = ptr::null_mut();
        let mut data: *mut c_void = ptr::null_mut();
        let mut reference = ptr::null_mut();
        // SAFETY: `env` is the one that called; both results are places of this function.
        check(unsafe { napi_sys::napi_create_arraybuffer(env, BLOCK, &raw mut data, &raw mut buffer) })?;
        // SAFETY: as above, and `buffer` is an object. The reference is never deleted: it ends with `env`.
        check(unsafe { napi_sys::napi_create_reference(env, buffer, 1, &raw mut reference) })?;
        Ok((Self::Host(reference), buffer))
    }

    /// Where BLOCK bytes lie until the export that asks returns.
    #[inline]
    pub(crate) fn place(&self, env: napi_env) -> Result<NonNull<Block>> {
        match self {
            Self::Own(own) => Ok(*own),
            Self::Host(reference) => ask(env, *reference),
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Self::Own(own) = self {
            // SAFETY: it is the box that `make` leaked, and no `ArrayBuffer` over it is left.
            drop(unsafe { Box::from_raw(own.cast::<Aligned>().as_ptr()) });
        }
    }
}

#[cold]
fn ask(env: napi_env, reference: napi_ref) -> Result<NonNull<Block>> {
    let mut buffer = ptr::null_mut();
    let mut data: *mut c_void = ptr::null_mut();
    let mut length = 0;
    // SAFETY: `env` is the one that called, and the reference one of its own.
    check(unsafe { napi_sys::napi_get_reference_value(env, reference, &raw mut buffer) })?;
    // SAFETY: `buffer` is the `ArrayBuffer` that `of_host` made.
    check(unsafe { napi_sys::napi_get_arraybuffer_info(env, buffer, &raw mut data, &raw mut length) })?;
    // A buffer that was handed on to somewhere else is empty here.
    NonNull::new(data.cast()).filter(|_| length >= BLOCK).ok_or_else(|| internal("the block was taken away"))
}

/// An error unless Node-API says that all is well.
pub(crate) fn check(status: i32) -> Result<()> {
    if status == Status::napi_ok {
        return Ok(());
    }
    Err(internal(format!("Node-API says {status}")))
}
