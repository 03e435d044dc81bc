import { Engine, onDiagnostic } from "@spendgate/wasm";
import { scopeOver } from "./als.js";
import type { Host, Scope } from "./host.js";

interface Ambient {
  AsyncLocalStorage?: new <T>() => { getStore(): T | undefined; run<R>(value: T, work: () => R): R };
  process?: { env?: Record<string, string | undefined>; getBuiltinModule?: (name: string) => Ambient | undefined };
}

const ambient = globalThis as Ambient;

/**
 * Workers of Cloudflare and Vercel. `AsyncLocalStorage` is global on Vercel; on Cloudflare it comes with
 * `nodejs_compat` (a flag before the compatibility date 2026-08-04), and is asked for in a way that also works without it.
 */
export const host: Host = {
  name: "edge",
  hasTimers: false,
  open: (options) => new Engine(options),
  onEngineDiagnostic: (listener) => onDiagnostic(listener),
  newScope<T>(): Scope<T> | null {
    const Storage =
      ambient.AsyncLocalStorage ?? ambient.process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
    return Storage === undefined ? null : scopeOver(new Storage<T>());
  },
  files: null,
  env: (name) => ambient.process?.env?.[name],
};
