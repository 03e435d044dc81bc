import { endingOf } from "../../clients/failure.js";
import { end, see, type Watch } from "../../clients/stream.js";

/** Counts that nobody knows, in the form of the AI SDK. */
const UNKNOWN = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/**
 * The same parts, metered as they are read. The call ends with the stream: at its end, at an error, when its reader leaves, or when
 * nobody holds it any more.
 */
export function watchParts(stream: ReadableStream<unknown>, watch: Watch): ReadableStream<unknown> {
  const { meter, ticket, cut } = watch;
  const source = stream.getReader();
  const watched = new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await source.read();
          if (done) {
            end(watch);
            controller.close();
            return;
          }
          const bytes = see(meter, value);
          const error = cut !== null && bytes > 0 ? ticket.wouldPass(bytes) : null;
          if (error === null) {
            ticket.received(bytes);
            controller.enqueue(value);
            return;
          }
          cut?.(error);
          end(watch);
          source.cancel(error).catch(() => {});
          // As providers end a stream that fails.
          controller.enqueue({ type: "error", error });
          controller.enqueue({ type: "finish", finishReason: { unified: "error", raw: undefined }, usage: UNKNOWN });
          controller.close();
        } catch (error) {
          end(watch, endingOf(error).report);
          throw error;
        }
      },
      cancel(reason) {
        end(watch);
        return source.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  ticket.endsWith(watched);
  return watched;
}
