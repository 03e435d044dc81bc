// Generated from the core by `make generate`; do not edit.
// What stands where in a block, and the codes: `spendgate_core::packed` has the tables.

export const Answer = {
  ALLOWED: 1,
  CHARGED: 1,
  DEGRADED: 8,
  DOWNGRADED: 4,
  ESTIMATE: 32,
  FIGURES: 16,
  RESERVATION: 128,
  RESETS: 64,
  RETRYABLE: 2,
  TRIGGERED: 28,
  WAITING: 24,
} as const;
export const Asked = {
  AMOUNTS: 256,
  ATTRIBUTES: 1,
  DURATION: 4096,
  OK: 16384,
  OK_SAID: 8192,
  ROOM: 256,
  SEEN: 32768,
  TEXT: 128,
  USAGE: 65536,
  USAGE_ROOM: 2176,
  USAGE_TEXT: 1920,
} as const;
export const BLOCK_BYTES = 8192;
export const HALF_BYTES = 4096;
export const Op = {
  estimate: 4,
  preview: 1,
  release: 3,
  reserve: 0,
  settle: 2,
  waiting: 5,
} as const;
export const Status = {
  Done: 0,
  Json: 2,
  Names: 1,
  Text: 3,
  Who: 4,
} as const;
