import { subjectOf, type Attributes } from "../attributes.js";
import type { Calls } from "../calls.js";
import { SpendGateCoverageError } from "../errors.js";
import type { Adapter } from "./adapter.js";
import { anthropic } from "./anthropic/index.js";
import { google } from "./google/index.js";
import { guard, type Method } from "./guard.js";
import { followed, getterOf, whenMade } from "./late.js";
import { member } from "./operation.js";
import { openai } from "./openai/index.js";

/** Told apart by their shape; the first that matches counts. */
export const ADAPTERS: readonly Adapter[] = [openai, anthropic, google];

/** What a wrapped client was made of. */
interface Origin {
  /** The same client before it was wrapped; null where it could not be copied and is patched itself. */
  plain: (() => object) | null;
  calls: Calls;
  attributes: Attributes | undefined;
}

const origins = new WeakMap<object, Origin>();

/** Clients that were wrapped without attributes, by gate: one copy serves all. */
const plainly = new WeakMap<Calls, WeakMap<object, object>>();

/**
 * A client like `client` whose calls `calls` admits. `client` stays as it was where it can be copied. A client that was wrapped
 * for the same gate before is wrapped afresh, with both attributes.
 *
 * @throws TypeError for what has the shape of no known client
 */
export function wrap<T extends object>(client: T, calls: Calls, attributes: Attributes | undefined): T {
  const origin = origins.get(client);
  const isAgain = origin !== undefined && origin.calls === calls;
  if (isAgain) attributes = { ...subjectOf(origin.attributes, attributes) };
  // A client that is patched itself is patched once more: the call inside the call passes.
  if (isAgain && origin.plain !== null) return wrap(origin.plain(), calls, attributes) as T;
  const adapter = adapterOf(client);
  if (adapter === undefined) {
    const known = ADAPTERS.map(({ name }) => name).join(", ");
    throw new TypeError(`\`wrap\` takes a client of ${known}; for another one there are \`reserve\` and \`settle\``);
  }
  const copy = adapter.copy(client);
  const wrapped = copy ?? client;
  patch(wrapped, adapter, { plain: copy === null ? null : () => client, calls, attributes });
  return wrapped as T;
}

/** As `wrap` without attributes, and once for each client. */
export function wrapOnce<T extends object>(client: T, calls: Calls): T {
  let wrapped = plainly.get(calls);
  if (wrapped === undefined) plainly.set(calls, (wrapped = new WeakMap()));
  let found = wrapped.get(client);
  if (found === undefined) wrapped.set(client, (found = wrap(client, calls, undefined)));
  return found as T;
}

/** The adapter for a client, by its shape. */
export function adapterOf(client: unknown): Adapter | undefined {
  if ((typeof client !== "object" && typeof client !== "function") || client === null) return undefined;
  return ADAPTERS.find((adapter) => adapter.matches(client));
}

/**
 * The method of a client that answers such parameters, ready to be called with them.
 *
 * @throws TypeError for what has the shape of no known client, or has no such method
 */
export function methodOf(adapter: Adapter | undefined, client: object, params: Record<string, unknown>, isStream: boolean): () => PromiseLike<unknown> {
  const call = adapter?.call(params, isStream);
  if (call === undefined) throw new TypeError("`client` has the shape of no known client");
  const names = call.method.split(".");
  const name = names.pop() as string;
  let holder: unknown = client;
  for (const group of names) holder = member(holder, group);
  const method = member(holder, name);
  if (typeof method !== "function") throw new TypeError(`\`client\` has no method \`${call.method}\``);
  return () => (method as Method).call(holder, call.params);
}

function patch(client: object, adapter: Adapter, origin: Origin): void {
  const { calls, attributes } = origin;
  const provider = adapter.provider(client);
  for (const operation of adapter.operations) {
    // An inner method that this version of the client has not leaves the outer one, which sends it all in one call.
    const method = operation.inner !== undefined && has(client, operation.inner) ? operation.inner : operation.method;
    replace(client, method, (original) => guard(original, operation, { calls, attributes, provider }));
  }
  for (const method of adapter.late ?? []) replace(client, method, (original) => followed(original, calls));
  for (const method of adapter.unenforced) replace(client, method, (original) => unenforced(original, method, calls));
  for (const name of adapter.copies) {
    replace(client, name, (original) => (...given) => {
      const plain = () => (original as (...given: unknown[]) => object)(...given);
      const copy = plain();
      patch(copy, adapter, { ...origin, plain });
      return copy as never;
    });
  }
  origins.set(client, origin);
}

function has(client: object, path: string): boolean {
  return typeof path.split(".").reduce<unknown>(member, client) === "function";
}

/** Puts another method in the place of one, on the very object that has it; does nothing where there is none. */
function replace(client: object, path: string, by: (original: Method) => Method): void {
  const names = path.split(".");
  const name = names.pop() as string;
  let holder: unknown = client;
  for (const [at, group] of names.entries()) {
    const get = getterOf(holder, group);
    if (get !== undefined) {
      const rest = [...names.slice(at + 1), name].join(".");
      return whenMade(holder as object, group, get, (made) => replace(made, rest, by));
    }
    holder = member(holder, group);
  }
  const original = member(holder, name);
  if (typeof original !== "function") return;
  // Not to be seen by who lists the client's members, as a method of a class is not.
  Object.defineProperty(holder, name, {
    value: by((original as Method).bind(holder)),
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

function unenforced(original: Method, method: string, calls: Calls): Method {
  return (...given) => {
    if (calls.isEnabled && !calls.isInside()) {
      if (calls.isStrict) throw new SpendGateCoverageError(method);
      calls.diagnostics.tell("not_enforced", `\`${method}\` is called, which no budget sees`);
    }
    return original(...given);
  };
}
