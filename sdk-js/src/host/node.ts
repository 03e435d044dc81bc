import { AsyncLocalStorage } from "node:async_hooks";
import { Engine, onDiagnostic } from "@spendgate/node";
import { scopeOver } from "./als.js";
import { files } from "./files.js";
import type { Host } from "./host.js";

/** Node: the compiled addon, or the WASM engine where there is none for the platform. */
export const host: Host = {
  name: "node",
  hasTimers: true,
  open: (options) => new Engine(options),
  onEngineDiagnostic: (listener) => onDiagnostic(listener),
  newScope: () => scopeOver(new AsyncLocalStorage()),
  files,
  env: (name) => process.env[name],
};
