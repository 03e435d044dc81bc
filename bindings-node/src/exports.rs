//! The exports that are not hot: numbers and text in, numbers and text out.

use crate::environment::Environment;
use crate::failure::{Result, guarded, internal};
use crate::table::Shared;
use crate::{fault, port};
use napi::Env;
use napi::bindgen_prelude::Uint8ArraySlice;
use napi_derive::napi;
use napi_sys::napi_value;
use spendgate_core::{Engine, error::Error};
use spendgate_core::{catalogue as words, packed, wire};

/// Has to be that of the JavaScript: both count on the same places in a block.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A fresh engine, held by this environment: `{"engine": handle}`, or a refusal.
#[napi]
pub fn open(env: Env, config: String) -> Result<String> {
    guarded("open", || {
        fault::point("open");
        opened(&env, wire::open(&config))
    })
}

/// As `open`, with the state of a snapshot.
#[napi]
pub fn restore(env: Env, config: String, snapshot: &[u8]) -> Result<String> {
    guarded("restore", || {
        fault::point("restore");
        opened(&env, wire::restore(&config, snapshot))
    })
}

/// Makes this environment a holder of an engine that another one holds; false when there is none with that handle.
#[napi]
pub fn attach(env: Env, engine: f64) -> Result<bool> {
    guarded("attach", || {
        fault::point("attach");
        let Some(shared) = Shared::find(engine) else { return Ok(false) };
        Environment::of(&env)?.shares.hold(shared);
        Ok(true)
    })
}

/// Lets go of an engine once; the last holder of all ends it.
#[napi]
pub fn close(env: Env, engine: f64) -> Result<()> {
    guarded("close", || {
        fault::point("close");
        Environment::of(&env)?.shares.let_go(engine);
        Ok(())
    })
}

/// A port of one's own for hot commands: `{block, run}`, an `ArrayBuffer` and the function that runs over it.
#[napi]
pub fn connect(env: Env) -> Result<napi_value> {
    guarded("connect", || {
        fault::point("connect");
        port::connect(&env)
    })
}

/// The answer of a `run` that ended with [`packed::Status::Text`].
#[napi]
pub fn text(env: Env) -> Result<String> {
    guarded("text", || {
        fault::point("text");
        Ok(std::mem::take(&mut Environment::of(&env)?.text))
    })
}

/// The names of the budgets in force, as JSON text.
#[napi]
pub fn names(env: Env, engine: f64) -> Result<String> {
    with("names", &env, engine, |engine| packed::names(engine))
}

/// One command as JSON text, its answer as JSON text.
#[napi]
pub fn command(env: Env, engine: f64, command: String) -> Result<String> {
    with("command", &env, engine, |engine| wire::step_text(engine, &command))
}

/// The whole state.
#[napi]
pub fn snapshot(env: Env, engine: f64) -> Result<Uint8ArraySlice<'static>> {
    let bytes = with("snapshot", &env, engine, |engine| engine.snapshot())?;
    Uint8ArraySlice::copy_from(&env, bytes).map_err(internal)
}

/// Every word of the wire, as JSON text.
#[napi]
pub fn catalogue() -> Result<String> {
    guarded("catalogue", || {
        fault::point("catalogue");
        Ok(words::catalogue().to_string())
    })
}

fn opened(env: &Env, engine: std::result::Result<Engine, Error>) -> Result<String> {
    match engine {
        Ok(engine) => {
            let handle = Environment::of(env)?.shares.hold(Shared::open(engine));
            Ok(format!("{{\"engine\":{handle}}}"))
        }
        Err(error) => Ok(wire::error_text(&error)),
    }
}

fn with<T>(export: &'static str, env: &Env, engine: f64, work: impl FnOnce(&mut Engine) -> T) -> Result<T> {
    guarded(export, || {
        Ok(Environment::of(env)?.shares.engine(engine)?.with(|engine| {
            fault::point(export);
            work(engine)
        }))
    })
}
