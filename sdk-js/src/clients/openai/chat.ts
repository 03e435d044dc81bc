import type { Actual } from "@spendgate/wasm/engine";
import { utf8Bytes } from "../../estimate/measure.js";
import { list, member, number, text, type Meter, type Operation, type Params } from "../operation.js";

/**
 * The usage of an answer as the engine reads it. The tier that served the call sets its price, so it goes along; some who speak
 * like OpenAI count in another way, so their name does.
 */
export function openaiUsage(answer: unknown, provider = "openai"): Actual | undefined {
  const usage = member(answer, "usage");
  // Transcriptions may be told in seconds, which have no price here.
  if (typeof usage !== "object" || usage === null || text(usage, "type") === "duration") return undefined;
  return { usage: { provider, service_tier: text(answer, "service_tier"), usage } };
}

/** Chat completions, and the older completions of a text. */
export function chat(method: string): Operation {
  return {
    method,
    name: method === "completions.create" ? "text_completion" : "chat",
    shape: (params) => ({
      model: text(params, "model"),
      input: [params["messages"], params["prompt"], params["tools"], params["functions"], params["response_format"], member(params["prediction"], "content")],
      maxOutputTokens: number(params, "max_completion_tokens") ?? number(params, "max_tokens"),
      n: number(params, "n"),
    }),
    withModel: (params, model) => ({ ...params, model }),
    prepare: withUsage,
    used: openaiUsage,
    meter: (params, provider) => new ChatMeter(member(params["stream_options"], "include_usage") !== true, provider),
  };
}

/** A stream tells its use only when it is asked to. */
function withUsage(params: Params): Params {
  if (params["stream"] !== true) return params;
  const options = params["stream_options"];
  return { ...params, stream_options: { ...(typeof options === "object" ? options : null), include_usage: true } };
}

class ChatMeter implements Meter {
  #used: Actual | undefined;
  isHidden = false;

  /** @param hides the chunk that carries the usage alone, for the caller has not asked for it */
  constructor(
    private readonly hides: boolean,
    private readonly provider: string | undefined,
  ) {}

  see(chunk: unknown): number {
    const choices = list(chunk, "choices");
    this.#used = openaiUsage(chunk, this.provider) ?? this.#used;
    this.isHidden = this.hides && choices.length === 0 && member(chunk, "usage") != null;
    let bytes = 0;
    for (const choice of choices) bytes += deltaBytes(member(choice, "delta")) + lengthOf(member(choice, "text"));
    return bytes;
  }

  used(): Actual | undefined {
    return this.#used;
  }
}

function deltaBytes(delta: unknown): number {
  let bytes = 0;
  for (const key of ["content", "refusal", "reasoning_content", "reasoning"]) bytes += lengthOf(member(delta, key));
  const calls = list(delta, "tool_calls").map((call) => member(call, "function"));
  for (const call of [...calls, member(delta, "function_call")]) {
    bytes += lengthOf(member(call, "name")) + lengthOf(member(call, "arguments"));
  }
  return bytes;
}

/** The bytes of a value that may be a text. */
export function lengthOf(value: unknown): number {
  return typeof value === "string" ? utf8Bytes(value) : 0;
}
