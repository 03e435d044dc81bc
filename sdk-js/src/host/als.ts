import type { Scope } from "./host.js";

interface Storage<T> {
  getStore(): T | undefined;
  run<R>(value: T, work: () => R): R;
}

/** A scope over an `AsyncLocalStorage`. */
export function scopeOver<T>(storage: Storage<T>): Scope<T> {
  return {
    get: () => storage.getStore(),
    run: (value, work) => storage.run(value, work),
  };
}
