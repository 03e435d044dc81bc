// By name, not `*`: the class over any engine is a file of its own, and readers of CommonJS see no further.
export {
  ACTIONS,
  COMMANDS,
  DIMENSIONS,
  ERROR_CODES,
  EVENT_KINDS,
  OUTCOMES,
  REASONS,
  SpendgateError,
  UNITS,
  WHY,
} from "./engine/index.js";
export type * from "./engine/index.js";
export { onDiagnostic, type Diagnostic, type EngineRestarted, type SnapshotsStopped } from "./wasm/diagnostics.js";
export { Engine } from "./wasm/engine.js";
export { backend, init, type ModuleLike, type ResponseLike, type WasmModule, type WasmSource } from "./wasm/load.js";
