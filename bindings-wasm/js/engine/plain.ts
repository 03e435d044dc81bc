import { PackedDecision } from "./decision.js";
import { SpendgateError } from "./error.js";
import { reservationNumber } from "./format.js";
import type { Call, Decision, Report } from "./values.js";

/** Hot members of a call, read by name so that getters and prototypes count too. */
const CALL_KEYS = ["user", "tier", "org", "feature", "session", "provider", "model", "estimate"] as const;

/** The number of a reservation; NaN when only the engine can say what it is. */
export function idOf(reservation: string | Decision): number {
  if (reservation instanceof PackedDecision) return PackedDecision.reservationNumber(reservation);
  return typeof reservation === "string" ? reservationNumber(reservation) : NaN;
}

/** A reservation as the command has it; what is none is the engine's to refuse. */
export function nameOf(reservation: string | Decision): unknown {
  if (typeof reservation !== "object" || reservation === null) return reservation ?? null;
  try {
    const named: unknown = reservation.reservation;
    return named === undefined ? reservation : named;
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** A call with its members as own ones, unknown ones with them. */
export function plainCall(call: Call): unknown {
  if (typeof call !== "object" || call === null || Array.isArray(call)) return call;
  try {
    const plain: Record<string, unknown> = { ...call };
    for (const key of CALL_KEYS) {
      const value = call[key];
      if (value !== undefined) plain[key] = value;
    }
    return plain;
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** A report's members. They stand beside the command's own, so what has none is refused here. */
export function plainReport(report: Report | null | undefined): Record<string, unknown> {
  if (report === undefined || report === null) return {};
  if (typeof report !== "object" || Array.isArray(report)) {
    throw new SpendgateError("invalid_call", "report: has to be an object", "report");
  }
  try {
    const { ok, latency_ms, ...others } = report;
    for (const key of Object.keys(others)) {
      throw new SpendgateError("invalid_call", `${key}: \`${key}\` is not a key of a report`, key);
    }
    return { ok, latency_ms };
  } catch (cause) {
    throw cause instanceof SpendgateError ? cause : unreadable(cause);
  }
}

/** The refusal of an object whose getter, or proxy, throws. */
export function unreadable(cause: unknown): SpendgateError {
  return new SpendgateError("invalid_call", "a member cannot be read", "", { cause });
}
