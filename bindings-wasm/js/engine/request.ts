import type { Backend } from "./backend.js";
import { Asked, HALF_BYTES } from "./layout.js";
import type { Actual, Amount, Call, Estimate, Report } from "./values.js";

/*
 * Each function writes the request and says whether it could: what is not plain is left to the command as JSON,
 * which the engine answers or refuses in its own words. A member that is not known is not plain either.
 */

const encoder = new TextEncoder();

// Places in the request, as indices of the views: see the table in the core's `packed::request`.
const NOW = 0;
const DURATION = 1;
const AMOUNTS = 2;
const RESERVATION = 6;
const FLAGS = 14;
export const EPOCH = 15;
const LENGTHS = 16;

/** Writes a call. */
export function writeCall(to: Backend, call: Call, atMs: number, ttlMs: number | null | undefined): boolean {
  if (typeof call !== "object" || call === null) return false;
  const { user, tier, org, feature, session, provider, model, estimate } = call;
  let left = members(call);
  let flags = 0;
  let at: number = Asked.TEXT;
  const bytes = to.bytes;
  const words = to.words;
  if (user !== undefined) {
    left--;
    if (user !== null) {
      const end = writeText(bytes, at, user);
      if (end < 0) return false;
      words[LENGTHS] = end - at;
      at = end;
      flags |= Asked.ATTRIBUTES;
    }
  }
  if (tier !== undefined) {
    left--;
    if (tier !== null) {
      const end = writeText(bytes, at, tier);
      if (end < 0) return false;
      words[LENGTHS + 1] = end - at;
      at = end;
      flags |= Asked.ATTRIBUTES << 1;
    }
  }
  if (model !== undefined || org !== undefined || feature !== undefined || session !== undefined || provider !== undefined) {
    const others = [org, feature, session, provider, model];
    for (let index = 0; index < others.length; index++) {
      const text = others[index];
      if (text === undefined) continue;
      left--;
      if (text === null) continue;
      const end = writeText(bytes, at, text);
      if (end < 0) return false;
      words[LENGTHS + 2 + index] = end - at;
      at = end;
      flags |= Asked.ATTRIBUTES << (2 + index);
    }
  }
  if (estimate !== undefined) {
    left--;
    if (estimate !== null) {
      const amounts = writeAmounts(to, estimate, 0);
      if (amounts < 0) return false;
      flags |= amounts;
    }
  }
  if (left !== 0) return false;
  return writeRest(to, flags, atMs, ttlMs);
}

/** Writes the end of the reservation with that number. */
export function writeEnd(
  to: Backend,
  reservation: number,
  actual: Actual | null | undefined,
  report: Report | null | undefined,
  atMs: number,
): boolean {
  if (!(reservation >= 0)) return false;
  let flags = 0;
  if (actual !== undefined && actual !== null) {
    if (actual.usage !== undefined && actual.usage !== null) return false;
    const amounts = writeAmounts(to, actual, actual.usage === null ? 1 : 0);
    if (amounts < 0) return false;
    flags |= amounts;
  }
  let latencyMs: number | null | undefined;
  if (report !== undefined && report !== null) {
    if (typeof report !== "object") return false;
    const ok = report.ok;
    latencyMs = report.latency_ms;
    let left = members(report);
    if (latencyMs !== undefined) left--;
    if (ok !== undefined) {
      left--;
      if (typeof ok === "boolean") flags |= Asked.OK_SAID | (ok ? Asked.OK : 0);
      else if (ok !== null) return false;
    }
    if (left !== 0) return false;
  }
  to.floats[RESERVATION] = reservation;
  return writeRest(to, flags, atMs, latencyMs);
}

function writeRest(to: Backend, flags: number, atMs: number, durationMs: number | null | undefined): boolean {
  if (typeof atMs !== "number") return false;
  const floats = to.floats;
  floats[NOW] = atMs;
  if (durationMs !== undefined && durationMs !== null) {
    if (typeof durationMs !== "number") return false;
    floats[DURATION] = durationMs;
    flags |= Asked.DURATION;
  }
  to.words[FLAGS] = flags;
  return true;
}

/** Writes amounts of which `known` other members may stand beside; gives their flags, or -1. */
function writeAmounts(to: Backend, amounts: Estimate, known: number): number {
  if (typeof amounts !== "object") return -1;
  const { usd, tokens, input_tokens, output_tokens } = amounts;
  let left = members(amounts) - known;
  let flags = 0;
  const floats = to.floats;
  if (usd !== undefined) {
    left--;
    if (usd !== null) {
      floats[AMOUNTS] = plainAmount(usd);
      flags |= Asked.AMOUNTS;
    }
  }
  if (tokens !== undefined) {
    left--;
    if (tokens !== null) {
      floats[AMOUNTS + 1] = plainAmount(tokens);
      flags |= Asked.AMOUNTS << 1;
    }
  }
  if (input_tokens !== undefined) {
    left--;
    if (input_tokens !== null) {
      floats[AMOUNTS + 2] = plainAmount(input_tokens);
      flags |= Asked.AMOUNTS << 2;
    }
  }
  if (output_tokens !== undefined) {
    left--;
    if (output_tokens !== null) {
      floats[AMOUNTS + 3] = plainAmount(output_tokens);
      flags |= Asked.AMOUNTS << 3;
    }
  }
  return left === 0 ? flags : -1;
}

/**
 * An amount as the number whose shortest decimal form is the same amount; NaN, which the engine leaves alone, where
 * there is none: up to 15 digits a decimal text and its nearest number stand for each other.
 */
function plainAmount(amount: Amount): number {
  if (typeof amount === "number") return amount;
  if (typeof amount === "string") return amount.length < 16 && /^\d+(\.\d{1,9})?$/.test(amount) ? Number(amount) : NaN;
  if (typeof amount === "bigint" && amount >= 0n && amount <= 0x1f_ffff_ffff_ffffn) return Number(amount);
  return NaN;
}

/** How many members that are not undefined an object has, inherited ones too, as `for … in` sees them. */
function members(object: object): number {
  let count = 0;
  for (const key in object) {
    if ((object as Record<string, unknown>)[key] !== undefined) count++;
  }
  return count;
}

/** Writes a text as UTF-8 from byte `at`; gives the byte after it, or -1 when there is no room or no UTF-8 for it. */
function writeText(bytes: Uint8Array, at: number, text: string): number {
  if (typeof text !== "string") return -1;
  const length = text.length;
  if (at + length > HALF_BYTES) return -1;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return writeWide(bytes, at, text);
    bytes[at + index] = code;
  }
  return at + length;
}

function writeWide(bytes: Uint8Array, at: number, text: string): number {
  if (!text.isWellFormed()) return -1;
  const { read, written } = encoder.encodeInto(text, bytes.subarray(at, HALF_BYTES));
  return read === text.length ? at + written : -1;
}
