import { subjectOf, type Attributes, type Subject } from "../../attributes.js";
import { lengthOf } from "../../clients/openai/chat.js";
import { list, member, number, text } from "../../clients/operation.js";
import type { Shape } from "../../estimate/estimate.js";
import type { Actual } from "@spendgate/wasm/engine";

/** What LangChain says of a call when it starts. */
export interface Start {
  /** The messages, or the text, that are sent. */
  input: readonly unknown[];
  /** The parameters as the model's class makes them, and the options of the call. */
  extra: unknown;
  metadata: unknown;
}

/** Names of attributes in a run's metadata, ours and those in use with LangGraph and LangSmith; the first that is there counts. */
const NAMES = {
  user: ["user", "userId", "user_id"],
  tier: ["tier", "plan"],
  org: ["org"],
  feature: ["feature", "group"],
  session: ["session", "session_id", "thread_id", "conversation_id"],
} as const;

/** Who a run says it is for. What is no id there is something else of the application's, by the same name. */
export function subjectOfRun(attributes: Attributes | undefined, metadata: unknown): Subject {
  const own: Attributes = {};
  for (const [key, names] of Object.entries(NAMES)) {
    const found = names.map((name) => member(metadata, name)).find((value) => typeof value === "string" || typeof value === "number");
    if (found !== undefined) own[key as keyof typeof NAMES] = found as string;
  }
  return subjectOf(attributes, own);
}

/** Who is called, in LangChain's words, which the price table knows. */
export function providerOfRun({ metadata }: Start): string | undefined {
  return text(metadata, "ls_provider");
}

/** What is to be known of a call for its estimate. Each class of models has its own names. */
export function shapeOfRun({ input, extra, metadata }: Start): Shape {
  const params = member(extra, "invocation_params");
  return {
    model: text(params, "model") ?? text(params, "model_name") ?? text(params, "modelId") ?? text(metadata, "ls_model_name"),
    input: [...input.map(partOf), member(params, "tools"), member(params, "functions"), member(params, "response_format"), member(params, "text")],
    maxOutputTokens:
      number(params, "max_completion_tokens") ??
      number(params, "max_output_tokens") ??
      number(params, "maxOutputTokens") ??
      number(params, "max_tokens") ??
      number(metadata, "ls_max_tokens"),
    n: number(params, "n"),
  };
}

/** Of a message what is sent; the object has it more than once. */
function partOf(message: unknown): unknown {
  return typeof message === "string" ? message : [member(message, "content"), member(message, "tool_calls")];
}

/** What a result says was used, as the engine reads it. */
export function usageOfRun(output: unknown): Actual | undefined {
  const [first] = list(output, "generations");
  const message = member(Array.isArray(first) ? first[0] : first, "message");
  const usage = member(message, "usage_metadata");
  if (typeof member(usage, "input_tokens") === "number") {
    return { usage: { provider: "langchain", service_tier: text(member(message, "response_metadata"), "service_tier"), usage } };
  }
  // Models of text, which have no messages.
  const counts = member(member(output, "llmOutput"), "tokenUsage");
  return typeof member(counts, "promptTokens") === "number" ? { usage: { provider: "langchain", usage: counts } } : undefined;
}

/** The bytes of output that a token, or the chunk that has it, brings. */
export function bytesOf(token: unknown, chunk: unknown): number {
  let bytes = lengthOf(token);
  for (const call of list(member(chunk, "message"), "tool_call_chunks")) bytes += lengthOf(member(call, "name")) + lengthOf(member(call, "args"));
  return bytes;
}
