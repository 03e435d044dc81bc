import type { Json, PolicyDocument } from "./values.js";

/** How an engine begins. Keys are the wire's; what is left out has the core's default. */
export interface EngineOptions {
  /** The time, epoch milliseconds: the policy is read as of then. */
  at_ms: number;
  /** The first policy, as an object or as its JSON text. None: everything is allowed. */
  policy?: PolicyDocument | string | null;
  /** Prices over the built-in table, USD per million tokens: `{"model": {"input": "2.50", "output": "10"}}`, or that as text. */
  prices?: Record<string, Json> | string | null;
  /** Seeds the hash of ids, 0 to 2^64 - 1. Random unless given; no answer depends on it. */
  hash_seed?: number | bigint | string;
  /** Subjects without counters share one counter per budget from this many counters on. */
  max_counters?: number;
  /** Rows of a report for each of user, tier, feature and model, at most. 0 unless given: no totals are kept. */
  report_rows?: number;
  /** Events kept until they are taken; then the oldest go. */
  max_events?: number;
}
