import { AsyncLocalStorage } from "node:async_hooks";
import { Engine, onDiagnostic } from "@spendgate/wasm";
import { scopeOver } from "./als.js";
import { files } from "./files.js";
import type { Host } from "./host.js";

/** Deno and Bun: the WASM engine, with the parts of Node that both have. */
export const host: Host = {
  name: "server",
  hasTimers: true,
  open: (options) => new Engine(options),
  onEngineDiagnostic: (listener) => onDiagnostic(listener),
  newScope: () => scopeOver(new AsyncLocalStorage()),
  files,
  env(name) {
    try {
      return process.env[name];
    } catch {
      // Deno refuses the variables of the environment unless it is told otherwise.
      return undefined;
    }
  },
};
