import type { Dimension, Reason, Unit, Decision, Window } from "@spendgate/wasm/engine";
import type { Subject } from "./attributes.js";
import { circuitResponse, budgetResponse } from "./response.js";
import { windowType, type WindowType } from "./window-type.js";

/** Marks our errors also where the package is loaded twice, as ESM and as CommonJS. */
const BRAND = Symbol.for("spendgate.error");

/** What every error of enforcement has. */
abstract class EnforcementError extends Error {
  abstract readonly code: string;
  readonly user: string | null;
  readonly tier: string | null;
  /** Why the call is refused, a word of the catalogue. */
  readonly reason: Reason;
  /** Whether the same call may pass soon, when calls in flight have settled. */
  readonly retryable: boolean;
  /** The engine's whole answer. */
  readonly decision: Decision;

  protected constructor(message: string, decision: Decision, subject: Subject) {
    super(message);
    this.user = subject.user ?? null;
    this.tier = subject.tier ?? null;
    this.reason = decision.reason;
    this.retryable = decision.retryable;
    this.decision = decision;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== "object" || value === null || !(BRAND in value)) return false;
    const wanted = (this as unknown as { code?: string }).code;
    return wanted === undefined || (value as { code?: unknown }).code === wanted;
  }
}

/** A budget refuses the call. It was not made, and nothing is held or charged for it. */
export class LLMBudgetExceededError extends EnforcementError {
  static readonly code = "llm_budget_exceeded";
  override readonly name = "LLMBudgetExceededError";
  readonly code = "llm_budget_exceeded";
  /** The HTTP status of `toResponse`; clients and frameworks do not try again after it. */
  readonly status = 402;
  /** The budget's id; null where no budget is named, as for an unknown price. */
  readonly budget: string | null;
  readonly scope: Dimension | null;
  readonly unit: Unit | null;
  /** Amounts as decimal text, USD for `usd` and whole pieces for other units. */
  readonly limit: string | null;
  readonly spent: string | null;
  readonly held: string | null;
  readonly estimate: string | null;
  readonly remaining: string | null;
  readonly window: Window | null;
  /** When the budget's window ends; null where it does not. */
  readonly resetsAt: Date | null;
  readonly action = "block";

  constructor(decision: Decision, subject: Subject) {
    super(budgetMessage(decision, subject), decision, subject);
    this.budget = decision.budget;
    this.scope = decision.scope;
    this.unit = decision.unit;
    this.limit = decision.limit;
    this.spent = decision.spent;
    this.held = decision.held;
    this.estimate = decision.estimate;
    this.remaining = decision.remaining;
    this.window = decision.window;
    this.resetsAt = decision.resets_at === null ? null : new Date(decision.resets_at);
  }

  /** The same as `user`. */
  get userId(): string | null {
    return this.user;
  }

  /** The limit as a number of USD, where the budget counts USD. */
  get limitUsd(): number | null {
    return this.unit === "usd" && this.limit !== null ? Number(this.limit) : null;
  }

  /** What is spent as a number of USD, where the budget counts USD. */
  get spendUsd(): number | null {
    return this.unit === "usd" && this.spent !== null ? Number(this.spent) : null;
  }

  get windowStart(): Date | null {
    return this.window === null ? null : new Date(this.window.start);
  }

  get windowType(): WindowType | null {
    return this.window === null ? null : windowType(this.window);
  }

  /**
   * A response for the one who asked: 402, a JSON body, `Retry-After` and `RateLimit` headers. It says nothing of what
   * others have used: figures are in it only where the budget is the user's own.
   */
  toResponse(): Response {
    return budgetResponse(this);
  }

  toJSON(): object {
    const { name, message, code, user, tier, budget, scope, unit, limit, spent, held, estimate, remaining, window, reason, retryable } = this;
    return { name, message, code, user, tier, budget, scope, unit, limit, spent, held, estimate, remaining, window, resetsAt: this.resetsAt, reason, retryable };
  }
}

/** A circuit breaker is open. The call was not made. */
export class LLMCircuitOpenError extends EnforcementError {
  static readonly code = "llm_circuit_open";
  override readonly name = "LLMCircuitOpenError";
  readonly code = "llm_circuit_open";
  readonly status = 503;

  constructor(decision: Decision, subject: Subject) {
    super(`the circuit for ${decision.requested_model ?? "this call"} is open`, decision, subject);
  }

  /** A response for the one who asked: 503 with a JSON body. */
  toResponse(): Response {
    return circuitResponse(this);
  }
}

/** A method that is not enforced was called on a wrapped client, and the gate is strict. */
export class SpendGateCoverageError extends Error {
  override readonly name = "SpendGateCoverageError";
  readonly code = "not_enforced";

  /** @param method the client's method, such as `batches.create` */
  constructor(readonly method: string) {
    super(`\`${method}\` is not enforced, and the gate is strict`);
  }
}

/** How deep causes are followed. */
const DEPTH = 16;

/** How many causes are followed at each depth: an error of several attempts has several. */
const WIDTH = 32;

/** The budget error that `error` is or was caused by, through the wrappings of clients and frameworks. */
export function budgetErrorOf(error: unknown): LLMBudgetExceededError | null {
  return caused(error, (at) => at instanceof LLMBudgetExceededError) as LLMBudgetExceededError | null;
}

/**
 * Whether a budget refused the call, however clients and frameworks have wrapped the error, and also where it was a gateway that
 * refused it, so that the error is the client's own.
 */
export function isBudgetError(error: unknown): boolean {
  return caused(error, (at) => at.code === "llm_budget_exceeded") !== null;
}

/** Whether an open circuit refused the call. */
export function isCircuitError(error: unknown): boolean {
  return caused(error, (at) => at.code === "llm_circuit_open") !== null;
}

function caused(error: unknown, isIt: (at: { code?: unknown }) => boolean): object | null {
  let level: unknown[] = [error];
  for (let left = DEPTH; left > 0 && level.length > 0; left--) {
    const below: unknown[] = [];
    for (const at of level) {
      if (typeof at !== "object" || at === null) continue;
      if (isIt(at)) return at;
      const { cause, error: inner, lastError, errors } = at as { [key: string]: unknown };
      below.push(cause, inner, lastError, ...(Array.isArray(errors) ? errors.slice(-WIDTH) : []));
    }
    level = below.slice(0, WIDTH);
  }
  return null;
}

function budgetMessage(decision: Decision, subject: Subject): string {
  const who = subject.user === undefined ? "the call" : `the call of user \`${subject.user}\``;
  if (decision.budget === null) return `${who} is refused: ${decision.reason}`;
  const unit = decision.unit === "usd" ? "USD" : (decision.unit ?? "");
  const until = decision.resets_at === null ? "" : `, until ${decision.resets_at}`;
  return `budget \`${decision.budget}\` refuses ${who} (${decision.reason}): limit ${decision.limit} ${unit}, spent ${decision.spent}, held ${decision.held}, estimate ${decision.estimate ?? "none"}${until}`;
}
