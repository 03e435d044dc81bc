//! What one environment of Node has: its shares of engines, its ports, the last answer in words.
//!
//! An environment is one loading of the addon by one thread, and all its calls come from that thread. When it ends, as
//! a worker does that is terminated, its shares go with it.

use crate::failure::{Result, closed, internal};
use crate::memory::check;
use crate::port::Port;
use crate::table::{Shared, number};
use napi::Env;
use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// The state of an environment.
#[derive(Default)]
pub(crate) struct Environment {
    pub(crate) shares: Shares,
    pub(crate) ports: Ports,
    /// The answer of a hot command that did not fit into the block.
    pub(crate) text: String,
}

impl Environment {
    /// Makes the state of `env`, which owns it from now on.
    pub(crate) fn install(env: Env) -> napi::Result<()> {
        let state = Box::into_raw(Box::<RefCell<Self>>::default());
        // SAFETY: `env` is alive, it just loads this addon; `discard` takes what is given here.
        let status = unsafe {
            napi_sys::napi_set_instance_data(env.raw(), state.cast(), Some(discard), ptr::null_mut())
        };
        if status == napi_sys::Status::napi_ok {
            return Ok(());
        }
        // SAFETY: the box was given up above, and `env` did not take it.
        drop(unsafe { Box::from_raw(state) });
        Err(napi::Error::from_reason("Node takes no instance data"))
    }

    /// Where the state of `env` lies until `env` ends.
    pub(crate) fn place(env: &Env) -> Result<NonNull<RefCell<Self>>> {
        let mut data: *mut c_void = ptr::null_mut();
        // SAFETY: `env` is the one that called the export.
        check(unsafe { napi_sys::napi_get_instance_data(env.raw(), &raw mut data) })?;
        NonNull::new(data.cast()).ok_or_else(|| internal("no state"))
    }

    /// The state of `env`, alone.
    pub(crate) fn of(env: &Env) -> Result<RefMut<'_, Self>> {
        // SAFETY: `install` has put it there, and it lives until `discard`, after which nothing is called.
        Self::borrow(unsafe { Self::place(env)?.as_ref() })
    }

    /// The state, alone.
    #[inline]
    pub(crate) fn borrow(state: &RefCell<Self>) -> Result<RefMut<'_, Self>> {
        state.try_borrow_mut().map_err(|_| internal("a call within a call"))
    }
}

/// The ports of an environment; they go with it.
#[derive(Default)]
pub(crate) struct Ports(Vec<NonNull<Port>>);

impl Ports {
    /// Keeps a port where it lies.
    pub(crate) fn keep(&mut self, port: Box<Port>) -> NonNull<Port> {
        let port = NonNull::from(Box::leak(port));
        self.0.push(port);
        port
    }
}

impl Drop for Ports {
    fn drop(&mut self) {
        for port in self.0.drain(..) {
            // SAFETY: it is a box that `keep` leaked; the functions that have it at hand ended with the environment.
            drop(unsafe { Box::from_raw(port.as_ptr()) });
        }
    }
}

/// The engines that an environment holds.
#[derive(Default)]
pub(crate) struct Shares {
    held: BTreeMap<u64, Share>,
    /// The engine used last, with its handle, so that the next command finds it without a search.
    last: Option<(f64, Arc<Shared>)>,
}

struct Share {
    engine: Arc<Shared>,
    /// How often the environment holds it; never 0.
    holders: u64,
}

impl Shares {
    /// Becomes a holder of the engine; gives its handle.
    #[allow(clippy::cast_precision_loss, reason = "2^53 engines are never opened")]
    pub(crate) fn hold(&mut self, engine: Arc<Shared>) -> f64 {
        let handle = engine.handle();
        self.held.entry(handle).or_insert(Share { engine, holders: 0 }).holders += 1;
        handle as f64
    }

    /// Lets go of an engine once; of one that is not held, never.
    pub(crate) fn let_go(&mut self, handle: f64) {
        let Some(handle) = number(handle) else { return };
        let Some(share) = self.held.get_mut(&handle) else { return };
        share.holders -= 1;
        if share.holders == 0 {
            self.last = None;
            self.held.remove(&handle);
        }
    }

    /// An engine that is held.
    #[inline]
    pub(crate) fn engine(&mut self, handle: f64) -> Result<&Shared> {
        // Equal as floats, then: that spares the common case a conversion.
        if self.last.as_ref().is_none_or(|(last, _)| *last != handle) {
            self.turn_to(handle)?;
        }
        self.last.as_ref().map(|(_, engine)| &**engine).ok_or_else(closed)
    }

    fn turn_to(&mut self, handle: f64) -> Result<()> {
        let share = number(handle).and_then(|handle| self.held.get(&handle)).ok_or_else(closed)?;
        self.last = Some((handle, Arc::clone(&share.engine)));
        Ok(())
    }
}

/// Ends the state with its environment.
unsafe extern "C" fn discard(_env: napi_sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `data` is the box that `install` leaked, and Node calls this once.
    drop(unsafe { Box::from_raw(data.cast::<RefCell<Environment>>()) });
}
