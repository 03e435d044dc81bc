import type { Report } from "@spendgate/wasm/engine";
import { endingOf } from "./failure.js";
import { generatorOf } from "./iterator.js";
import type { Meter } from "./operation.js";
import type { Ticket } from "../ticket.js";

/** How a stream is watched over. */
export interface Watch {
  meter: Meter;
  ticket: Ticket;
  /** Ends the stream where more of it would pass a budget; told of it. */
  cut: ((error: Error) => void) | null;
  /** Who answers. */
  provider?: string | undefined;
}

type Chunks = AsyncIterator<unknown>;

/**
 * The chunks of `source` as they come, metered. The call ends with the stream: at its end, at an error, when its reader leaves,
 * or when nobody holds the iterator any more.
 *
 * @param owner kept as long as the iterator is, for its own end would end the call
 */
export function metered(source: () => Chunks, watch: Watch, owner: unknown): AsyncGenerator<unknown> {
  const chunks = read(source, watch);
  const iterator = generatorOf({
    owner,
    next: () => chunks.next(),
    return: (value?: unknown) => {
      // A generator that has not begun has no `finally`.
      end(watch);
      return chunks.return(value as void);
    },
    throw: (error?: unknown) => {
      end(watch);
      return chunks.throw(error);
    },
  });
  watch.ticket.endsWith(iterator);
  return iterator;
}

async function* read(source: () => Chunks, watch: Watch): AsyncGenerator<unknown, void> {
  const { meter, ticket, cut } = watch;
  try {
    for await (const chunk of { [Symbol.asyncIterator]: source }) {
      const bytes = see(meter, chunk);
      const error = cut !== null && bytes > 0 ? ticket.wouldPass(bytes) : null;
      if (error !== null) {
        // That it is cut is no failure of the provider.
        end(watch);
        cut?.(error);
        throw error;
      }
      ticket.received(bytes, meter);
      if (meter.isHidden !== true) yield chunk;
    }
  } catch (error) {
    // A stream that broke has reached the provider, whatever the error says.
    end(watch, endingOf(error).report);
    throw error;
  } finally {
    // It is at its end, or its reader has left.
    end(watch);
  }
}

/** Charges a stream that brings no more: what the provider told, or what was delivered. */
export function end({ meter, ticket }: Watch, report: Report = {}): void {
  const used = meter.used();
  if (used === undefined) ticket.settleDelivered(report);
  else ticket.settle(used, report);
}

/** How many bytes of output a chunk brings. */
export function see(meter: Meter, chunk: unknown): number {
  try {
    return meter.see(chunk);
  } catch {
    // A chunk that is not what such chunks are is the caller's to judge.
    return 0;
  }
}

/** Whether an answer is the stream object of OpenAI's and Anthropic's clients, which make their chunks by `iterator`. */
export function isClientStream(answer: unknown): answer is { iterator: () => Chunks; controller?: AbortController } {
  return typeof answer === "object" && answer !== null && typeof (answer as { iterator?: unknown }).iterator === "function";
}

/** Meters a stream object in its place, so that all it can do stays. */
export function watchStream(stream: { iterator: () => Chunks; controller?: AbortController }, watch: Watch): void {
  const { iterator } = stream;
  stream.iterator = () => metered(iterator, watch, stream);
  watch.ticket.endsWith(stream);
  if (stream.controller !== undefined) endOnAbort(stream.controller.signal, watch);
}

/** Whoever stops a stream that nobody reads ends it as well. (Apart, for what stands here lives as long as the connection: the stream must not.) */
function endOnAbort(signal: AbortSignal, watch: Watch): void {
  signal.addEventListener("abort", () => end(watch), { once: true });
}
