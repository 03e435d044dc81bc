import type { Backend } from "./backend.js";
import { encode } from "./encode.js";
import { Asked } from "./layout.js";
import type { Seen } from "./seen.js";
import type { Actual, Amount, Call, Estimate, Known, Report } from "./values.js";

// Places in the request, as indices of the views: see the table in the core's `packed::request`.
const NOW = 0;
const DURATION = 1;
const AMOUNTS = 2;
const RESERVATION = 6;
const FLAGS = 14;
const EPOCH = 15;
const LENGTHS = 16;
const USAGE_LENGTH = 23;
const USER = 12;

const encoder = new TextEncoder();
const requests = new WeakMap<Backend, Request>();

/**
 * Writes requests into the block of a backend.
 *
 * Each method says whether it could: what is not plain is left to the command as JSON, which the engine answers or
 * refuses in its own words. A member that is not known is not plain either. All members are read before the first is
 * written, for a getter may ask the same engine something.
 */
export class Request {
  readonly #backend: Backend;
  #bytes: Uint8Array;
  /** What stands in the room of each attribute, null where that is not known: most calls have tier, feature and model of the one before. */
  readonly #texts: (string | null)[] = new Array<null>(7).fill(null);
  /** The flags of the call written last. */
  #said = 0;
  /** The user of the call written last, who may stand there as a handle. */
  #user: string | null = null;

  /** The one writer of a backend's block. */
  static of(backend: Backend): Request {
    let request = requests.get(backend);
    if (request === undefined) requests.set(backend, (request = new Request(backend)));
    return request;
  }

  private constructor(backend: Backend) {
    this.#backend = backend;
    this.#bytes = backend.bytes;
  }

  /** The epoch of the names that the host has. */
  set epoch(epoch: number) {
    this.#backend.words[EPOCH] = epoch;
  }

