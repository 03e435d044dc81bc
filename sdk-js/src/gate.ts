import type { Actual, Call, Candidate, Counter, Decision, Estimate, Report, Settled, UsageReport } from "@spendgate/wasm/engine";
import { host } from "#host";
import type { Attributes } from "./attributes.js";
import { callOf, Calls } from "./calls.js";
import { wrap } from "./clients/wrap.js";
import { Diagnostics } from "./diagnostics.js";
import { Estimator } from "./estimate/estimate.js";
import { guardFetch, type Fetch, type GuardFetchOptions } from "./fetch/guard-fetch.js";
import { Happenings } from "./happenings.js";
import type { Engine } from "./host/host.js";
import { Ledger, type Force } from "./ledger.js";
import { checkOptions, type EstimateFigures, type SpendGateOptions } from "./options.js";

import { chat, type ChatRequest } from "./tracked.js";

/** A call for the plain verbs. */
export interface GateCall extends Attributes {
  model?: string | undefined;
  estimate?: EstimateFigures | undefined;
}

/** For `spendgate/testing`: puts a function between the engine and what is done with its decisions. */
export const FORCE = Symbol("force");

/** What a call used: USD, tokens, or the provider's own usage object. */
export interface Used extends EstimateFigures {
  usage?: object | null | undefined;
}

/** How a call went, for circuit breakers. */
export interface Went {
  ok?: boolean;
  latencyMs?: number;
}

/** Budgets for LLM calls. One gate is enough for an application; it holds the policy, the counters and the callbacks. */
export class SpendGate {
  readonly #calls: Calls;
  readonly #ledger: Ledger;
  /** Of decisions that the engine did not make: their calls are charged without a reservation. */
  readonly #undecided = new WeakMap<Decision, Call>();

