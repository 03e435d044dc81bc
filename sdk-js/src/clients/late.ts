import type { Calls } from "../calls.js";
import type { Method } from "./guard.js";

/**
 * A method whose answer sends further requests while it is read: they are for whoever called the method, wherever its answer is
 * read.
 */
export function followed(original: Method, calls: Calls): Method {
  return async (...given) => {
    const asNow = calls.following();
    const answer = await original(...given);
    const source = answer as AsyncIterator<unknown, unknown, unknown> | null;
    if (typeof source?.next !== "function") return answer;
    const iterator = {
      next: (value?: unknown) => asNow(() => source.next(value)),
      return: (value?: unknown) => asNow(() => source.return?.(value) ?? Promise.resolve({ done: true, value })),
      throw: (error?: unknown) => asNow(() => source.throw?.(error) ?? Promise.reject(error)),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  };
}

/** A property that makes its value when it is first asked for; undefined where it is an ordinary one. */
export function getterOf(holder: unknown, name: string): (() => unknown) | undefined {
  for (let at = holder; typeof at === "object" && at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found.get;
  }
  return undefined;
}

/** Has `patch` done to each value of a property that `get` makes, when it is made. */
export function whenMade(holder: object, name: string, get: () => unknown, patch: (made: object) => void): void {
  const patched = new WeakSet<object>();
  Object.defineProperty(holder, name, {
    get(this: unknown) {
      const made: unknown = get.call(this);
      if (typeof made === "object" && made !== null && !patched.has(made)) {
        patched.add(made);
        patch(made);
      }
      return made;
    },
    configurable: true,
    enumerable: false,
  });
}
