//! What a border costs at the least, for the benchmarks: raw Node-API, a text in, one look-up, a number out.

use napi::{Env, bindgen_prelude::Object};
use napi_derive::napi;
use napi_sys::{Status, napi_callback_info, napi_env, napi_value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr;

thread_local! {
    static NUMBERS: RefCell<HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>> = RefCell::default();
}

/// Gives each key the number of its place.
#[napi]
pub fn floor_keys(keys: Vec<String>) {
    NUMBERS.with_borrow_mut(|numbers| {
        *numbers = keys.into_iter().map(|key| key.into_bytes().into()).zip(0..).collect();
    });
}

/// Puts `floor(key)` among the exports: the number of the key.
pub(crate) fn export(exports: &Object<'_>, env: Env) -> napi::Result<()> {
    use napi::bindgen_prelude::JsValue;
    let mut function = ptr::null_mut();
    // SAFETY: the name is text of that length; the function needs no data.
    let made = unsafe {
        napi_sys::napi_create_function(
            env.raw(),
            c"floor".as_ptr(),
            5,
            Some(floor),
            ptr::null_mut(),
            &raw mut function,
        )
    };
    // SAFETY: `exports` and `function` are values of this call.
    let set =
        unsafe { napi_sys::napi_set_named_property(env.raw(), exports.raw(), c"floor".as_ptr(), function) };
    if (made, set) == (Status::napi_ok, Status::napi_ok) {
        return Ok(());
    }
    Err(napi::Error::from_reason("Node takes no function"))
}

unsafe extern "C" fn floor(env: napi_env, info: napi_callback_info) -> napi_value {
    let mut key = ptr::null_mut();
    let mut count = 1;
    // SAFETY: there is room for one value, and neither `this` nor data are asked for.
    unsafe {
        napi_sys::napi_get_cb_info(env, info, &raw mut count, &raw mut key, ptr::null_mut(), ptr::null_mut())
    };
    let mut room = [0_u8; 256];
    let mut length = 0;
    // SAFETY: the room has that many bytes.
    unsafe {
        napi_sys::napi_get_value_string_utf8(env, key, room.as_mut_ptr().cast(), room.len(), &raw mut length)
    };
    let key = room.get(..length).unwrap_or_default();
    let number = NUMBERS.with_borrow(|numbers| numbers.get(key).copied().unwrap_or(u32::MAX));
    let mut result = ptr::null_mut();
    // SAFETY: `env` is the one that called.
    unsafe { napi_sys::napi_create_uint32(env, number, &raw mut result) };
    result
}
