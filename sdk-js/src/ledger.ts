import type { Actual, Call, Decision, EngineOptions, Event, Json, PolicyDocument, Report, Settled } from "@spendgate/wasm/engine";
import { host } from "#host";
import type { Diagnostics } from "./diagnostics.js";
import type { Engine } from "./host/host.js";
import { InlineBudgets, type InlineBudget } from "./inline-budget.js";
import type { SpendGateOptions } from "./options.js";
import { feedOf, type Feed } from "./sources/index.js";

/** How long calls wait for the first policy of a URL, in milliseconds; then they go on without one. */
const PATIENCE_MS = 3_000;

/** Stands between the engine and what is done with its decisions, in tests. */
export type Force = (call: Call, decide: () => Decision | undefined) => Decision | undefined;

type Document = PolicyDocument | string;
type Prices = Record<string, Json> | string;

/**
 * The engine with its policy and its clock, from which nothing is ever thrown: what goes wrong is a diagnostic, and the
 * question it was stays undecided. All arithmetic and every rule is the engine's.
 */
export class Ledger {
  force: Force | undefined;
  readonly #options: SpendGateOptions;
  readonly #diagnostics: Diagnostics;
  readonly #happened: (events: Event[], call: Call | null) => void;
  readonly #policy: Feed | undefined;
  readonly #prices: Feed | undefined;
  #engine: Engine | undefined;
  #documents: { policy: Document | undefined; prices: Prices | undefined } = { policy: undefined, prices: undefined };
  readonly #inline = new InlineBudgets();
  readonly #unsubscribe: () => void;
  readonly #ready: Promise<void>;
  #starting: Promise<void> | undefined;
  /** Documents are still to be loaded, on a host where a request can do so for itself alone. */
  #isPending = false;
  #closed = false;

  /**
   * @param happened told of the engine's events, and of the call whose command they came with
   * @throws SpendgateError for a policy or prices given as an object that the engine refuses
   */
  constructor(options: SpendGateOptions, diagnostics: Diagnostics, happened: (events: Event[], call: Call | null) => void) {
    this.#options = options;
    this.#diagnostics = diagnostics;
    this.#happened = happened;
    if (options.policy !== undefined) this.#policy = feedOf(options.policy);
    if (options.prices !== undefined) this.#prices = feedOf(options.prices);
    this.#unsubscribe = host.onEngineDiagnostic((diagnostic) => diagnostics.tell(diagnostic.kind, JSON.stringify(diagnostic)));
    this.#ready = this.#start();
    this.#ready.catch(() => {});
  }

  /** The engine is open and the first policy is in force; rejects when the documents cannot be used. */
  get ready(): Promise<void> {
    return this.#isPending ? this.#load() : this.#ready;
  }

  /** What calls have to wait for first; undefined when there is nothing. */
  get starting(): Promise<void> | undefined {
    if (host.hasTimers) return this.#starting;
    if (this.#isPending) return patiently(this.#load());
    const looks = [this.#policy?.look?.(), this.#prices?.look?.()];
    return looks.some((look) => look !== undefined) ? patiently(Promise.all(looks)) : undefined;
  }

  now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  /** Asks; undefined when that cannot be decided. Attributes and estimates that are refused are left out of `call`. */
  reserve(call: Call): Decision | undefined {
    const decide = () => this.#decide(call, (engine, now) => engine.reserve(call, now, this.#options.ttlMs));
    return this.force === undefined ? decide() : this.force(call, decide);
  }

  /** As `reserve`, and holds nothing; `without` names a reservation whose hold does not count. */
  preview(call: Call, without?: string): Decision | undefined {
    return this.#decide(call, (engine, now) => engine.preview(call, now, without));
  }

  /** Charges a reservation with what was used; undefined where that fails. */
  settle(reservation: string, call: Call, actual: Actual, report: Report): Settled | undefined {
    return this.#run("unsettled", call, (engine, now) => {
      try {
        return engine.settle(reservation, actual, now, report);
      } catch (error) {
        // A reservation that an engine made anew does not know was charged nowhere.
        if (codeOf(error) === "unknown_reservation") return { outcome: "settled", usd: engine.record(call, actual, now).usd };
        if (codeOf(error) === "invalid_amount") return engine.settle(reservation, {}, now, report);
        throw error;
      }
    });
  }

  /** Charges a call that has no reservation, for it was undecided. */
  record(call: Call, actual: Actual): Settled | undefined {
    return this.#run("unsettled", call, (engine, now) => ({ outcome: "settled", usd: engine.record(call, actual, now).usd }));
  }

