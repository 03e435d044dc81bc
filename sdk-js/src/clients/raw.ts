import type { Report } from "@spendgate/wasm/engine";
import type { LLMBudgetExceededError } from "../errors.js";
import { endingOf } from "./failure.js";
import { member, type Operation } from "./operation.js";
import { SseSplitter, type SseEvent } from "./sse.js";
import { end, type Watch } from "./stream.js";

/** Longer answers than that are not kept to be read twice, in characters. */
const KEPT = 16 * 1024 * 1024;

/** What says to the reader of a body that a budget has ended it; without one the body fails with the error. */
export type LastWords = (error: LLMBudgetExceededError) => string;

/**
 * A response whose body is metered as its reader reads it. What the provider says of its use is found in the body: JSON, or
 * server-sent events.
 */
export function watchResponse(response: Response, watch: Watch, operation: Operation, lastWords?: LastWords): Response {
  const { ticket } = watch;
  if (response.body === null) {
    ticket.settleDelivered();
    return response;
  }
  const isEvents = isEventStream(response);
  if (!isEvents && !(response.headers.get("content-type") ?? "").includes("json")) {
    // A sound or a plain text: nothing in it tells of the use.
    ticket.settle(undefined);
    return response;
  }
  const reader = isEvents ? new EventsReader(watch, lastWords) : new JsonReader(watch, operation);
  const copy = new Response(watched(response.body, reader), { status: response.status, statusText: response.statusText, headers: response.headers });
  Object.defineProperty(copy, "url", { value: response.url });
  // The body holds its reader, also when the response itself is gone.
  ticket.endsWith(reader);
  return copy;
}

/** Whether a response brings server-sent events. */
export function isEventStream(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").includes("text/event-stream");
}

interface BodyReader {
  /** Takes what has come; gives what of it goes on. */
  take(bytes: Uint8Array): Uint8Array;
  /** The body has come to its end; gives what of it is left. */
  close(): Uint8Array;
  /** The body broke off, or nobody reads it any more. */
  leave(report?: Report): void;
  /** Set once a budget has ended the body before its end. */
  readonly cut?: { error: LLMBudgetExceededError; isSaid: boolean } | undefined;
}

/** What `reader` lets through of a body, as it is read. (A TransformStream is not told on every host that its reader has left.) */
function watched(body: ReadableStream<Uint8Array>, reader: BodyReader): ReadableStream<Uint8Array> {
  const source = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // A pull that gives nothing is not asked again.
      for (let passed = 0; passed === 0; ) {
        const { done, value } = await source.read().catch((error: unknown) => {
          reader.leave(endingOf(error).report);
          throw error;
        });
        const bytes = done ? reader.close() : reader.take(value);
        passed = bytes.length;
        if (passed > 0) controller.enqueue(bytes);
        if (done || reader.cut !== undefined) {
          if (!done) source.cancel().catch(() => {});
          if (reader.cut?.isSaid === false) controller.error(reader.cut.error);
          else controller.close();
          return;
        }
      }
    },
    cancel(reason) {
      reader.leave();
      return source.cancel(reason);
    },
  });
}

class JsonReader implements BodyReader {
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(
    private readonly watch: Watch,
    private readonly operation: Operation,
  ) {}

  take(bytes: Uint8Array): Uint8Array {
    if (this.#text.length < KEPT) this.#text += this.#decoder.decode(bytes, { stream: true });
    return bytes;
  }

  close(): Uint8Array {
    const { ticket } = this.watch;
    this.#text += this.#decoder.decode();
    try {
      ticket.settle(this.operation.used(JSON.parse(this.#text), this.watch.provider));
    } catch {
      // It is no JSON: nothing is known of its use.
      ticket.settleDelivered();
    }
    return new Uint8Array();
  }

  leave(report?: Report): void {
    this.watch.ticket.settleDelivered(report);
  }
}

/** Lets whole events through, but for those that the meter hides. */
class EventsReader implements BodyReader {
  readonly #splitter = new SseSplitter();
  readonly #encoder = new TextEncoder();
  cut: BodyReader["cut"];

  constructor(
    private readonly watch: Watch,
    private readonly lastWords: LastWords | undefined,
  ) {}

  take(bytes: Uint8Array): Uint8Array {
    return this.#through(this.#splitter.take(bytes));
  }

  close(): Uint8Array {
    const rest = this.#through(this.#splitter.end());
    this.leave();
    return rest;
  }

  leave(report?: Report): void {
    end(this.watch, report);
  }

  #through(events: readonly SseEvent[]): Uint8Array {
    let text = "";
    for (const event of events) {
      const seen = this.#see(event);
      if (seen instanceof Error) {
        this.watch.cut?.(seen);
        this.leave();
        this.cut = { error: seen, isSaid: this.lastWords !== undefined };
        text += this.lastWords?.(seen) ?? "";
        break;
      }
      if (seen) text += event.text;
    }
    return this.#encoder.encode(text);
  }

  /** Whether the event goes on, or what ends the body in its place. */
  #see({ data }: SseEvent): boolean | LLMBudgetExceededError {
    const { meter, ticket, cut } = this.watch;
    let bytes: number;
    try {
      const chunk: unknown = JSON.parse(data);
      if (member(chunk, "error") !== undefined) return true;
      bytes = meter.see(chunk);
    } catch {
      // `[DONE]`, a comment, or nothing of a chunk's form.
      return true;
    }
    const error = cut !== null && bytes > 0 ? ticket.wouldPass(bytes) : null;
    if (error !== null) return error;
    ticket.received(bytes, meter);
    return meter.isHidden !== true;
  }
}
