import type { Attributes } from "../../attributes.js";
import type { Calls } from "../../calls.js";
import { endingOf, failed } from "../../clients/failure.js";
import { member } from "../../clients/operation.js";
import type { SpendGate } from "../../gate.js";
import type { Ticket } from "../../ticket.js";
import { bytesOf, providerOfRun, shapeOfRun, subjectOfRun, usageOfRun, type Start } from "./run.js";

/** More runs than that are not kept in mind: those whose reader left do not say so, and their holds expire. */
const MOST = 100_000;

/** Prompts that are sent together: when one is refused, none is sent. */
interface Batch {
  tickets: Ticket[];
  isRefused: boolean;
}

/** Runs of each gate that a handler has taken on: a model and its caller may both have one, and a call is charged once. */
const taken = new WeakMap<Calls, Set<string>>();

/** A call in flight. */
interface Run {
  ticket: Ticket;
  /** The chunk seen last: LangChain before 1.0 tells a handler that it was given twice of everything twice. */
  chunk: unknown;
  /** No longer waits for the call to be aborted. */
  rest(): void;
}

/** Admits and charges the calls of LangChain's models. It has the form of a `BaseCallbackHandler`. */
export class SpendGateHandler {
  readonly name = "spendgate";
  /** What is thrown here is thrown by the run. */
  readonly raiseError = true;
  /** A call waits until it is admitted. */
  readonly awaitHandlers = true;
  readonly ignoreLLM = false;
  readonly ignoreChain = true;
  readonly ignoreAgent = true;
  readonly ignoreRetriever = true;
  readonly ignoreCustomEvent = true;
  readonly #gate: SpendGate;
  readonly #attributes: Attributes | undefined;
  readonly #runs = new Map<string, Run>();
  readonly #batches = new WeakMap<object, Batch>();
  readonly #taken: Set<string>;

  constructor(gate: SpendGate, attributes?: Attributes) {
    this.#gate = gate;
    this.#attributes = attributes;
    this.#taken = taken.get(gate.calls) ?? new Set();
    taken.set(gate.calls, this.#taken);
  }

  /** LangChain copies handlers; there is nothing in this one that has to be apart. */
  copy(): this {
    return this;
  }

  /** A chat model is about to be called. Rejects with the budget's error or the circuit's, and nothing else. */
  async handleChatModelStart(_model: unknown, messages: unknown, run: string, _parent?: string, extra?: unknown, _tags?: string[], metadata?: unknown): Promise<void> {
    await this.#start(run, { input: Array.isArray(messages) ? messages.flat() : [], extra, metadata });
  }

  /** As `handleChatModelStart`, for a model of text. */
  async handleLLMStart(_model: unknown, prompts: string[], run: string, _parent?: string, extra?: unknown, _tags?: string[], metadata?: unknown): Promise<void> {
    await this.#start(run, { input: prompts, extra, metadata });
  }

  /** Output has come. With `cutStreams`, throws the budget's error where more would pass. */
  handleLLMNewToken(token: string, _index: unknown, run: string, _parent?: string, _tags?: string[], fields?: unknown): void {
    const found = this.#runs.get(run);
    const chunk = member(fields, "chunk");
    if (found === undefined || (chunk !== undefined && chunk === found.chunk)) return;
    found.chunk = chunk;
    const { ticket } = found;
    const bytes = bytesOf(token, chunk);
    const cut = bytes > 0 ? this.#gate.calls.cutting : null;
    const error = cut === null ? null : ticket.wouldPass(bytes);
    ticket.received(bytes);
    if (error === null) return;
    cut?.(error);
    ticket.settleDelivered();
    throw error;
  }

  handleLLMEnd(output: unknown, run: string, _parent?: string, _tags?: string[], extra?: unknown): void {
    const ticket = this.#take(run);
    if (ticket === undefined) return;
    const used = usageOfRun(output);
    // What LangChain's cache has answered, no provider has seen.
    if (member(extra, "cached") === true) ticket.release();
    else if (used === undefined) ticket.settleDelivered();
    else ticket.settle(used);
  }

  handleLLMError(error: unknown, run: string, _parent?: string, _tags?: string[], extra?: unknown): void {
    const ticket = this.#take(run);
    if (ticket === undefined) return;
    if (member(extra, "cached") === true) ticket.release();
    // A stream that broke has reached the provider, whatever the error says.
    else if (ticket.hasReceived) ticket.settleDelivered(endingOf(error).report);
    else failed(ticket, error);
  }

  async #start(run: string, start: Start): Promise<void> {
    const { calls } = this.#gate;
    if (!calls.isEnabled || calls.isInside() || this.#taken.has(run)) return;
    this.#taken.add(run);
    const batch = this.#batchOf(start.extra);
    let ticket: Ticket;
    try {
      const subject = subjectOfRun(this.#attributes, start.metadata);
      const params = member(start.extra, "invocation_params");
      ticket = await calls.admit(() => shapeOfRun(start), subject, providerOfRun(start), params, "chat");
    } catch (error) {
      this.#taken.delete(run);
      batch.isRefused = true;
      for (const other of batch.tickets) other.release();
      throw error;
    }
    if (batch.isRefused) {
      this.#taken.delete(run);
      ticket.release();
      return;
    }
    batch.tickets.push(ticket);
    if (ticket.decision?.action === "downgrade") {
      const { requested_model: requested, model } = ticket.decision;
      ticket.keepModel();
      calls.diagnostics.tell("not_downgraded", `${requested} is called and not ${model}: a callback handler cannot change the model`);
    }
    this.#keep(run, ticket, calls.cover(member(start.extra, "options")));
  }

  #batchOf(extra: unknown): Batch {
    const key = typeof extra === "object" && extra !== null ? extra : {};
    let batch = this.#batches.get(key);
    if (batch === undefined) this.#batches.set(key, (batch = { tickets: [], isRefused: false }));
    return batch;
  }

  #keep(run: string, ticket: Ticket, signal: AbortSignal | undefined): void {
    const oldest = this.#runs.size >= MOST ? this.#runs.keys().next() : undefined;
    if (oldest?.done === false) this.#forget(oldest.value);
    // LangChain does not always tell that a stream was aborted.
    const aborted = () => this.#take(run)?.settleDelivered();
    signal?.addEventListener("abort", aborted, { once: true });
    this.#runs.set(run, { ticket, chunk: undefined, rest: () => signal?.removeEventListener("abort", aborted) });
  }

  #take(run: string): Ticket | undefined {
    const found = this.#runs.get(run);
    if (found !== undefined) this.#forget(run);
    return found?.ticket;
  }

  #forget(run: string): void {
    this.#runs.get(run)?.rest();
    this.#runs.delete(run);
    this.#taken.delete(run);
  }
}