  /**
   * @throws TypeError for options that cannot be meant; SpendgateError, with code and path, for a policy given as an object
   *   that is refused
   */
  constructor(options: SpendGateOptions = {}) {
    checkOptions(options);
    const diagnostics = new Diagnostics(options.onDiagnostic, () => Date.now());
    const happenings = new Happenings(options, diagnostics);
    this.#ledger = new Ledger(options, diagnostics, (events, call) => happenings.tell(events, call));
    const estimator = new Estimator(this.#ledger, diagnostics, options.estimate ?? "auto", options.countTokens);
    const isEnabled = options.enabled ?? !/^(1|true|yes|on)$/i.test(host.env("SPENDGATE_DISABLED") ?? "");
    this.#calls = new Calls(this.#ledger, diagnostics, estimator, options, isEnabled);
  }

  /** False switches everything off at once: wrapped clients behave as if never wrapped. */
  get enabled(): boolean {
    return this.#calls.isEnabled;
  }

  set enabled(isEnabled: boolean) {
    this.#calls.isEnabled = isEnabled;
  }

  /** Waits until engine and policy are loaded; rejects when they cannot be. Calls need not wait for it. */
  ready(): Promise<void> {
    return this.#ledger.ready;
  }

  /**
   * A client of the same type whose calls are enforced; `client` stays as it was wherever it can be copied.
   *
   * @param attributes who its calls are for; they win over those of `run`
   * @throws TypeError for what has the shape of no known client
   */
  wrap<T extends object>(client: T, attributes?: Attributes): T {
    return wrap(client, this.#calls, attributes);
  }

  /** Runs `work`; every call in it, however deep, is for these attributes. Gives what `work` gives. */
  run<R>(attributes: Attributes, work: () => R): R {
    return this.#calls.run(attributes, work);
  }

  /**
   * Makes one call through any client, chosen by its shape. What is no attribute (`user`, `userId`, `tier`, `plan`, `feature`, …) is
   * a parameter for the client. Gives what the client gives.
   */
  chat(client: object, request: ChatRequest): Promise<any> {
    return chat(this, client, request);
  }

  /**
   * A function like the global `fetch`, for clients that are not known and for gateways. What it sends to a model by the path and
   * the JSON of OpenAI's or Anthropic's API is enforced: charged as its body is read, with the model of a downgrade in place. A refusal is an
   * answer in the API's own form, 402 or 503, as is 400 for a body that cannot be judged; nothing is sent then.
   */
  guardFetch(options: GuardFetchOptions = {}): Fetch {
    return guardFetch(this.#calls, options);
  }

  /** Asks whether a call may be made, and holds its estimate. A refusal is an answer here, not an error. */
  async reserve(call: GateCall): Promise<Decision> {
    return this.#decide(call, (asked) => this.#ledger.reserve(asked));
  }

  /** As `reserve`, and holds nothing. */
  async preview(call: GateCall): Promise<Decision> {
    return this.#decide(call, (asked) => this.#ledger.preview(asked));
  }

  /** Charges a reserved call with what it used. Never rejects: null where it could not be charged, which a diagnostic tells. */
  async settle(reserved: Decision | string, used: Used, went: Went = {}): Promise<Settled | null> {
    const call = typeof reserved === "string" ? undefined : this.#undecided.get(reserved);
    if (call !== undefined) return this.#ledger.record(call, actualOf(used)) ?? null;
    const reservation = typeof reserved === "string" ? reserved : reserved.reservation;
    if (reservation === null) return null;
    const settled = this.#ledger.settle(reservation, callOfDecision(reserved), actualOf(used), reportOf(went));
    return settled === undefined ? null : { outcome: settled.outcome, usd: settled.usd, overage: settled.overage ?? null };
  }

  /** Gives a hold back: the call was not made, or is not charged. Never rejects. */
  async release(reserved: Decision | string, went: Went = {}): Promise<void> {
    const reservation = typeof reserved === "string" ? reserved : reserved.reservation;
    if (reservation !== null) this.#ledger.release(reservation, callOfDecision(reserved), reportOf(went));
  }

  /** Charges a call that was made without a reservation. Never rejects. */
  async record(call: GateCall, used: Used): Promise<void> {
    const { asked } = await this.#asked(call);
    this.#ledger.record(asked, actualOf(used));
  }

  /** The counters that a call with these attributes touches. Amounts are decimal text. */
  async usage(attributes: GateCall): Promise<{ counters: Counter[] }> {
    return this.#ask(attributes, (engine, call, now) => engine.usage(call, now));
  }

  /** Each budget of the policy, whether it applies to such a call, and why. */
  async explain(attributes: GateCall): Promise<{ candidates: Candidate[] }> {
    return this.#ask(attributes, (engine, call, now) => engine.explain(call, now));
  }

  /** What was spent since the gate was made: per user, tier, feature and model. */
  async report(): Promise<UsageReport> {
    await this.#ledger.starting;
    return this.#ledger.ask((engine, now) => engine.report(now));
  }

  /** The gate's figures as Prometheus text; no label names a user. */
  async metrics(): Promise<string> {
    await this.#ledger.starting;
    return this.#ledger.ask((engine, now) => engine.metrics(now)) + this.#calls.diagnostics.metrics();
  }

  /** Opens or closes a circuit breaker of the policy by hand, for one subject or for all. */
  breaker(id: string): { open(reason?: string, subject?: string): void; close(subject?: string): void } {
    return {
      open: (reason, subject) => this.#ledger.ask((engine, now) => engine.breaker(present({ open: id, reason, subject }), now)),
      close: (subject) => this.#ledger.ask((engine, now) => engine.breaker(present({ close: id, subject }), now)),
    };
  }

  /** Stops looking for new policies and frees the engine. Calls of wrapped clients are made without a decision from now on. */
  close(): void {
    this.#ledger.close();
  }

  /** @internal */
  [FORCE](force: Force): void {
    this.#ledger.force = force;
  }

  /** For what is built around a gate: adapters of frameworks. */
  get calls(): Calls {
    return this.#calls;
  }

  async #decide(call: GateCall, question: (asked: Call) => Decision | undefined): Promise<Decision> {
    const { asked, estimated } = await this.#asked(call);
    asked.estimate = estimated;
    const decision = this.enabled ? question(asked) : undefined;
    if (decision !== undefined) return decision;
    const open = undecided(asked);
    if (this.enabled) this.#undecided.set(open, asked);
    return open;
  }

  async #asked(call: GateCall): Promise<{ asked: Call; estimated: Estimate | undefined }> {
    await this.#ledger.starting;
    const subject = this.#calls.subject(call);
    const { model, estimate } = call;
    return {
      asked: callOf(subject, subject.provider, model),
      estimated: estimate === undefined ? undefined : amountsOf(estimate),
    };
  }

  async #ask<T>(attributes: GateCall, question: (engine: Engine, call: Call, now: number) => T): Promise<T> {
    const { asked } = await this.#asked(attributes);
    return this.#ledger.ask((engine, now) => question(engine, asked, now));
  }
}

function amountsOf({ usd, tokens, inputTokens, outputTokens }: EstimateFigures): Estimate {
  return { usd, tokens, input_tokens: inputTokens, output_tokens: outputTokens };
}

function actualOf({ usage, ...figures }: Used): Actual {
  return { ...amountsOf(figures), usage };
}

function reportOf({ ok, latencyMs }: Went): Report {
  return { ok, latency_ms: latencyMs };
}

function callOfDecision(reserved: Decision | string): Call {
  return typeof reserved === "string" ? {} : { model: reserved.model };
}

function present<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value != null)) as never;
}

/** The answer where the engine has none: the call is made. */
function undecided({ model }: Call): Decision {
  const said = model ?? null;
  return {
    allowed: true,
    action: "allow",
    reason: "unavailable",
    retryable: false,
    model: said,
    requested_model: said,
    reservation: null,
    policy_version: 0,
    degraded: true,
    triggered: [],
    budget: null,
    scope: null,
    subject: null,
    unit: null,
    limit: null,
    spent: null,
    held: null,
    estimate: null,
    remaining: null,
    window: null,
    resets_at: null,
  };
}
