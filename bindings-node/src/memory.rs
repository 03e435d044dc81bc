//! The block of an environment, which its JavaScript and the engine look at by turns.
//!
//! The memory is ours and lives as long as the environment, so that the engine's half of the work never depends on what
//! became of the `ArrayBuffer` over it. Hosts that allow no such buffer (Electron) make one of their own, and
//! where it lies is asked before each use.

use crate::failure::{Result, internal};
use crate::fault;
use napi_sys::{Status, napi_env, napi_ref, napi_value};
use spendgate_core::packed::{BLOCK, Block};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// Views of 32-bit words and of floats begin at its first byte.
#[repr(align(64))]
struct Aligned(#[allow(dead_code, reason = "used by its address")] Block);

/// The block, once it was asked for.
pub(crate) struct Memory {
    own: Option<NonNull<Aligned>>,
    /// Keeps the `ArrayBuffer`; null as long as there is none.
    buffer: napi_ref,
}

impl Default for Memory {
    fn default() -> Self {
        Self { own: None, buffer: ptr::null_mut() }
    }
}

impl Memory {
    /// The `ArrayBuffer` over the block, the same each time.
    pub(crate) fn buffer(&mut self, env: napi_env) -> Result<napi_value> {
        if !self.buffer.is_null() {
            return self.referenced(env);
        }
        let buffer = match self.over_own(env)? {
            Some(buffer) => buffer,
            None => of_host(env)?,
        };
        // SAFETY: `env` is the one that called, `buffer` an object made in this call.
        check(unsafe { napi_sys::napi_create_reference(env, buffer, 1, &raw mut self.buffer) })?;
        Ok(buffer)
    }

    /// The block itself.
    #[inline]
    pub(crate) fn block(&mut self, env: napi_env) -> Result<&mut Block> {
        let block = match self.own {
            Some(own) => own.as_ptr().cast::<Block>(),
            None => self.place(env)?,
        };
        // SAFETY: the pointer leads to BLOCK bytes, which any values may fill. They are ours until the environment ends,
        // or `place` has just asked for them and nothing moves them before the export returns. The only other one who
        // looks at them is the JavaScript that waits for this call; shared memory, it is none.
        Ok(unsafe { &mut *block })
    }

    /// A buffer over memory of ours; none where the host refuses such buffers.
    fn over_own(&mut self, env: napi_env) -> Result<Option<napi_value>> {
        let own = *self.own.insert(NonNull::from(Box::leak(Box::new(Aligned([0; BLOCK])))));
        let mut buffer = ptr::null_mut();
        let status = if fault::strikes("external") {
            Status::napi_no_external_buffers_allowed
        } else {
            // SAFETY: `own` leads to BLOCK bytes that live until `drop`, when `env` and all its buffers have ended, so
            // that a finalizer has nothing to do.
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
            self.free();
            return Ok(None);
        }
        check(status)?;
        Ok(Some(buffer))
    }

    fn referenced(&self, env: napi_env) -> Result<napi_value> {
        let mut buffer = ptr::null_mut();
        // SAFETY: `env` is the one that called, and the reference one of its own that is never deleted.
        check(unsafe { napi_sys::napi_get_reference_value(env, self.buffer, &raw mut buffer) })?;
        Ok(buffer)
    }

    /// Where the host's buffer lies.
    #[cold]
    fn place(&self, env: napi_env) -> Result<*mut Block> {
        if self.buffer.is_null() {
            return Err(internal("a hot command before the block was asked for"));
        }
        let buffer = self.referenced(env)?;
        let mut data: *mut c_void = ptr::null_mut();
        let mut length = 0;
        // SAFETY: `buffer` is the `ArrayBuffer` that `of_host` made.
        check(unsafe { napi_sys::napi_get_arraybuffer_info(env, buffer, &raw mut data, &raw mut length) })?;
        if length < BLOCK || data.is_null() {
            return Err(internal("the block was taken away"));
        }
        Ok(data.cast())
    }

    fn free(&mut self) {
        if let Some(own) = self.own.take() {
            // SAFETY: it is the box that `over_own` leaked, and no `ArrayBuffer` over it is left.
            drop(unsafe { Box::from_raw(own.as_ptr()) });
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.free();
    }
}

fn of_host(env: napi_env) -> Result<napi_value> {
    let mut buffer = ptr::null_mut();
    let mut data: *mut c_void = ptr::null_mut();
    // SAFETY: `env` is the one that called; both results are places of this function.
    check(unsafe { napi_sys::napi_create_arraybuffer(env, BLOCK, &raw mut data, &raw mut buffer) })?;
    Ok(buffer)
}

fn check(status: i32) -> Result<()> {
    if status == Status::napi_ok {
        return Ok(());
    }
    Err(internal(format!("Node-API says {status}")))
}
