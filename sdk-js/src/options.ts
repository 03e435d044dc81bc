import type { Amount, Event, Json, PolicyDocument } from "@spendgate/wasm/engine";
import type { Attributes } from "./attributes.js";
import type { Diagnostic } from "./diagnostics.js";

/** What a call is expected to use: USD, or tokens that are priced by the model. */
export interface EstimateFigures {
  usd?: Amount;
  tokens?: Amount;
  inputTokens?: Amount;
  outputTokens?: Amount;
}

/** What an estimate is asked about. */
export interface EstimateRequest {
  provider: string | undefined;
  model: string | undefined;
  /** The parameters of the call as the client takes them. */
  params: unknown;
}

/**
 * How a call's use is estimated before it is made:
 * `"auto"`: input by its length, output by what such calls have used; `"worst_case"`: as much output as the call or the
 * model allows; `"none"`: not at all, so the call that crosses a limit goes through; or a function.
 */
export type EstimateMode = "auto" | "worst_case" | "none" | ((request: EstimateRequest) => EstimateFigures | "auto" | "none");

/** Where a document comes from: itself, as an object; a path of a file; a URL. */
export type Source<T> = T | string | URL | { file: string } | RemoteSource;

export interface RemoteSource {
  url: string | URL;
  headers?: Record<string, string>;
  /** How often to look, in milliseconds; 60,000 unless given, and up to a tenth longer by chance. */
  intervalMs?: number;
}

/** An event of the engine, with the tags of the call that caused it, where one did. */
export interface GateEvent extends Event {
  tags?: Attributes["tags"];
}

/** A budget is over a step that warns, or spending has reached a percent of its limit. */
export type BudgetWarning = GateEvent;

export interface SpendGateOptions {
  /** The policy: a document, a path or URL of one. None: nothing is limited, everything is metered. */
  policy?: Source<PolicyDocument> | undefined;
  /** Prices over the built-in table, USD per million tokens: `{"model": {"input": "2.50", "output": "10"}}`. */
  prices?: Source<Readonly<Record<string, Json>>> | undefined;
  estimate?: EstimateMode | undefined;
  /** Counts the tokens of a text with a tokenizer of your own, in place of an estimate by length. */
  countTokens?: ((text: string, model: string | undefined) => number) | undefined;
  /** A stream whose delivered output would pass a budget is ended with the budget error. */
  cutStreams?: boolean | undefined;
  /** Methods of a client that are not enforced throw `SpendGateCoverageError` in place of a diagnostic. */
  strict?: boolean | undefined;
  /** False switches everything off: wrapped clients behave as if never wrapped. */
  enabled?: boolean | undefined;
  /** How long a call may take before its hold is charged, in milliseconds; 15 minutes unless given. */
  ttlMs?: number | undefined;
  onBudgetWarning?: ((warning: BudgetWarning) => unknown) | undefined;
  onEvent?: ((event: GateEvent) => unknown) | undefined;
  onDiagnostic?: ((diagnostic: Diagnostic) => unknown) | undefined;
  /** The time, epoch milliseconds. */
  now?: (() => number) | undefined;
}

const KNOWN = [
  "policy",
  "prices",
  "estimate",
  "countTokens",
  "cutStreams",
  "strict",
  "enabled",
  "ttlMs",
  "onBudgetWarning",
  "onEvent",
  "onDiagnostic",
  "now",
];

/** Refuses options that cannot be meant, by name. */
export function checkOptions(options: SpendGateOptions): void {
  if (typeof options !== "object" || options === null) throw new TypeError("options have to be an object");
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) throw new TypeError(`\`${unknown}\` is not an option; known are ${KNOWN.join(", ")}`);
  const { estimate = "auto", ttlMs } = options;
  if (typeof estimate !== "function" && !["auto", "worst_case", "none"].includes(estimate)) {
    throw new TypeError(`\`estimate\` is "auto", "worst_case", "none" or a function, not ${JSON.stringify(estimate)}`);
  }
  for (const name of ["countTokens", "onBudgetWarning", "onEvent", "onDiagnostic", "now"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") throw new TypeError(`\`${name}\` has to be a function`);
  }
  if (ttlMs !== undefined && !(Number.isInteger(ttlMs) && ttlMs > 0 && ttlMs <= 86_400_000)) {
    throw new TypeError("`ttlMs` is a whole number of milliseconds, from 1 to 24 hours");
  }
}
