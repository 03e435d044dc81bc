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
use napi_sys::{Status, napi_callback_info, napi_env, napi_value};
use spendgate_core::packed;
use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::{self, NonNull};

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

/// `run(engine, op)`: runs a hot command over the block of its port, gives its status.
unsafe extern "C" fn run(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: Node hands over a call of a function that `connect` has made.
    match guarded("run", || unsafe { command(env, info) }) {
        Ok(status) => status,
        Err(error) => {
            // SAFETY: `env` is the one that called.
            unsafe { JsError::from(error).throw_into(env) };
            ptr::null_mut()
        }
    }
}

/// # Safety
/// `env` and `info` are those of a call of a function that `connect` made.
#[inline]
unsafe fn command(env: napi_env, info: napi_callback_info) -> Result<napi_value> {
    let mut values = [ptr::null_mut(); 2];
    let mut count = values.len();
    let mut data: *mut c_void = ptr::null_mut();
    // SAFETY: there is room for `count` values; `this` is not asked for.
    let read = unsafe {
        napi_sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            values.as_mut_ptr(),
            ptr::null_mut(),
            &raw mut data,
        )
    };
    let [engine, op] = values;
    let (mut handle, mut code) = (f64::NAN, u32::MAX);
    // SAFETY: Node fills the values that are not given with undefined, which is refused.
    let read_engine = unsafe { napi_sys::napi_get_value_double(env, engine, &raw mut handle) };
    // SAFETY: as above.
    let read_op = unsafe { napi_sys::napi_get_value_uint32(env, op, &raw mut code) };
    if (read, read_engine, read_op) != (Status::napi_ok, Status::napi_ok, Status::napi_ok) {
        return Err(internal("`run` takes two numbers"));
    }
    // SAFETY: it is the port that `connect` gave to the function, which the environment keeps as long as it lives.
    let port = unsafe { data.cast::<Port>().as_ref() }.ok_or_else(|| internal("no port"))?;
    let status = port.run(env, handle, code)?;
    let mut result = ptr::null_mut();
    // SAFETY: `env` is the one that called.
    unsafe { napi_sys::napi_create_uint32(env, status as u32, &raw mut result) };
    Ok(result)
}

impl Port {
    #[inline]
    fn run(&self, env: napi_env, handle: f64, op: u32) -> Result<packed::Status> {
        // SAFETY: the environment keeps its ports, so it lives.
        let state = unsafe { self.environment.as_ref() };
        let mut state = Environment::borrow(state)?;
        let Environment { shares, text, .. } = &mut *state;
        let mut place = self.memory.place(env)?;
        // SAFETY: the place has BLOCK bytes, which any values may fill, until this call returns. The only other one who
        // looks at them is JavaScript that waits for this call, and the borrowed state lets no second call in.
        let block = unsafe { place.as_mut() };
        Ok(shares.engine(handle)?.with(|engine| {
            fault::point("run");
            packed::run(engine, op, block, text)
        }))
    }
}