  release(reservation: string, call: Call, report: Report): void {
    this.#run("unsettled", call, (engine, now) => {
      try {
        return engine.release(reservation, now, report);
      } catch (error) {
        if (codeOf(error) === "unknown_reservation") return undefined;
        throw error;
      }
    });
  }

  /** A question to the engine whose answer the application wants: here errors are thrown. */
  ask<T>(question: (engine: Engine, now: number) => T): T {
    if (this.#engine === undefined) throw new Error("the engine is not loaded");
    const answer = question(this.#engine, this.now());
    this.#drain(null);
    return answer;
  }

  /** A question whose answer the SDK can do without. */
  tryAsk<T>(kind: string, question: (engine: Engine, now: number) => T): T | undefined {
    return this.#run(kind, null, question);
  }

  /** The tier under which an inline budget stands in the policy. */
  templateOf(budget: InlineBudget): string {
    const { tier, isNew } = this.#inline.tierOf(budget);
    if (isNew) this.#change({});
    return tier;
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#policy?.close();
    this.#prices?.close();
    this.#engine?.close();
    this.#engine = undefined;
  }

  #decide(call: Call, question: (engine: Engine, now: number) => Decision): Decision | undefined {
    return this.#run("undecided", call, (engine, now) => {
      for (;;) {
        try {
          return question(engine, now);
        } catch (error) {
          const kind = leaveOut(call, error);
          if (kind === undefined) throw error;
          this.#diagnostics.tell(kind, "it is left out of the call", error);
        }
      }
    });
  }

  #run<T>(kind: string, call: Call | null, command: (engine: Engine, now: number) => T): T | undefined {
    if (this.#engine === undefined) return undefined;
    try {
      const answer = command(this.#engine, this.now());
      this.#drain(call);
      return answer;
    } catch (error) {
      this.#diagnostics.tell(kind, "the engine could not answer", error);
      return undefined;
    }
  }

  #drain(call: Call | null): void {
    const engine = this.#engine;
    if (engine !== undefined && engine.waiting > 0) this.#happened(engine.events(this.now()), call);
  }

  /** Begins at once where everything is at hand, so that a bad policy is an error where it is given. */
  #start(): Promise<void> {
    const isAtHand = host.load === undefined;
    let trouble: unknown;
    if (isAtHand) {
      trouble = this.#open();
      const policy = this.#policy;
      const isThere = (feed: Feed | undefined, has: unknown) => feed === undefined || has !== undefined || trouble !== undefined;
      if (isThere(policy, this.#documents.policy) && isThere(this.#prices, this.#documents.prices)) {
        this.#follow();
        return trouble === undefined ? Promise.resolve() : Promise.reject(trouble);
      }
    }
    if (!host.hasTimers) {
      // Where nothing may be asked before there is a request, and a request that goes away takes what it asked for with it.
      this.#isPending = true;
      return Promise.resolve();
    }
    const ready = this.#load();
    this.#starting = patiently(ready).then(() => {
      this.#starting = undefined;
    });
    return ready;
  }

  async #load(): Promise<void> {
    try {
      await host.load?.();
    } catch (error) {
      this.#diagnostics.tell("engine_unavailable", "nothing is enforced", error);
      throw error;
    }
    let trouble = this.#engine === undefined ? this.#open() : undefined;
    try {
      const [policy, prices] = await Promise.all([this.#policy?.first(), this.#prices?.first()]);
      if (!this.#closed) this.#change({ policy: policy as Document, prices: prices as Prices });
    } catch (error) {
      this.#diagnostics.tell("policy_failed", "calls go on without it", error);
      trouble = error;
    }
    this.#isPending = false;
    this.#follow();
    if (trouble !== undefined) throw trouble;
  }

  /** Opens the engine with the documents that are at hand; gives what is wrong with those that come from elsewhere. */
  #open(): unknown {
    let trouble: unknown;
    const read = (feed: Feed | undefined, kind: string) => {
      try {
        return feed?.now();
      } catch (error) {
        trouble = error;
        this.#diagnostics.tell(kind, "calls go on without it", error);
        return undefined;
      }
    };
    const policy = read(this.#policy, "policy_failed") as Document | undefined;
    const prices = read(this.#prices, "prices_failed") as Prices | undefined;
    const options = { at_ms: this.now(), report_rows: 10_000 } as EngineOptions;
    try {
      this.#engine = host.open({ ...options, policy: policy ?? null, prices: prices ?? null });
      this.#documents = { policy, prices };
    } catch (error) {
      if (codeOf(error) === "unavailable") {
        this.#diagnostics.tell("engine_unavailable", "nothing is enforced", error);
        return error;
      }
      // What the application wrote down itself is an error in its code; what stands in a file is not.
      const isOwn = String((error as { path?: unknown }).path).startsWith("prices.")
        ? prices === this.#options.prices
        : policy === this.#options.policy;
      if (isOwn) throw error;
      this.#diagnostics.tell("policy_failed", "calls go on without it", error);
      this.#engine = host.open(options);
      trouble = error;
    }
    return trouble;
  }

  #follow(): void {
    if (this.#closed) return;
    const follow = (feed: Feed | undefined, key: "policy" | "prices") =>
      feed?.follow(
        (document) => this.#change({ [key]: document }),
        (error) => this.#diagnostics.tell(`${key}_failed`, "the one in force stays", error),
      );
    follow(this.#policy, "policy");
    follow(this.#prices, "prices");
  }

  /** Puts new documents in force, or leaves the old ones. */
  #change(documents: { policy?: Document | undefined; prices?: Prices | undefined }): void {
    const { policy = this.#documents.policy, prices } = documents;
    const done = this.#run("policy_failed", null, (engine, now) => engine.set_policy(this.#inline.in(policy) ?? {}, now, prices));
    if (done !== undefined) this.#documents = { policy, prices: prices ?? this.#documents.prices };
  }
}

/** The end of `work`, however it ends, or of patience with it. */
function patiently(work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    (timer as { unref?: () => void }).unref?.();
    work.then(() => resolve(), () => resolve()).finally(() => clearTimeout(timer));
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null ? (error as { code?: unknown }).code : undefined;
}

/** Takes out of the call what the engine names as wrong; gives the kind of the diagnostic, undefined when it is not of the call. */
function leaveOut(call: Call, error: unknown): string | undefined {
  const { path } = error as { path?: unknown };
  if (typeof path !== "string") return undefined;
  // What is no Unicode is named with its command before it: `reserve.user`.
  const key = path.split(".", 2).find((name) => call[name as keyof Call] !== undefined);
  if (key === undefined) return undefined;
  delete call[key as keyof Call];
  return key === "estimate" ? "invalid_estimate" : "invalid_attribute";
}
