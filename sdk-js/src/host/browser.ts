import { Engine, init, onDiagnostic } from "@spendgate/wasm";
import type { Host } from "./host.js";

/** Browsers and hosts that are not known: the WASM engine, which is loaded over the network. */
export const host: Host = {
  name: "browser",
  hasTimers: true,
  open: (options) => new Engine(options),
  load: () => init(),
  onEngineDiagnostic: (listener) => onDiagnostic(listener),
  newScope: () => null,
  files: null,
  env: () => undefined,
};
