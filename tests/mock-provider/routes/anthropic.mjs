// POST /v1/messages and /v1/messages/count_tokens

import { compose, wordless } from "../lib/answer.mjs";
import { asked, list, needList } from "../lib/asked.mjs";
import { RequestError } from "../lib/errors.mjs";
import { PlanBuilder } from "../lib/plan.mjs";
import { promptTokens } from "../lib/prompt.mjs";
import { named } from "../lib/sse.mjs";
import { messagesUsage, told } from "../lib/usage.mjs";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").Incoming} Incoming */
/** @typedef {import("../types.d.ts").Reply} Reply */
/** @typedef {import("../types.d.ts").Usage} Usage */

/** @type {Record<string, string>} */
const STOP = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use", content_filter: "refusal" };

/** @param {Incoming} incoming @returns {Reply} */
export function messages({ body, script, number }) {
  if (!Number.isInteger(body.max_tokens)) throw new RequestError(400, "max_tokens: Field required");
  const read = ask(body);
  const answer = compose(read, script, number);
  const tier = answer.serviceTier ?? "standard";
  const wire = (/** @type {Usage} */ usage) => messagesUsage(usage, tier);
  return {
    asked: read,
    answer,
    wire,
    whole: () => ({
      ...frame(answer),
      content: [
        ...(hasText(answer) ? [{ type: "text", text: answer.text }] : []),
        ...answer.toolCalls.map((call) => ({ type: "tool_use", id: call.id, name: call.name, input: parsed(call.arguments) })),
      ],
      stop_reason: STOP[answer.finish] ?? answer.finish,
      usage: told(answer, wire),
    }),
    ...(read.stream ? { stream: () => events(answer, wire) } : {}),
  };
}

/** @param {Incoming} incoming @returns {Reply} */
export function countTokens({ body, script, number }) {
  const read = { ...ask(body), stream: false };
  const answer = wordless(read, script, number);
  return {
    asked: read,
    answer,
    wire: (usage) => ({ input_tokens: usage.input }),
    whole: () => ({ input_tokens: answer.usage.input }),
    free: true,
    silent: true,
  };
}

/** @param {any} body */
function ask(body) {
  needList(body.messages, "messages");
  const choice = body.tool_choice;
  const tools = choice?.type === "none" ? [] : list(body.tools).map((tool) => ({ name: tool?.name ?? "", schema: tool?.input_schema }));
  const format = body.output_config?.format ?? body.output_format;
  return asked({
    model: body.model,
    stream: body.stream === true,
    promptTokens: promptTokens(body.system, body.messages, body.tools),
    maxTokens: body.max_tokens,
    tools,
    forced: choice?.type === "any" ? tools[0] : tools.find((tool) => choice?.type === "tool" && tool.name === choice.name),
    callPrefix: "toolu_mock_",
    schema: format?.type === "json_schema" ? format.schema : undefined,
  });
}

/** @param {Answer} answer */
const hasText = (answer) => answer.text !== "" || answer.toolCalls.length === 0;

/** @param {Answer} answer */
const frame = (answer) => ({
  id: `msg_mock_${answer.number}`,
  type: "message",
  role: "assistant",
  model: answer.model,
  content: /** @type {object[]} */ ([]),
  stop_reason: /** @type {string | null} */ (null),
  stop_sequence: null,
});

/** Arguments that are no JSON are sent as a text. @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {Answer} answer @param {(usage: Usage) => Record<string, unknown>} wire */
function events(answer, wire) {
  const plan = new PlanBuilder();
  const usage = told(answer, wire);
  // What is read counts from the start, what is written grows: one token so far.
  const first = usage === undefined ? {} : { usage: { ...usage, ...("output_tokens" in usage ? { output_tokens: 1 } : {}), iterations: undefined } };
  plan.lead(named({ type: "message_start", message: { ...frame(answer), ...first } }));
  let index = 0;
  let closing = "";
  const block = (/** @type {object} */ content, /** @type {string[]} */ pieces, /** @type {(piece: string) => object} */ delta) => {
    const at = index++;
    plan.lead(closing + named({ type: "content_block_start", index: at, content_block: content }));
    if (at === 0) plan.lead(named({ type: "ping" }));
    for (const piece of pieces) plan.delta(named({ type: "content_block_delta", index: at, delta: delta(piece) }), piece.length);
    closing = named({ type: "content_block_stop", index: at });
  };
  if (hasText(answer)) block({ type: "text", text: "" }, answer.pieces, (text) => ({ type: "text_delta", text }));
  for (const call of answer.toolCalls) {
    const content = { type: "tool_use", id: call.id, name: call.name, input: {} };
    block(content, call.pieces, (piece) => ({ type: "input_json_delta", partial_json: piece }));
  }
  const { start, deltas, end } = plan.finish();
  const delta = { stop_reason: STOP[answer.finish] ?? answer.finish, stop_sequence: null };
  const last = { type: "message_delta", delta, ...(usage === undefined ? {} : { usage: cumulative(usage) }) };
  return { start, deltas, end: end + closing + named(last) + named({ type: "message_stop" }) };
}

/** What `message_delta` repeats of the usage. @param {Record<string, unknown>} usage */
function cumulative({ cache_creation, service_tier, ...counts }) {
  return counts;
}
