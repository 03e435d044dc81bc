//! The one export that is written by hand: a hot command costs less than what a generated wrapper would add to it.

use crate::environment::Environment;
use crate::failure::{Result, guarded, internal};
use crate::fault;
use napi::bindgen_prelude::{JsValue, Object};
use napi::{Env, JsError};
use napi_sys::{Status, napi_callback_info, napi_env, napi_value};
use spendgate_core::packed;
use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// Puts `run` among the exports. The function has the state at hand.
pub(crate) fn export(
    exports: &Object<'_>,
    env: Env,
    environment: NonNull<RefCell<Environment>>,
) -> napi::Result<()> {
    let mut function = ptr::null_mut();
    // SAFETY: the name is text that ends in a null; the state lives as long as `env`, whose functions end with it.
    let made = unsafe {
        napi_sys::napi_create_function(
            env.raw(),
            c"run".as_ptr(),
            3,
            Some(run),
            environment.as_ptr().cast(),
            &raw mut function,
        )
    };
    // SAFETY: `exports` and `function` are values of this call.
    let set =
        unsafe { napi_sys::napi_set_named_property(env.raw(), exports.raw(), c"run".as_ptr(), function) };
    if made == Status::napi_ok && set == Status::napi_ok {
        return Ok(());
    }
    Err(napi::Error::from_reason("Node takes no function"))
}

/// `run(engine, op)`: runs a hot command over the block, gives its status.
unsafe extern "C" fn run(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: Node hands over a call of the function that `export` has made.
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
/// `env` and `info` are those of a call of the function that `export` made.
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
    // SAFETY: it is the state that `export` was given.
    let mut environment = unsafe { Environment::at(data) }?;
    let status = over_block(env, &mut environment, handle, code)?;
    let mut result = ptr::null_mut();
    // SAFETY: `env` is the one that called.
    unsafe { napi_sys::napi_create_uint32(env, status as u32, &raw mut result) };
    Ok(result)
}

#[inline]
fn over_block(env: napi_env, environment: &mut Environment, handle: f64, op: u32) -> Result<packed::Status> {
    let Environment { shares, memory, text } = environment;
    let block = memory.block(env)?;
    Ok(shares.engine(handle)?.with(|engine| {
        fault::point("run");
        packed::run(engine, op, block, text)
    }))
}
