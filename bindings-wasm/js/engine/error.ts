import type { ErrorCode } from "./catalogue.js";

/**
 * Codes of the bindings themselves, beside the engine's:
 * `engine_closed` (used after `close`, or never opened), `internal` (the engine failed; its counters live on),
 * `unavailable` (no compiled engine could be loaded).
 */
export type BindingErrorCode = "engine_closed" | "internal" | "unavailable";

/** A refusal, with a stable code and, where it is about a field, its path. */
export class SpendgateError extends Error {
  override readonly name = "SpendgateError";

  constructor(
    readonly code: ErrorCode | BindingErrorCode,
    message: string,
    readonly path: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The wire's form of a refusal. */
export interface WireError {
  error: ErrorCode | BindingErrorCode;
  message?: string;
  path?: string;
}

/** Throws what an answer says of a refusal. */
export function refuse(error: WireError): never {
  throw new SpendgateError(error.error, error.message ?? error.error, error.path ?? null);
}

/** Whether an answer is a refusal. */
export function isWireError(answer: unknown): answer is WireError {
  return typeof answer === "object" && answer !== null && typeof (answer as { error?: unknown }).error === "string";
}
