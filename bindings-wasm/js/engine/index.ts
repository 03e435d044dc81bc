export type { Backend, BackendKind } from "./backend.js";
export * from "./catalogue.js";
export { Engine, open, restore } from "./engine.js";
export { SpendgateError, type BindingErrorCode } from "./error.js";
export * as layout from "./layout.js";
export type { EngineOptions } from "./options.js";
export type * from "./values.js";
