import type { Backend, BackendKind } from "./backend.js";
import { DIMENSIONS, type Outcome } from "./catalogue.js";
import { named, PackedDecision, type Names } from "./decision.js";
import { encode } from "./encode.js";
import { isWireError, refuse, SpendgateError } from "./error.js";
import { Answer, HALF_BYTES, Op, Status } from "./layout.js";
import type { EngineOptions } from "./options.js";
import { idOf, nameOf, plainCall, plainReport, unreadable } from "./plain.js";
import { Request } from "./request.js";
import { NOBODY, Seen } from "./seen.js";
import { outcome, PackedSettled } from "./settled.js";
import type {
  Actual,
  Amount,
  Call,
  Candidate,
  Counter,
  Decision,
  Event,
  Expectation,
  Json,
  Known,
  PolicyDocument,
  Report,
  Settled,
  UsageReport,
  Window,
} from "./values.js";

/** Where the answer to a reserve has the handle of its user: see the table in the core's `packed::answer`. */
const ANSWERED_USER = HALF_BYTES / 8 + 13;
const EXPECTED = HALF_BYTES / 8 + 2;
const WAITING = HALF_BYTES / 4 + Answer.WAITING;
const USER = DIMENSIONS.indexOf("user");

interface Open {
  backend: Backend;
  handle: number;
}

/** Closes engines that nobody holds any more. Workers of older compatibility dates have no such registry, and seldom more than one engine. */
const abandoned =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry<Open>(({ backend, handle }) => backend.close(handle)) : null;

/**
 * One engine: a policy in force, its counters, its reservations, its breakers.
 *
 * Every command has the wire's name and takes the time as epoch milliseconds; it answers or throws a
 * `SpendgateError` with the wire's code and path. Nothing here decides: it writes down what is asked and reads what
 * the compiled engine says.
 */
export class Engine {
  readonly #backend: Backend;
  readonly #request: Request;
  #handle: number;
  #names: Names = { epoch: 0, budgets: [] };
  #lives: number | undefined;
  readonly #seen = new Seen();
  /** Events that waited after the last command; undefined where its answer did not say. */
  #waiting: number | undefined;

