//! Hot commands: a port is a block and the function that runs a command over it.
//!
//! `run` is written by hand, for a generated wrapper would cost more than the command. Each copy of the JavaScript (as
//! module, as CommonJS, in each registry of a test runner) connects to a port of its own, since it remembers what it
//! wrote into its block.

use crate::environment::Environment;
use crate::failure::{Result, guarded, internal};
use crate::fault;
use crate::memory::{Memory, check};
use napi::{Env, JsError};
use napi_sys::{napi_callback_info, napi_env, napi_value};
use spendgate_core::packed;
use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::{self, NonNull};

// An argument or an answer that crosses as a value costs more than one that stands in the block already: at the end of
// the request, which the core leaves free, stand the handle of the engine (f64), the op, and after the call its status.
const ENGINE: usize = packed::HALF - 16;
const OP: usize = packed::HALF - 8;
const STATUS: usize = packed::HALF - 4;
const _: () = assert!(
    packed::request::TEXT + 7 * packed::request::ROOM <= ENGINE,
    "the request reaches into what the port writes"
);

/// What `run` has at hand.
pub(crate) struct Port {
    environment: NonNull<RefCell<Environment>>,
    memory: Memory,
}

/// A fresh port, as the object `{block, run}`; the environment owns it.
pub(crate) fn connect(env: &Env) -> Result<napi_value> {
    let (memory, block) = Memory::make(env.raw())?;
    let port = Box::new(Port { environment: Environment::place(env)?, memory });
    let port = Environment::of(env)?.ports.keep(port);
    let mut run_function = ptr::null_mut();
    // SAFETY: the name is text of that length; the port lives as long as the environment, whose functions end with it.
    check(unsafe {
        napi_sys::napi_create_function(
            env.raw(),
            c"run".as_ptr(),
            3,
            Some(run),
            port.as_ptr().cast(),
            &raw mut run_function,
        )
    })?;
    let mut object = ptr::null_mut();
    // SAFETY: `env` is the one that called.
    check(unsafe { napi_sys::napi_create_object(env.raw(), &raw mut object) })?;
    for (name, value) in [(c"block", block), (c"run", run_function)] {
        // SAFETY: `object` and `value` are values of this call, the name ends in a null.
        check(unsafe { napi_sys::napi_set_named_property(env.raw(), object, name.as_ptr(), value) })?;
    }
    Ok(object)
}

/// `run()`: runs the command that the block says, and says its status there.
unsafe extern "C" fn run(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: Node hands over a call of a function that `connect` has made.
    if let Err(error) = guarded("run", || unsafe { command(env, info) }) {
        // SAFETY: `env` is the one that called.
        unsafe { JsError::from(error).throw_into(env) };
    }
    // No value is undefined.
    ptr::null_mut()
}

/// # Safety
/// `env` and `info` are those of a call of a function that `connect` made.
#[inline]
unsafe fn command(env: napi_env, info: napi_callback_info) -> Result<()> {
    let mut data: *mut c_void = ptr::null_mut();
    // SAFETY: neither arguments nor `this` are asked for.
    check(unsafe {
        napi_sys::napi_get_cb_info(
            env,
            info,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut data,
        )
    })?;
    // SAFETY: it is the port that `connect` gave to the function, which the environment keeps as long as it lives.
    let port = unsafe { data.cast::<Port>().as_ref() }.ok_or_else(|| internal("no port"))?;
    port.run(env)
}

impl Port {
    #[inline]
    fn run(&self, env: napi_env) -> Result<()> {
        // SAFETY: the environment keeps its ports, so it lives.
        let state = unsafe { self.environment.as_ref() };
        let mut state = Environment::borrow(state)?;
        let Environment { shares, text, .. } = &mut *state;
        let mut place = self.memory.place(env)?;
        // SAFETY: the place has BLOCK bytes, which any values may fill, until this call returns. The only other one who
        // looks at them is JavaScript that waits for this call, and the borrowed state lets no second call in.
        let block = unsafe { place.as_mut() };
        let engine = shares.engine(read(block, ENGINE).map_or(f64::NAN, f64::from_le_bytes))?;
        let op = read(block, OP).map_or(u32::MAX, u32::from_le_bytes);
        let status = engine.with(|engine| {
            fault::point("run");
            packed::run(engine, op, block, text)
        });
        if let Some(place) = block.get_mut(STATUS..).and_then(|rest| rest.first_chunk_mut()) {
            *place = (status as u32).to_le_bytes();
        }
        Ok(())
    }
}

#[inline]
fn read<const N: usize>(block: &packed::Block, at: usize) -> Option<[u8; N]> {
    block.get(at..).and_then(|rest| rest.first_chunk()).copied()
}
