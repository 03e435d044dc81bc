import { host } from "#host";
import type { Scope } from "./host/host.js";

/** A scope for hosts that have none: it holds until the work gives its first promise. */
class Stack<T> implements Scope<T> {
  #values: T[] = [];

  get(): T | undefined {
    return this.#values.at(-1);
  }

  run<R>(value: T, work: () => R): R {
    this.#values.push(value);
    try {
      return work();
    } finally {
      this.#values.pop();
    }
  }
}

/** A scope that follows a request as well as the host can. */
export function newScope<T>(): Scope<T> {
  return host.newScope<T>() ?? new Stack<T>();
}
