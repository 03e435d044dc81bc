//! The engine of Spendgate for Node: engines by number, commands as text, hot commands through a block of memory.
//!
//! No rule is here. `js/` has the package around this addon; [`spendgate_core::packed`] says what stands in a block and
//! [`spendgate_core::wire`] what commands are.

mod environment;
pub mod exports;
pub mod failure;
pub mod fault;
#[cfg(feature = "bench")]
pub mod floor;
mod memory;
mod port;
mod table;

use environment::Environment;
use napi::{Env, bindgen_prelude::Object};
use napi_derive::napi;

/// Makes the state of an environment.
#[napi(module_exports)]
pub fn init(exports: Object<'_>, env: Env) -> napi::Result<()> {
    #[cfg(feature = "bench")]
    floor::export(&exports, env)?;
    #[cfg(not(feature = "bench"))]
    let _ = exports;
    Environment::install(env)
}
