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
// By name as well: of `type *` the declarations that are built would say that all of it is there at run time.
export type {
  Action,
  Actual,
  Amount,
  BackendKind,
  BindingErrorCode,
  Call,
  Candidate,
  Command,
  Count,
  Counter,
  Decision,
  Dimension,
  EngineOptions,
  ErrorCode,
  Estimate,
  Event,
  EventKind,
  Expectation,
  Json,
  Known,
  Outcome,
  PolicyDocument,
  Reason,
  Report,
  Settled,
  Trigger,
  Unit,
  Why,
  Window,
} from "./engine/index.js";
export { onDiagnostic, type Diagnostic, type EngineRestarted, type SnapshotsStopped } from "./wasm/diagnostics.js";
export { Engine } from "./wasm/engine.js";
export { backend, init, type ModuleLike, type ResponseLike, type WasmModule, type WasmSource } from "./wasm/load.js";