  /** @param handle an engine of the backend that is open; this object becomes a holder of it */
  protected constructor(backend: Backend, handle: number) {
    this.#backend = backend;
    this.#request = Request.of(backend);
    this.#handle = handle;
    abandoned?.register(this, { backend, handle }, this);
    try {
      this.#fetchNames();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Which compiled engine answers. */
  get backend(): BackendKind {
    return this.#backend.kind;
  }

  /** The number under which other threads can hold the same engine; see `attach` where a backend has threads. */
  get handle(): number {
    return this.#open();
  }

  /** Asks whether the call may be made, and holds its estimate for `ttlMs` (the core's default unless given). */
  reserve(call: Call, atMs: number, ttlMs?: number | null): Decision {
    return this.#decide(Op.reserve, "reserve", call, atMs, ttlMs);
  }

  /**
   * As `reserve`, and holds nothing. With `without` it judges as if the hold of that reservation were off its counters:
   * a call that is running asks whether what it has used so far still fits.
   */
  preview(call: Call, atMs: number, without?: string | Decision | null): Decision {
    if (without !== undefined && without !== null) {
      return this.#command({ preview: plainCall(call), without: nameOf(without), at_ms: atMs }) as Decision;
    }
    return this.#decide(Op.preview, "preview", call, atMs, undefined);
  }

  /** Ends a reservation with what the call used. */
  settle(reservation: string | Decision, actual: Actual | null | undefined, atMs: number, report?: Report | null): Settled {
    const handle = this.#open();
    const backend = this.#backend;
    if (this.#isPlainEnd(reservation, actual, report, atMs)) {
      const status = backend.run(handle, Op.settle);
      if (status === Status.Done) {
        this.#told();
        return new PackedSettled(backend);
      }
      if (status === Status.Text) return this.#text() as Settled;
    }
    return this.#command({ ...plainReport(report), settle: nameOf(reservation), actual, at_ms: atMs }) as Settled;
  }

  /** Ends a reservation of a call that never reached its provider, or for which nothing is charged. */
  release(reservation: string | Decision, atMs: number, report?: Report | null): { outcome: Outcome } {
    const handle = this.#open();
    const backend = this.#backend;
    if (this.#isPlainEnd(reservation, undefined, report, atMs)) {
      const status = backend.run(handle, Op.release);
      if (status === Status.Done) {
        this.#told();
        return { outcome: outcome(backend) };
      }
      if (status === Status.Text) return this.#text() as { outcome: Outcome };
    }
    return this.#command({ ...plainReport(report), release: nameOf(reservation), at_ms: atMs }) as { outcome: Outcome };
  }

  /** Charges a call that was made without a reservation. */
  record(call: Call, actual: Actual, atMs: number): { outcome: "recorded"; usd: string | null } {
    return this.#command({ record: plainCall(call), actual, at_ms: atMs }) as { outcome: "recorded"; usd: string | null };
  }

  /**
   * Puts a policy in force, as an object or as its JSON text; counters stay. `prices` takes the place of the price list over
   * the built-in table, null of it takes it away; unless given it stays. Both are accepted, or neither is.
   */
  set_policy(document: PolicyDocument | string, atMs: number, prices?: Record<string, Json> | string | null): { outcome: "accepted" } {
    return this.#command({ set_policy: document, prices, at_ms: atMs }) as { outcome: "accepted" };
  }

  /** The counters that such a call touches, in policy order. */
  usage(call: Call, atMs: number): { counters: Counter[] } {
    return this.#command({ usage: plainCall(call), at_ms: atMs }) as { counters: Counter[] };
  }

  /** Each budget of the policy, whether it applies to such a call and why. */
  explain(call: Call, atMs: number): { candidates: Candidate[] } {
    return this.#command({ explain: plainCall(call), at_ms: atMs }) as { candidates: Candidate[] };
  }

  /** The window of a definition, as policies have it, that is open now. */
  window(definition: Json, atMs: number): Window {
    return this.#command({ window: definition, at_ms: atMs }) as Window;
  }

  /** What a provider's usage costs. */
  cost(of: { model: string; usage: object; provider?: string; at?: string }, atMs: number): { usd: string | null } {
    return this.#command({ cost: of, at_ms: atMs }) as { usd: string | null };
  }

  /** How many tokens a request will use, from what is known of it and what such calls were answered with. */
  estimate(known: Known, atMs: number): Expectation {
    const handle = this.#open();
    const backend = this.#backend;
    let isPlain: boolean;
    try {
      isPlain = this.#request.known(known, atMs);
    } catch (cause) {
      throw unreadable(cause);
    }
    if (isPlain) {
      const status = backend.run(handle, Op.estimate);
      if (status === Status.Done) {
        this.#told();
        const [input, output] = [backend.floats[EXPECTED] as number, backend.floats[EXPECTED + 1] as number];
        return { input_tokens: String(input), output_tokens: String(output) };
      }
      if (status === Status.Text) return this.#text() as Expectation;
    }
    return this.#command({ estimate: known, at_ms: atMs }) as Expectation;
  }

  /** How many events wait to be taken: cheap to ask, where there mostly are none. */
  get waiting(): number {
    const handle = this.#open();
    if (this.#waiting === undefined && this.#backend.run(handle, Op.waiting) === Status.Done) this.#told();
    return this.#waiting ?? 0;
  }

  /** Opens or closes a circuit breaker by hand. */
  breaker(
    what: { open?: string; close?: string; subject?: string; reason?: string },
    atMs: number,
  ): { state: "open" | "closed" } {
    return this.#command({ breaker: what, at_ms: atMs }) as { state: "open" | "closed" };
  }

  /** The events since they were last taken, in order. */
  events(atMs: number): Event[] {
    return this.#command({ events: true, at_ms: atMs }) as Event[];
  }

  /** Changes what is spent on one counter: `by` carries a `-` to take away. */
  adjust(
    counter: Call & { budget: string },
    by: Amount,
    atMs: number,
    why?: string | null,
  ): { outcome: "adjusted"; spent: string } {
    return this.#command({ adjust: counter, by, why, at_ms: atMs }) as { outcome: "adjusted"; spent: string };
  }

  /** Charges holds whose time is over; every command does so too. */
  expire(atMs: number): { expired: number } {
    return this.#command({ expire: true, at_ms: atMs }) as { expired: number };
  }

  /** What was used since the beginning, by user, tier, feature and model; nothing unless `report_rows` was given. */
  report(atMs: number): UsageReport {
    return this.#command({ report: true, at_ms: atMs }) as UsageReport;
  }

  /** The state as text for Prometheus; nothing in it is about single users. */
  metrics(atMs: number): string {
    return (this.#command({ metrics: true, at_ms: atMs }) as { text: string }).text;
  }

  /** Says whether the store behind the counters can be reached. */
  store(state: "up" | "down", atMs: number): { outcome: "available" | "unavailable" } {
    return this.#command({ store: state, at_ms: atMs }) as { outcome: "available" | "unavailable" };
  }

  /** The whole state as bytes; `restore` of the package makes an engine of them. The policy is not in it. */
  snapshot(): Uint8Array {
    return this.#backend.snapshot(this.#open());
  }

  /** One command as a step of a conformance vector; throws what is refused. */
  command(step: { readonly at_ms: number; readonly [key: string]: unknown }): unknown {
    this.#open();
    return this.#command(step);
  }

  /** One command as JSON text and its answer as JSON text, a refusal as the wire's error object. */
  command_text(step: string): string {
    const handle = this.#open();
    if (typeof step !== "string" || !step.isWellFormed()) {
      throw new SpendgateError("invalid_call", "a command has to be well-formed text", "");
    }
    this.#waiting = undefined;
    return this.#backend.command(handle, step);
  }

  /** Lets go of the engine. The last holder ends it; after that every command throws `engine_closed`. */
  close(): void {
    if (this.#handle === 0) return;
    abandoned?.unregister(this);
    this.#backend.close(this.#handle);
    this.#handle = 0;
  }

  #open(): number {
    if (this.#handle === 0) throw new SpendgateError("engine_closed", "the engine is closed");
    return this.#handle;
  }

  #decide(op: number, command: "reserve" | "preview", call: Call, atMs: number, ttlMs: number | null | undefined): Decision {
    const handle = this.#open();
    const backend = this.#backend;
    const request = this.#request;
    if (this.#lives !== backend.lives) this.#fetchNames();
    const seen = op === Op.reserve ? this.#seen : NOBODY;
    for (;;) {
      let isPlain: boolean;
      try {
        isPlain = request.call(call, atMs, ttlMs, seen);
      } catch (cause) {
        throw unreadable(cause);
      }
      if (!isPlain) break;
      request.epoch = this.#names.epoch;
      let status = backend.run(handle, op);
      if (status === Status.Who) {
        seen.remove(request.said(USER) as string);
        request.name();
        status = backend.run(handle, op);
      }
      if (status === Status.Done) {
        this.#told();
        if (op === Op.reserve) this.#see();
        return new PackedDecision(backend, request, this.#names);
      }
      if (status === Status.Text) return this.#text() as Decision;
      if (status === Status.Json) break;
      this.#fetchNames();
    }
    return this.#command({ [command]: plainCall(call), ttl_ms: ttlMs, at_ms: atMs }) as Decision;
  }

  /** Notes what the answer in the block says of events. */
  #told(): void {
    this.#waiting = this.#backend.words[WAITING] as number;
  }

  /** Keeps the handle of the user of the reserve that was just answered. */
  #see(): void {
    const name = this.#request.named;
    if (name === null) return;
    const handle = this.#backend.floats[ANSWERED_USER] as number;
    if (handle > 0) this.#seen.add(name, handle);
  }

  #isPlainEnd(
    reservation: string | Decision,
    actual: Actual | null | undefined,
    report: Report | null | undefined,
    atMs: number,
  ): boolean {
    try {
      return this.#request.end(idOf(reservation), actual, report, atMs);
    } catch (cause) {
      throw unreadable(cause);
    }
  }

  #fetchNames(): void {
    this.#names = named(answer(this.#backend.names(this.#handle)) as Names);
    if (this.#lives !== this.#backend.lives) this.#seen.clear();
    this.#lives = this.#backend.lives;
  }

  #text(): unknown {
    this.#waiting = undefined;
    return answer(this.#backend.text());
  }

  #command(step: object): unknown {
    const handle = this.#open();
    this.#waiting = undefined;
    return answer(this.#backend.command(handle, encode(step)));
  }
}

/** An engine's handle from its options. */
export function open(backend: Backend, options: EngineOptions): number {
  return opened(backend.open(encode(options)));
}

/** As `open`, with the state of a snapshot. */
export function restore(backend: Backend, options: EngineOptions, snapshot: Uint8Array): number {
  if (!(snapshot instanceof Uint8Array)) {
    throw new SpendgateError("invalid_snapshot", "a snapshot is a Uint8Array");
  }
  return opened(backend.restore(encode(options), snapshot));
}

function opened(text: string): number {
  return (answer(text) as { engine: number }).engine;
}

function answer(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return isWireError(value) ? refuse(value) : value;
}
