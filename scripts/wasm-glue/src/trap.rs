//! A panic ends in a trap, and nobody reads what it says before. So what says it is taken out: the functions of the
//! standard library that only panic become one `unreachable`, and `wasm-opt` then drops what they were called with.

use rustc_demangle::demangle;
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// Paths that end in a panic whatever they are called with, or the beginning of several.
const PANICS: [&str; 15] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::slice::sort::shared::smallsort::panic_on_ord_violation",
    "core::str::slice_error_fail",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "alloc::alloc::handle_alloc_error",
    "std::panicking::panic_with_hook",
    "std::sync::lazy_lock::panic_poisoned",
    "std::thread::local::panic_access_error",
];

/// Makes each of them a trap. An error when there is none: then the names are others, and the module would be large.
pub fn instead_of_panics(module: &mut Module) -> Result<(), String> {
    let panics: Vec<FunctionId> =
        module.funcs.iter().filter(|f| f.name.as_deref().is_some_and(panics)).map(|f| f.id()).collect();
    if panics.is_empty() {
        return Err("no function is named as one that panics".to_owned());
    }
    for id in panics {
        let FunctionKind::Local(local) = &module.funcs.get(id).kind else { continue };
        let (ty, args) = (module.types.get(local.ty()), local.args.clone());
        let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
        let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
        builder.func_body().unreachable();
        let body = builder.local_func(args);
        module.funcs.get_mut(id).kind = FunctionKind::Local(body);
    }
    Ok(())
}

fn panics(symbol: &str) -> bool {
    let name = format!("{:#}", demangle(symbol));
    PANICS.iter().any(|panic| name.starts_with(panic))
}
