// POST /v1/responses

import { compose } from "../lib/answer.mjs";
import { CREATED, asked, list } from "../lib/asked.mjs";
import { RequestError } from "../lib/errors.mjs";
import { PlanBuilder } from "../lib/plan.mjs";
import { promptTokens } from "../lib/prompt.mjs";
import { named } from "../lib/sse.mjs";
import { responsesUsage, told } from "../lib/usage.mjs";
import { tierOf } from "./openai-chat.mjs";

/** @typedef {import("../types.d.ts").Answer} Answer */

/** @param {import("../types.d.ts").Incoming} incoming @returns {import("../types.d.ts").Reply} */
export function responses({ body, script, number }) {
  const read = ask(body);
  const answer = compose(read, script, number);
  const tier = answer.serviceTier ?? tierOf(body.service_tier);
  return {
    asked: read,
    answer,
    wire: responsesUsage,
    whole: () => ended(body, answer, tier, items(answer)),
    ...(read.stream ? { stream: () => events(body, answer, tier) } : {}),
  };
}

/** @param {any} body */
function ask(body) {
  if (typeof body.input !== "string" && !Array.isArray(body.input)) throw new RequestError(400, "`input` is a text or a list");
  const tools = body.tool_choice === "none" ? [] : list(body.tools).filter((tool) => typeof tool?.name === "string").map(toolOf);
  const choice = body.tool_choice;
  const format = body.text?.format;
  return asked({
    model: body.model,
    stream: body.stream === true,
    promptTokens: promptTokens(body.instructions, body.input, body.tools),
    maxTokens: body.max_output_tokens ?? undefined,
    tools,
    forced: choice === "required" ? tools[0] : tools.find((tool) => tool.name === choice?.name),
    schema: format?.type === "json_schema" ? format.schema : format?.type === "json_object" ? true : undefined,
  });
}

/** @param {any} tool */
const toolOf = (tool) => ({ name: tool.name, schema: tool.parameters });

/** The response before there is anything in it. @param {any} body @param {Answer} answer @param {string} tier */
const begun = (body, answer, tier) => ({
  id: `resp_mock_${answer.number}`,
  object: "response",
  created_at: CREATED,
  status: "in_progress",
  background: false,
  completed_at: null,
  error: /** @type {object | null} */ (null),
  incomplete_details: /** @type {object | null} */ (null),
  instructions: body.instructions ?? null,
  max_output_tokens: body.max_output_tokens ?? null,
  max_tool_calls: null,
  model: answer.model,
  output: /** @type {object[]} */ ([]),
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  previous_response_id: body.previous_response_id ?? null,
  reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
  service_tier: tier,
  store: body.store ?? true,
  temperature: body.temperature ?? 1,
  text: body.text ?? { format: { type: "text" } },
  tool_choice: body.tool_choice ?? "auto",
  tools: body.tools ?? [],
  top_p: body.top_p ?? 1,
  truncation: "disabled",
  usage: /** @type {object | null} */ (null),
  user: null,
  metadata: body.metadata ?? {},
});

/** The response as it ends. @param {any} body @param {Answer} answer @param {string} tier @param {object[]} output */
function ended(body, answer, tier, output) {
  const common = { ...begun(body, answer, tier), output, usage: told(answer, responsesUsage) ?? null };
  switch (answer.finish) {
    case "failed":
      return { ...common, status: "failed", error: { code: "server_error", message: "the mock provider failed as it was told" } };
    case "length":
      return { ...common, status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    case "content_filter":
      return { ...common, status: "incomplete", incomplete_details: { reason: "content_filter" } };
    default:
      return { ...common, status: "completed", completed_at: CREATED };
  }
}

/** @param {Answer} answer @param {number} at @param {string} status @param {object[]} content */
const message = (answer, at, status, content) => ({ id: `msg_mock_${answer.number}_${at}`, type: "message", status, content, role: "assistant" });

/** @param {string} text */
const textPart = (text) => ({ type: "output_text", annotations: [], logprobs: [], text });

/** @param {Answer} answer @param {number} at @param {string} status @param {import("../types.d.ts").ToolCall} call @param {string} given */
const functionCall = (answer, at, status, call, given) => ({
  id: `fc_mock_${answer.number}_${at}`,
  type: "function_call",
  status,
  arguments: given,
  call_id: call.id,
  name: call.name,
});

/** @param {Answer} answer */
const statusOf = (answer) => (["length", "content_filter", "failed"].includes(answer.finish) ? "incomplete" : "completed");

/** @param {Answer} answer */
const hasText = (answer) => answer.text !== "" || answer.toolCalls.length === 0;

/** @param {Answer} answer @returns {object[]} */
function items(answer) {
  const status = statusOf(answer);
  const said = hasText(answer) ? [message(answer, 0, status, [textPart(answer.text)])] : [];
  return [...said, ...answer.toolCalls.map((call, at) => functionCall(answer, at + said.length, status, call, call.arguments))];
}

/** @param {any} body @param {Answer} answer @param {string} tier */
function events(body, answer, tier) {
  let count = 0;
  const event = (/** @type {string} */ type, /** @type {object} */ members) =>
    named({ type: `response.${type}`, sequence_number: count++, ...members });
  const plan = new PlanBuilder();
  const first = begun(body, answer, tier);
  plan.lead(event("created", { response: first }) + event("in_progress", { response: first }));
  const output = items(answer);
  let closing = "";
  if (hasText(answer)) {
    const at = { item_id: message(answer, 0, "", []).id, output_index: 0, content_index: 0 };
    plan.lead(event("output_item.added", { output_index: 0, item: message(answer, 0, "in_progress", []) }));
    plan.lead(event("content_part.added", { ...at, part: textPart("") }));
    for (const piece of answer.pieces) plan.delta(event("output_text.delta", { ...at, delta: piece, logprobs: [] }), piece.length);
    closing =
      event("output_text.done", { ...at, text: answer.text, logprobs: [] }) +
      event("content_part.done", { ...at, part: textPart(answer.text) }) +
      event("output_item.done", { output_index: 0, item: output[0] });
  }
  for (const [at, call] of answer.toolCalls.entries()) {
    const index = at + output.length - answer.toolCalls.length;
    const place = { item_id: functionCall(answer, index, "", call, "").id, output_index: index };
    plan.lead(closing + event("output_item.added", { output_index: index, item: functionCall(answer, index, "in_progress", call, "") }));
    for (const piece of call.pieces) plan.delta(event("function_call_arguments.delta", { ...place, delta: piece }), piece.length);
    closing =
      event("function_call_arguments.done", { ...place, name: call.name, arguments: call.arguments }) +
      event("output_item.done", { output_index: index, item: output[index] });
  }
  const { start, deltas, end } = plan.finish();
  const response = ended(body, answer, tier, output);
  return { start, deltas, end: end + closing + event(response.status, { response }) };
}
