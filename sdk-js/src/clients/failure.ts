import type { Report } from "@spendgate/wasm/engine";
import type { Ticket } from "../ticket.js";

/** How a call that failed ends: given back, or charged for what may have been done. */
export interface Ending {
  release: boolean;
  report: Report;
}

/** Codes of connections that never reached anybody. */
const UNREACHED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT", "ConnectionRefused"]);

const DEPTH = 8;

/**
 * What became of a call by the error it ended with: refused (4xx, among them 429) or never connected, and nothing is
 * charged; else the provider may have worked. 429 and refused connections are failures of the provider for its breakers, other
 * refusals are not.
 */
export function endingOf(error: unknown): Ending {
  for (let left = DEPTH, at: unknown = error; left > 0 && typeof at === "object" && at !== null; left--) {
    const { status, statusCode, code, name, cause } = at as { [key: string]: unknown };
    const answered = typeof status === "number" ? status : statusCode;
    if (typeof answered === "number" && answered >= 400) {
      if (answered >= 500) return { release: false, report: { ok: false } };
      return { release: true, report: answered === 429 ? { ok: false } : {} };
    }
    if (typeof code === "string" && UNREACHED.has(code)) return { release: true, report: { ok: false } };
    if (name === "AbortError" || name === "APIUserAbortError") return { release: false, report: {} };
    at = cause;
  }
  return { release: false, report: { ok: false } };
}

/** Ends the call that failed with `error`, if nothing has ended it before. */
export function failed(ticket: Ticket | undefined, error: unknown): void {
  if (ticket === undefined || !ticket.isOpen) return;
  const { release, report } = endingOf(error);
  if (release) ticket.release(report);
  else ticket.settleDelivered(report);
}
