import type { Call } from "@spendgate/wasm/engine";
import { subjectOf, type Attributes, type Subject, type Tags } from "./attributes.js";
import type { Guarding } from "./clients/guard.js";
import type { Operation, Params } from "./clients/operation.js";
import { newScope } from "./context.js";
import type { Diagnostics } from "./diagnostics.js";
import { LLMBudgetExceededError, LLMCircuitOpenError } from "./errors.js";
import type { Estimator, Shape } from "./estimate/estimate.js";
import type { InlineBudget } from "./inline-budget.js";
import type { Ledger } from "./ledger.js";
import type { BudgetWarning, SpendGateOptions } from "./options.js";
import { Ticket } from "./ticket.js";
import { Trace } from "./trace.js";

/** What one call brings beside its attributes. */
interface Rider {
  /** The tier whose template is the call's inline budget. */
  template: string | undefined;
  onWarning: ((warning: BudgetWarning) => unknown) | undefined;
}

/** What follows a request: who it is for. */
interface Following {
  attributes: Attributes;
  rider?: Rider;
}

/** Admits calls, for whoever makes them. */
export class Calls {
  /** False lets every call pass as if there were no gate. */
  isEnabled: boolean;
  readonly isStrict: boolean;
  readonly #scope = newScope<Following>();
  readonly #cuts: boolean;
  readonly #covers = new WeakSet<object>();
  #depth = 0;

  constructor(
    readonly ledger: Ledger,
    readonly diagnostics: Diagnostics,
    private readonly estimator: Estimator,
    options: SpendGateOptions,
    isEnabled: boolean,
  ) {
    this.isEnabled = isEnabled;
    this.isStrict = options.strict === true;
    this.#cuts = options.cutStreams === true;
  }

  /** What is done about a stream that would pass a budget; null lets it run. */
  get cutting(): ((error: Error) => void) | null {
    return this.#cuts ? (error) => this.diagnostics.tell("stream_cut", error.message) : null;
  }

  /** Runs `work` with these attributes over those around it. */
  run<R>(attributes: Attributes, work: () => R): R {
    const around = this.#scope.get();
    return this.#scope.run({ attributes: { ...subjectOf(around?.attributes, attributes) } }, work);
  }

  /** Runs `work`, whose one call has these attributes, a budget of its own and a callback of its own. */
  track<R>(
    attributes: Attributes,
    budget: InlineBudget | undefined,
    onWarning: Rider["onWarning"],
    work: () => R,
  ): R {
    const template = budget === undefined || !this.isEnabled ? undefined : this.ledger.templateOf(budget);
    const around = subjectOf(this.#scope.get()?.attributes, attributes);
    return this.#scope.run({ attributes: around, rider: { template, onWarning } }, work);
  }

  /** Who a call is for: what is around it, under what is said of it. */
  subject(attributes: Attributes | undefined): Subject {
    return subjectOf(this.#scope.get()?.attributes, attributes);
  }

  /** Gives a way to run work later as if it were now: for this request, and for no other that is there by then. */
  following(): <R>(work: () => R) => R {
    const now = this.#scope.get() ?? { attributes: {} };
    return (work) => this.#scope.run(now, work);
  }

  /** Whether a call is being made by one that was admitted already. */
  isInside(): boolean {
    return this.#depth > 0;
  }

  /** Runs what makes an admitted call: what it calls at once is a part of it. (A scope would see further, and slow every promise on Node 20.) */
  inside<R>(work: () => R): R {
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /**
   * Has the requests of an admitted call pass, where a framework makes them out of reach of `inside`: its options get a signal of
   * their own, which the framework hands on to the client.
   *
   * @param options the options of a framework's call, to be changed; what is no object is passed over
   * @returns the call's own signal, which is aborted with the one that was given; undefined where there is none
   */
  cover(options: unknown): AbortSignal | undefined {
    if (typeof options !== "object" || options === null) return undefined;
    const holder = options as { signal?: AbortSignal | null };
    const given = holder.signal;
    if (given != null && this.#covers.has(given)) return given;
    // Node 20.2 and before cannot make a signal of another.
    if (given != null && AbortSignal.any === undefined) return undefined;
    const signal = given == null ? new AbortController().signal : AbortSignal.any([given]);
    this.#covers.add(signal);
    holder.signal = signal;
    return signal;
  }

  /** Whether a client's call has a signal of an admitted one. */
  isCovered(options: unknown): boolean {
    const signal = typeof options === "object" && options !== null ? (options as { signal?: unknown }).signal : null;
    return typeof signal === "object" && signal !== null && this.#covers.has(signal);
  }

  /** Admits a call of a client's method. Throws the budget's error or the circuit's, and nothing else. */
  async begin(operation: Operation, params: Params, { attributes, provider }: Guarding): Promise<Ticket> {
    return this.admit(() => this.#shape(operation, params), attributes, provider, params, operation.name);
  }

  /**
   * Admits a call by what is known of it. Throws the budget's error or the circuit's, and nothing else.
   *
   * @param provider who is called, unless the attributes say it
   * @param params the parameters as the caller knows them, for an estimate of the application's
   * @param operation what is done, in the words of OpenTelemetry's `gen_ai.operation.name`
   */
  async admit(
    shapeOf: () => Shape,
    attributes: Attributes | undefined,
    provider: string | undefined,
    params: unknown,
    operation: string,
  ): Promise<Ticket> {
    // Both are of the moment of the call, and not of when the policy is there.
    const subject = this.subject(attributes);
    const rider = this.#scope.get()?.rider;
    const trace = Trace.start();
    await this.ledger.starting;
    const shape = shapeOf();
    const from = subject.provider ?? provider;
    const { estimate, inputTokens } = this.estimator.of(shape, from, subject.feature, params);
    const call = callOf(subject, from, shape.model, rider);
    if (estimate !== undefined) call.estimate = estimate;
    const decision = this.ledger.reserve(call);
    trace?.decided(operation, call, decision);
    if (decision !== undefined && !decision.allowed) {
      if (decision.reason === "circuit_open") throw new LLMCircuitOpenError(decision, subject);
      throw new LLMBudgetExceededError(decision, subject);
    }
    return new Ticket(this.ledger, subject, call, decision, inputTokens, trace);
  }

  #shape(operation: Operation, params: Params): Shape {
    try {
      return operation.shape(params);
    } catch (error) {
      this.diagnostics.tell("invalid_estimate", `the parameters of ${operation.method} cannot be read`, error);
      return { model: undefined, input: [] };
    }
  }
}

/** What rides along with a call and stands beside it, for the call itself goes to the engine. */
interface Baggage {
  tags: Tags | undefined;
  onWarning: Rider["onWarning"];
}

const baggage = new WeakMap<Call, Baggage>();

/** A call in the engine's words. */
export function callOf(subject: Subject, provider: string | undefined, model: string | undefined, rider?: Rider): Call {
  const { user, tier, org, feature, session, tags } = subject;
  const call: Call = { user, tier: rider?.template ?? tier, org, feature, session, provider, model };
  if (tags !== undefined || rider?.onWarning !== undefined) baggage.set(call, { tags, onWarning: rider?.onWarning });
  return call;
}

/** What rides along with a call made by `callOf`. */
export function baggageOf(call: Call): Baggage | undefined {
  return baggage.get(call);
}
