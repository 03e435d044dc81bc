import type { ErrorCode } from "./catalogue.js";

/**
 * Codes of the bindings themselves, beside the engine's:
 * `engine_closed` (used after `close`, or never opened), `internal` (the engine failed; its counters live on),
 * `unavailable` (no compiled engine could be loaded).
 */
export type BindingErrorCode = "engine_closed" | "internal" | "unavailable";

/** Marks our errors also where the package is loaded twice, as an ES module and as CommonJS. */
const BRAND = Symbol.for("spendgate.SpendgateError");

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
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && BRAND in value;
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
