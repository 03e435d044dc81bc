import type { Operation, Params } from "./operation.js";

/** What is to be known of a provider's client, to enforce it without importing it. */
export interface Adapter {
  readonly name: string;
  /** Whether `client` has this shape. */
  matches(client: object): boolean;
  /** Who is called by it, in the words of the price table. */
  provider(client: object): string;
  /** A copy with the same settings; null where it cannot be copied, and the client itself is patched. */
  copy(client: object): object | null;
  /** Methods that make further copies, which are guarded like it. */
  readonly copies: readonly string[];
  /** Methods that are enforced. */
  readonly operations: readonly Operation[];
  /** The client's own methods that go through an enforced one, and which. */
  readonly helpers: Readonly<Record<string, string>>;
  /** Methods whose answer sends requests while it is read; these are for whoever called the method. */
  readonly late?: readonly string[];
  /** Which method answers such parameters, and the parameters for it. */
  call(params: Params, isStream: boolean): { method: string; params: Params };
  /** Methods that cost, and are not enforced. */
  readonly unenforced: readonly string[];
}

/** A copy by the client's own `withOptions`; null where it has none or cannot. */
export function copyByOptions(client: object, options: object): object | null {
  const { withOptions } = client as { withOptions?: (options: object) => object };
  try {
    return typeof withOptions === "function" ? withOptions.call(client, options) : null;
  } catch {
    return null;
  }
}
