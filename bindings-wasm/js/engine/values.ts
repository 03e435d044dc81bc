import type { Action, Outcome, Reason, Unit, Dimension, EventKind, Why } from "./catalogue.js";

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A policy document: see the JSON Schema `policy.schema.json`. */
export type PolicyDocument = { readonly [key: string]: Json | undefined };

/**
 * An amount: decimal text (`"0.05"`), a number (read by its shortest decimal form; at most 2^53) or a bigint. USD for
 * `usd`, whole tokens for the others.
 */
export type Amount = string | number | bigint;

/** What a call is expected to use; what is left out is not estimated. */
export interface Estimate {
  usd?: Amount | null | undefined;
  tokens?: Amount | null | undefined;
  input_tokens?: Amount | null | undefined;
  output_tokens?: Amount | null | undefined;
}

/** One attempt to reach a provider. Ids are 1 to 256 bytes of UTF-8. */
export interface Call {
  user?: string | null | undefined;
  tier?: string | null | undefined;
  org?: string | null | undefined;
  feature?: string | null | undefined;
  session?: string | null | undefined;
  provider?: string | null | undefined;
  model?: string | null | undefined;
  estimate?: Estimate | null | undefined;
}

/** What a call really used; `usage` is a provider's own usage object. */
export interface Actual extends Estimate {
  usage?: object | null | undefined;
}

/** A count: whole, at least 0. */
export type Count = number | string | bigint;

/** What is known of a request before it is sent, or while its answer streams. */
export interface Known {
  model?: string | null | undefined;
  provider?: string | null | undefined;
  feature?: string | null | undefined;
  /** What such calls usually give (`auto`, unless said), or the most that can come. */
  mode?: "auto" | "worst_case" | null | undefined;
  /** Tokens sent, where they were counted; they beat bytes and images. */
  input_tokens?: Count | null | undefined;
  /** Bytes of UTF-8 of all the text sent. */
  input_bytes?: Count | null | undefined;
  /** Images and other parts that are no text. */
  images?: Count | null | undefined;
  /** The most output tokens that are asked for, a choice. */
  max_output_tokens?: Count | null | undefined;
  /** Choices asked for; 1 unless said. */
  n?: Count | null | undefined;
  /** Tokens delivered so far: then these are the output. */
  output_tokens?: Count | null | undefined;
  /** Bytes of text delivered so far, where its tokens are not known. */
  output_bytes?: Count | null | undefined;
}

/** Tokens of a request, as far as can be told. */
export interface Expectation {
  input_tokens: string;
  output_tokens: string;
}

/** How a call ended, for the circuit breakers. */
export interface Report {
  ok?: boolean | null | undefined;
  /** Milliseconds, at least 0. */
  latency_ms?: number | null | undefined;
}

/** A window, RFC 3339 times in UTC; the end does not belong to it. */
export interface Window {
  start: string;
  end: string;
}

/** A budget with a step over, and what that step does. */
export interface Trigger {
  budget: string;
  action: Action;
}

/** The answer to a reserve or preview. Amounts are canonical decimal text, times RFC 3339 in UTC. */
export interface Decision {
  readonly allowed: boolean;
  readonly action: Action;
  readonly reason: Reason;
  readonly retryable: boolean;
  /** The model to call: the cheaper sibling after a downgrade. */
  readonly model: string | null;
  readonly requested_model: string | null;
  /** The hold to settle or release; null when none was taken. */
  readonly reservation: string | null;
  readonly policy_version: number;
  readonly degraded: boolean;
  readonly triggered: readonly Trigger[];
  /** The budget that the answer names; with it the figures below, else all null. */
  readonly budget: string | null;
  readonly scope: Dimension | null;
  readonly subject: string | null;
  readonly unit: Unit | null;
  readonly limit: string | null;
  readonly spent: string | null;
  readonly held: string | null;
  readonly estimate: string | null;
  readonly remaining: string | null;
  readonly window: Window | null;
  readonly resets_at: string | null;
}

/** The answer to a settle. */
export interface Settled {
  readonly outcome: Outcome;
  /** What was charged in USD, where it is known. */
  readonly usd: string | null;
  /** By how much USD the call cost more than it held. */
  readonly overage?: string | null;
}

/** One counter of a `usage` answer. */
export interface Counter {
  budget: string;
  unit: Unit;
  spent: string;
  held: string;
  limit: string;
  remaining: string;
  window: Window;
}

/** Whether a budget applies to a call, and why. */
export interface Candidate {
  budget: string;
  applies: boolean;
  why: Why;
}

/** What was used in all. Amounts are canonical decimal text. */
export interface UsageTotal {
  /** Calls that were charged, and calls that were refused. */
  calls: number;
  blocked: number;
  spent_usd: string;
  /** What was spent by the calls, rounded up; null without calls. */
  average_usd: string | null;
  input_tokens: string;
  output_tokens: string;
  /** The highest share of its limit that a budget about just this shows as spent, rounded down to a tenth. */
  share_percent: string | null;
}

/** What was used for one value; null for calls that lack it, and for values beyond `report_rows`. */
export interface UsageRow extends UsageTotal {
  value: string | null;
}

/** What was used since the first command; rows come by what was spent, the most first. */
export interface UsageReport {
  since: string | null;
  total: UsageTotal;
  user: UsageRow[];
  tier: UsageRow[];
  feature: UsageRow[];
  /** By the model that was called. */
  model: UsageRow[];
}

/** What happened; what does not belong to the kind is null. */
export interface Event {
  kind: EventKind;
  at: string;
  user: string | null;
  tier: string | null;
  feature: string | null;
  model: string | null;
  requested_model: string | null;
  budget: string | null;
  unit: Unit | null;
  spent: string | null;
  limit: string | null;
  window: Window | null;
  percent: number | null;
  action: Action | null;
  reason: string | null;
  amount: string | null;
  breaker: string | null;
  subject: string | null;
}
