// Generated from the core by `make generate`; do not edit.

/** What to do with a call. */
export const ACTIONS = [
  "allow",
  "dry_run",
  "warn",
  "downgrade",
  "block",
] as const;
export type Action = (typeof ACTIONS)[number];

/** Why a call is answered as it is. */
export const REASONS = [
  "no_budget",
  "within_limit",
  "limit_reached",
  "would_exceed",
  "in_flight",
  "circuit_open",
  "unpriced",
  "missing_user",
  "unavailable",
] as const;
export type Reason = (typeof REASONS)[number];

/** What a budget counts. */
export const UNITS = [
  "usd",
  "tokens",
  "input_tokens",
  "output_tokens",
  "requests",
] as const;
export type Unit = (typeof UNITS)[number];

/** What a scope names: an attribute of the call, or everything. */
export const DIMENSIONS = [
  "user",
  "tier",
  "org",
  "feature",
  "session",
  "provider",
  "model",
  "global",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What the end of a reservation did. */
export const OUTCOMES = [
  "settled",
  "replayed",
  "settled_late",
  "released",
  "released_late",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The kind of an event. */
export const EVENT_KINDS = [
  "blocked",
  "warned",
  "dry_run",
  "downgraded",
  "threshold",
  "overage",
  "expired",
  "late_settle",
  "unpriced",
  "late_release",
  "bad_usage",
  "breaker_opened",
  "breaker_half_open",
  "breaker_closed",
  "policy_changed",
  "policy_rejected",
  "overflow",
  "window_changed",
  "settle_conflict",
  "clock_corrected",
  "degraded",
  "adjusted",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** The stable code of a refusal by the engine. */
export const ERROR_CODES = [
  "invalid_policy",
  "stale_policy",
  "invalid_id",
  "invalid_call",
  "invalid_amount",
  "invalid_time",
  "already_settled",
  "already_released",
  "unknown_reservation",
  "unknown_breaker",
  "unknown_budget",
  "invalid_snapshot",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why a budget applies to a call, or does not. */
export const WHY = [
  "user_override",
  "tier_template",
  "every_user",
  "exact",
  "any",
  "global",
  "disabled",
  "match",
  "overridden",
  "missing_user",
] as const;
export type Why = (typeof WHY)[number];

/** A command of the engine. */
export const COMMANDS = [
  "reserve",
  "preview",
  "settle",
  "release",
  "record",
  "set_policy",
  "usage",
  "explain",
  "window",
  "cost",
  "breaker",
  "events",
  "adjust",
  "expire",
  "snapshot",
  "store",
  "estimate",
  "report",
  "metrics",
] as const;
export type Command = (typeof COMMANDS)[number];
