import type { Actual, Call, Decision, Report, Settled } from "@spendgate/wasm/engine";
import type { Subject } from "./attributes.js";
import type { Meter } from "./clients/operation.js";
import { LLMBudgetExceededError } from "./errors.js";
import type { Ledger } from "./ledger.js";
import type { Trace } from "./trace.js";

const NOTHING: Actual = { usd: 0, tokens: 0, input_tokens: 0, output_tokens: 0 };

/**
 * Tickets whose holder is gone: nobody will say any more what became of their calls. Workers of older compatibility dates have no
 * such registry; there a hold that nobody ends is charged when it expires.
 */
const abandoned = typeof FinalizationRegistry === "function" ? new FinalizationRegistry<Ticket>((ticket) => ticket.abandon()) : null;

/**
 * One call in flight: it ends once, in whichever of the ways comes first.
 */
export class Ticket {
  readonly #ledger: Ledger;
  readonly #reservation: string | null;
  readonly #call: Call;
  readonly #inputTokens: string | undefined;
  readonly #startedMs = performance.now();
  #isOpen = true;
  #isKept = false;
  /** Output seen so far, bytes of UTF-8, and who reads it. */
  #outputBytes = 0;
  #reader: Meter | undefined;

  constructor(
    ledger: Ledger,
    readonly subject: Subject,
    call: Call,
    readonly decision: Decision | undefined,
    inputTokens: string | undefined,
    private readonly trace: Trace | null = null,
  ) {
    this.#ledger = ledger;
    this.#call = call;
    this.#reservation = decision?.reservation ?? null;
    this.#inputTokens = inputTokens;
    if (decision?.model) this.#call.model = decision.model;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether output has come. */
  get hasReceived(): boolean {
    return this.#outputBytes > 0;
  }

  /** The model to call. */
  get model(): string | null | undefined {
    return this.#call.model;
  }

  /**
   * The call keeps the model it asked for, though the decision was a downgrade. The hold stays at the price of the cheaper one; what is
   * charged at the end is the price of the model that was called.
   */
  keepModel(): void {
    this.#isKept = true;
    this.#call.model = this.decision?.requested_model;
  }

  /** The call ends with `holder`, and no more with the one before, if nothing else ends it earlier. */
  endsWith(holder: object): void {
    abandoned?.unregister(this);
    if (this.#isOpen) abandoned?.register(holder, this, this);
  }

  /** Charges what the provider says was used; without that, what was held. */
  settle(actual: Actual | undefined, report: Report = {}): void {
    if (!this.#close()) return;
    const full = { latency_ms: Math.max(0, Math.round(performance.now() - this.#startedMs)), ...report };
    const settled = this.#charge(actual, full);
    this.trace?.settled(actual, settled);
  }

  /** Output that has come; `reader` knows what the provider has told of the use. */
  received(outputBytes: number, reader?: Meter): void {
    this.#outputBytes += outputBytes;
    this.#reader = reader;
  }

  /** Charges the input and what was delivered: the provider's word is missing. */
  settleDelivered(report: Report = {}): void {
    if (!this.#isOpen) return;
    const tokens = this.#soFar();
    this.settle((tokens && this.#reader?.usedSoFar?.(tokens.output_tokens)) ?? tokens, report);
  }

  /** Gives the hold back: the provider was not reached, or charges nothing. */
  release(report: Report = {}): void {
    if (!this.#close() || this.#reservation === null) return;
    this.#ledger.release(this.#reservation, this.#call, report);
  }

  /** The error of a budget that what has come so far, and `more` bytes, would pass. */
  wouldPass(more: number): LLMBudgetExceededError | null {
    if (this.#reservation === null) return null;
    const estimate = this.#soFar(more);
    const decision = this.#ledger.preview({ ...this.#call, estimate }, this.#reservation);
    // A circuit that has opened, or a price that has gone, stops the next call and not this one.
    if (decision === undefined || decision.allowed || decision.budget === null) return null;
    return new LLMBudgetExceededError(decision, this.subject);
  }

  abandon(): void {
    this.settleDelivered();
  }

  #charge(actual: Actual | undefined, report: Report): Settled | undefined {
    if (this.#reservation === null) return this.#ledger.record(this.#call, actual ?? {});
    if (!this.#isKept || actual === undefined) return this.#ledger.settle(this.#reservation, this.#call, actual ?? {}, report);
    // The engine prices a settle by the model of the decision, and this is another: it is charged beside, and the reservation is
    // left with the request alone.
    const charged = this.#ledger.record(this.#call, actual);
    this.#ledger.settle(this.#reservation, this.#call, NOTHING, report);
    return charged;
  }

  #soFar(more = 0): { input_tokens?: string; output_tokens: string } | undefined {
    const input = this.#inputTokens;
    const tokens = this.#ledger.tryAsk("unsettled", (engine, now) =>
      engine.estimate({ model: this.#call.model, input_tokens: input ?? 0, output_bytes: this.#outputBytes + more }, now),
    );
    return tokens;
  }

  #close(): boolean {
    const wasOpen = this.#isOpen;
    if (wasOpen) abandoned?.unregister(this);
    this.#isOpen = false;
    return wasOpen;
  }
}
