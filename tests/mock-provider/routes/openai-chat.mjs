// POST /v1/chat/completions

import { compose } from "../lib/answer.mjs";
import { CREATED, asked, list, needList } from "../lib/asked.mjs";
import { PlanBuilder } from "../lib/plan.mjs";
import { promptTokens } from "../lib/prompt.mjs";
import { data } from "../lib/sse.mjs";
import { chatUsage, told } from "../lib/usage.mjs";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").Asked} Asked */

/** @param {import("../types.d.ts").Incoming} incoming @returns {import("../types.d.ts").Reply} */
export function chat({ body, script, number }) {
  const read = ask(body);
  const answer = compose(read, script, number);
  const tier = answer.serviceTier ?? tierOf(body.service_tier);
  const wantsUsage = body.stream_options?.include_usage === true;
  return {
    asked: read,
    answer,
    wire: chatUsage,
    whole: () => completion(answer, read.choices, tier),
    silent: read.stream && !wantsUsage,
    ...(read.stream ? { stream: () => chunks(answer, read.choices, tier, wantsUsage) } : {}),
  };
}

/** The tier that answers: the one asked for, if it is a certain one. @param {unknown} wanted */
export const tierOf = (wanted) => (typeof wanted === "string" && wanted !== "auto" ? wanted : "default");

/** @param {any} body @returns {Asked} */
function ask(body) {
  needList(body.messages, "messages");
  const format = body.response_format?.type;
  const tools = body.tool_choice === "none" ? [] : list(body.tools).map(toolOf);
  return asked({
    model: body.model,
    stream: body.stream === true,
    promptTokens: promptTokens(body.messages, body.tools),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    tools,
    forced: forcedOf(body.tool_choice, tools),
    schema: format === "json_schema" ? body.response_format.json_schema?.schema : format === "json_object" ? true : undefined,
    choices: body.n ?? 1,
  });
}

/** @param {any} tool */
const toolOf = (tool) => ({ name: tool?.function?.name ?? tool?.custom?.name ?? "", schema: tool?.function?.parameters });

/** @param {any} choice @param {import("../types.d.ts").Tool[]} tools */
function forcedOf(choice, tools) {
  if (choice === "required") return tools[0];
  return tools.find((tool) => tool.name === choice?.function?.name);
}

/** @param {Answer} answer @param {string} tier */
const frame = (answer, tier) => ({
  id: `chatcmpl-mock-${answer.number}`,
  object: "chat.completion",
  created: CREATED,
  model: answer.model,
  service_tier: tier,
  system_fingerprint: "fp_mock",
});

/** @param {Answer} answer @param {number} choices @param {string} tier */
function completion(answer, choices, tier) {
  const { text, toolCalls } = answer;
  const message = {
    role: "assistant",
    content: text === "" && toolCalls.length > 0 ? null : text,
    refusal: null,
    annotations: [],
    ...(toolCalls.length === 0
      ? {}
      : {
          tool_calls: toolCalls.map((call) => ({
            id: call.id,
            type: "function",
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
  };
  return {
    ...frame(answer, tier),
    choices: Array.from({ length: choices }, (_, index) => ({ index, message, logprobs: null, finish_reason: answer.finish })),
    usage: told(answer, chatUsage),
  };
}

/** @param {Answer} answer @param {number} choices @param {string} tier @param {boolean} wantsUsage */
function chunks(answer, choices, tier, wantsUsage) {
  // With include_usage every chunk but the last has a usage of null.
  const common = { ...frame(answer, tier), object: "chat.completion.chunk", ...(wantsUsage ? { usage: null } : {}) };
  const chunk = (/** @type {number} */ index, /** @type {object} */ delta, /** @type {string | null} */ finish = null) =>
    data({ ...common, choices: [{ index, delta, logprobs: null, finish_reason: finish }] });
  const plan = new PlanBuilder();
  for (let index = 0; index < choices; index++) {
    plan.lead(chunk(index, { role: "assistant", content: answer.toolCalls.length > 0 && answer.text === "" ? null : "", refusal: null }));
    for (const piece of answer.pieces) plan.delta(chunk(index, { content: piece }), piece.length);
    for (const [at, call] of answer.toolCalls.entries()) {
      const begun = { index: at, id: call.id, type: "function", function: { name: call.name, arguments: "" } };
      plan.lead(chunk(index, { tool_calls: [begun] }));
      for (const piece of call.pieces) {
        plan.delta(chunk(index, { tool_calls: [{ index: at, function: { arguments: piece } }] }), piece.length);
      }
    }
  }
  // Only what comes after the last chunk: without one, `lead` would put it before the first.
  const { start, deltas, end } = plan.finish();
  let last = end;
  for (let index = 0; index < choices; index++) last += chunk(index, {}, answer.finish);
  const usage = told(answer, chatUsage);
  if (wantsUsage && usage !== undefined) last += data({ ...common, choices: [], usage });
  return { start, deltas, end: `${last}data: [DONE]\n\n` };
}
