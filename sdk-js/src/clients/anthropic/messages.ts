import type { Actual } from "@spendgate/wasm/engine";
import { utf8Bytes } from "../../estimate/measure.js";
import { member, number, text, type Meter, type Operation } from "../operation.js";

/** Messages, of the API and of its beta. */
export function messages(method: string): Operation {
  return {
    method,
    name: "chat",
    shape: (params) => ({
      model: text(params, "model"),
      input: [params["system"], params["messages"], params["tools"], params["output_config"], params["output_format"]],
      maxOutputTokens: number(params, "max_tokens"),
    }),
    withModel: (params, model) => ({ ...params, model }),
    used: (answer) => actualOf(member(answer, "usage")),
    meter: () => new MessagesMeter(),
  };
}

/** The older completions of a text, of clients before 1.0. Their answers do not tell what was used. */
export const completions: Operation = {
  method: "completions.create",
  name: "text_completion",
  isEstimated: true,
  shape: (params) => ({
    model: text(params, "model"),
    input: [params["prompt"]],
    maxOutputTokens: number(params, "max_tokens_to_sample"),
  }),
  withModel: (params, model) => ({ ...params, model }),
  used: () => undefined,
  meter: () => new CompletionsMeter(),
};

/** Anthropic's usage as the engine reads it, whoever hosts the model. */
/** @param partial the answer was given up: what came of it is not what such answers are like */
function actualOf(usage: unknown, partial = false): Actual | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  return { usage: { provider: "anthropic", partial, usage } };
}

/**
 * A message in pieces. Its beginning tells what was read, each later word of the use replaces the earlier ones: the counts are of
 * the whole message.
 */
class MessagesMeter implements Meter {
  #usage: Record<string, unknown> | undefined;
  #isWhole = false;

  see(event: unknown): number {
    switch (text(event, "type")) {
      case "message_start":
        this.#take(member(member(event, "message"), "usage"));
        return 0;
      case "message_delta":
        this.#isWhole = this.#take(member(event, "usage"));
        return 0;
      case "content_block_start":
        return bytesOf(member(event, "content_block"));
      case "content_block_delta":
        return bytesOf(member(event, "delta"));
      default:
        return 0;
    }
  }

  usedSoFar(outputTokens: string): Actual | undefined {
    return this.#usage && actualOf({ ...this.#usage, output_tokens: outputTokens }, true);
  }

  used(): Actual | undefined {
    return this.#isWhole ? actualOf(this.#usage) : undefined;
  }

  #take(usage: unknown): boolean {
    if (typeof usage !== "object" || usage === null) return false;
    const told = Object.entries(usage).filter(([, value]) => value !== null && value !== undefined);
    this.#usage = { ...this.#usage, ...Object.fromEntries(told) };
    return true;
  }
}

class CompletionsMeter implements Meter {
  see(event: unknown): number {
    return utf8Bytes(text(event, "completion") ?? "");
  }

  used(): undefined {
    return undefined;
  }
}

/** What a block or a piece of one brings: text, thoughts, input of tools, a summary. */
function bytesOf(piece: unknown): number {
  let bytes = 0;
  for (const key of ["text", "thinking", "partial_json", "content"]) bytes += utf8Bytes(text(piece, key) ?? "");
  return bytes;
}