  /** An attribute of the call written last, by its place among the dimensions; null when it names none. */
  said(index: number): string | null {
    if (index === 0) return this.#user;
    return (this.#said & (Asked.ATTRIBUTES << index)) === 0 ? null : (this.#texts[index] as string | null);
  }

  /** Writes a call; a user who is among those that were `seen` as a handle. */
  call(call: Call, atMs: number, ttlMs: number | null | undefined, seen: Seen): boolean {
    if (typeof call !== "object" || call === null) return false;
    const { user, tier, org, feature, session, provider, model, estimate } = call;
    let left = members(call);
    if (left === 0 && Array.isArray(call)) return false;
    let flags = 0;
    if (estimate !== undefined) {
      left--;
      if (estimate !== null) {
        flags = this.#amounts(estimate);
        if (flags < 0) return false;
      }
    }
    // All is read: from here on no getter of the caller's runs, which might use this very block.
    if (this.#bytes !== this.#backend.bytes) this.#forget();
    this.#user = null;
    if (user !== undefined) {
      left--;
      if (user !== null) {
        const handle = seen.get(user);
        if (handle !== undefined) {
          this.#backend.floats[USER] = handle;
          flags |= Asked.SEEN;
        } else {
          if (!this.#text(0, user)) return false;
          flags |= Asked.ATTRIBUTES;
        }
        this.#user = user;
      }
    }
    if (tier !== undefined) {
      left--;
      if (tier !== null) {
        if (!this.#text(1, tier)) return false;
        flags |= Asked.ATTRIBUTES << 1;
      }
    }
    if (org !== undefined) {
      left--;
      if (org !== null) {
        if (!this.#text(2, org)) return false;
        flags |= Asked.ATTRIBUTES << 2;
      }
    }
    if (feature !== undefined) {
      left--;
      if (feature !== null) {
        if (!this.#text(3, feature)) return false;
        flags |= Asked.ATTRIBUTES << 3;
      }
    }
    if (session !== undefined) {
      left--;
      if (session !== null) {
        if (!this.#text(4, session)) return false;
        flags |= Asked.ATTRIBUTES << 4;
      }
    }
    if (provider !== undefined) {
      left--;
      if (provider !== null) {
        if (!this.#text(5, provider)) return false;
        flags |= Asked.ATTRIBUTES << 5;
      }
    }
    if (model !== undefined) {
      left--;
      if (model !== null) {
        if (!this.#text(6, model)) return false;
        flags |= Asked.ATTRIBUTES << 6;
      }
    }
    this.#said = flags;
    return left === 0 && this.#rest(flags, atMs, ttlMs);
  }

  /** Names the user of the call written last, who stands there as a handle that leads nowhere. */
  name(): void {
    if (this.#bytes !== this.#backend.bytes) this.#forget();
    this.#text(0, this.#user as string);
    const words = this.#backend.words;
    words[FLAGS] = ((words[FLAGS] as number) & ~Asked.SEEN) | Asked.ATTRIBUTES;
  }

  /** The bytes of the user's name in the call written last; none where a handle says who it is. */
  get named(): Uint8Array | null {
    if ((this.#said & Asked.ATTRIBUTES) === 0) return null;
    // The views of now: the command may have moved them.
    const { bytes, words } = this.#backend;
    return bytes.subarray(Asked.TEXT, Asked.TEXT + (words[LENGTHS] as number));
  }

  /** Writes the end of the reservation with that number. */
  end(
    reservation: number,
    actual: Actual | null | undefined,
    report: Report | null | undefined,
    atMs: number,
  ): boolean {
    if (!(reservation >= 0)) return false;
    let flags = 0;
    let latencyMs: number | null | undefined;
    if (report !== undefined && report !== null) {
      if (typeof report !== "object") return false;
      const ok = report.ok;
      latencyMs = report.latency_ms;
      let left = members(report);
      if (left === 0 && Array.isArray(report)) return false;
      if (latencyMs !== undefined) left--;
      if (ok !== undefined) {
        left--;
        if (typeof ok === "boolean") flags |= ok ? Asked.OK_SAID | Asked.OK : Asked.OK_SAID;
        else if (ok !== null) return false;
      }
      if (left !== 0) return false;
    }
    // Read last: what it writes stays, since no getter of the caller's runs after it.
    if (actual !== undefined && actual !== null) {
      const said = this.#actual(actual);
      if (said < 0) return false;
      flags |= said;
    }
    this.#backend.floats[RESERVATION] = reservation;
    return this.#rest(flags, atMs, latencyMs);
  }

  /** Writes what is known of a request. */
  known(known: Known, atMs: number): boolean {
    if (typeof known !== "object" || known === null) return false;
    const { model, provider, feature, mode, input_bytes, images, max_output_tokens, n } = known;
    let left = members(known);
    if (left === 0 && Array.isArray(known)) return false;
    if (this.#bytes !== this.#backend.bytes) this.#forget();
    let flags = 0;
    if (mode !== undefined) {
      left--;
      if (mode === "worst_case") flags = Asked.OK;
      else if (mode !== "auto") return false;
    }
    if (feature !== undefined) left--;
    if (provider !== undefined) left--;
    if (model !== undefined) left--;
    if (feature !== undefined && feature !== null) {
      if (!this.#text(3, feature)) return false;
      flags |= Asked.ATTRIBUTES << 3;
    }
    if (provider !== undefined && provider !== null) {
      if (!this.#text(5, provider)) return false;
      flags |= Asked.ATTRIBUTES << 5;
    }
    if (model !== undefined && model !== null) {
      if (!this.#text(6, model)) return false;
      flags |= Asked.ATTRIBUTES << 6;
    }
    const counts = [input_bytes, images, max_output_tokens, n];
    for (let index = 0; index < 4; index++) {
      const count = counts[index];
      if (count === undefined) continue;
      left--;
      if (typeof count !== "number") return false;
      this.#backend.floats[AMOUNTS + index] = count;
      flags |= Asked.AMOUNTS << index;
    }
    return left === 0 && this.#rest(flags, atMs, undefined);
  }

  /** Writes what was used; gives its flags, or -1. */
  #actual(actual: Actual): number {
    if (typeof actual !== "object") return -1;
    const { usage } = actual;
    if (usage === undefined || usage === null) return this.#amounts(actual);
    if (members(actual) !== 1) return -1;
    let text: string;
    try {
      text = encode(usage);
    } catch {
      // The command as JSON says what is wrong with it, and where.
      return -1;
    }
    if (text.length > Asked.USAGE_ROOM) return -1;
    const bytes = this.#backend.bytes;
    const { read, written } = encoder.encodeInto(text, bytes.subarray(Asked.USAGE_TEXT, Asked.USAGE_TEXT + Asked.USAGE_ROOM));
    if (read !== text.length) return -1;
    this.#backend.words[USAGE_LENGTH] = written;
    return Asked.USAGE;
  }

  #rest(flags: number, atMs: number, durationMs: number | null | undefined): boolean {
    if (typeof atMs !== "number") return false;
    const floats = this.#backend.floats;
    floats[NOW] = atMs;
    if (durationMs !== undefined && durationMs !== null) {
      if (typeof durationMs !== "number") return false;
      floats[DURATION] = durationMs;
      flags |= Asked.DURATION;
    }
    this.#backend.words[FLAGS] = flags;
    return true;
  }

  /** Writes amounts; gives their flags, or -1. */
  #amounts(amounts: Estimate): number {
    if (typeof amounts !== "object") return -1;
    const { usd, tokens, input_tokens, output_tokens } = amounts;
    let left = members(amounts);
    if (left === 0 && Array.isArray(amounts)) return -1;
    // Asked for when all is read: a getter may have run a command that replaced the views.
    const floats = this.#backend.floats;
    let flags = 0;
    if (usd !== undefined) {
      left--;
      if (usd !== null) {
        floats[AMOUNTS] = plainAmount(usd);
        flags = Asked.AMOUNTS;
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

  /** Writes an attribute as UTF-8; false when there is no room or no UTF-8 for it. */
  #text(index: number, text: string): boolean {
    if (text === this.#texts[index]) return true;
    if (typeof text !== "string") return false;
    const length = text.length;
    if (length > Asked.ROOM) return false;
    const bytes = this.#bytes;
    const at = Asked.TEXT + Asked.ROOM * index;
    let written = length;
    let seen = 0;
    for (let place = 0; place < length; place++) {
      const code = text.charCodeAt(place);
      bytes[at + place] = code;
      seen |= code;
    }
    if (seen > 0x7f) {
      this.#texts[index] = null;
      if (!text.isWellFormed()) return false;
      const wide = encoder.encodeInto(text, bytes.subarray(at, at + Asked.ROOM));
      if (wide.read !== length) return false;
      written = wide.written;
    }
    this.#texts[index] = text;
    this.#backend.words[LENGTHS + index] = written;
    return true;
  }

  #forget(): void {
    this.#bytes = this.#backend.bytes;
    this.#texts.fill(null);
  }
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
