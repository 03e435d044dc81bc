import type { Calls } from "../calls.js";
import type { Method } from "./guard.js";
import { generatorOf } from "./iterator.js";

/**
 * A method whose answer sends requests while it is read: they are for whoever called the method, wherever its answer is read. The
 * answer is a generator, a promise of one, or an object that makes them.
 */
export function followed(original: Method, calls: Calls): Method {
  return (...given) => {
    const asNow = calls.following();
    const answer = original(...given) as unknown;
    return (answer instanceof Promise ? answer.then((one: unknown) => following(one, asNow)) : following(answer, asNow)) as PromiseLike<unknown>;
  };
}

type AsNow = ReturnType<Calls["following"]>;

function following(answer: unknown, asNow: AsNow): unknown {
  const { next, [Symbol.asyncIterator]: iterate } = Object(answer) as Partial<AsyncGenerator<unknown>>;
  if (typeof next === "function") return followingEach(answer as AsyncGenerator<unknown>, asNow);
  if (typeof iterate === "function") {
    const make = () => followingEach(iterate.call(answer as AsyncGenerator<unknown>), asNow);
    Object.defineProperty(answer, Symbol.asyncIterator, { value: make, writable: true, configurable: true, enumerable: false });
  }
  return answer;
}

function followingEach(source: AsyncGenerator<unknown>, asNow: AsNow): AsyncGenerator<unknown> {
  return generatorOf({
    next: (value) => asNow(() => source.next(value)),
    return: (value) => asNow(() => source.return(value)),
    throw: (error) => asNow(() => source.throw(error)),
  });
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
