import { member, type Operation } from "./operation.js";
import { end, type Watch } from "./stream.js";

/** Longer answers than that are not kept to be read twice, in characters. */
const KEPT = 16 * 1024 * 1024;

/**
 * A response whose body is metered as its reader reads it. What the provider says of its use is found in the body: JSON, or
 * server-sent events.
 */
export function watchResponse(response: Response, watch: Watch, operation: Operation): Response {
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
  const reader = isEvents ? new EventsReader(watch) : new JsonReader(watch, operation);
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
  take(text: string): void;
  /** @param isWhole the body has come to its end */
  end(isWhole: boolean): void;
}

/** The same bytes, whose text `reader` sees as they are read. (A TransformStream is not told on every host that its reader has left.) */
function watched(body: ReadableStream<Uint8Array>, reader: BodyReader): ReadableStream<Uint8Array> {
  const source = body.getReader();
  const decoder = new TextDecoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await source.read();
        if (done) {
          reader.end(true);
          controller.close();
          return;
        }
        reader.take(decoder.decode(value, { stream: true }));
        controller.enqueue(value);
      } catch (error) {
        reader.end(false);
        throw error;
      }
    },
    cancel(reason) {
      reader.end(false);
      return source.cancel(reason);
    },
  });
}

class JsonReader implements BodyReader {
  #text = "";

  constructor(
    private readonly watch: Watch,
    private readonly operation: Operation,
  ) {}

  take(text: string): void {
    if (this.#text.length < KEPT) this.#text += text;
  }

  end(isWhole: boolean): void {
    try {
      if (isWhole) this.watch.ticket.settle(this.operation.used(JSON.parse(this.#text), this.watch.provider));
    } catch {
      // It is no JSON: nothing is known of its use.
    }
    this.watch.ticket.settleDelivered();
  }
}

class EventsReader implements BodyReader {
  #rest = "";

  constructor(private readonly watch: Watch) {}

  take(text: string): void {
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  end(): void {
    end(this.watch);
  }

  #line(line: string): void {
    if (!line.startsWith("data:")) return;
    const { meter, ticket } = this.watch;
    try {
      const chunk: unknown = JSON.parse(line.slice(5));
      if (member(chunk, "error") === undefined) ticket.received(meter.see(chunk), meter);
    } catch {
      // `[DONE]`, or nothing of a chunk's form.
    }
  }
}
