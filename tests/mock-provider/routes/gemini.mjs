// POST /v1beta/models/MODEL:VERB

import { compose, delivered, wordless } from "../lib/answer.mjs";
import { asked, list, needList } from "../lib/asked.mjs";
import { PlanBuilder } from "../lib/plan.mjs";
import { promptTokens } from "../lib/prompt.mjs";
import { data } from "../lib/sse.mjs";
import { geminiUsage, told } from "../lib/usage.mjs";
import { vector } from "./openai-other.mjs";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").Incoming} Incoming */
/** @typedef {import("../types.d.ts").Reply} Reply */

/** @type {Record<string, string>} */
const FINISH = { stop: "STOP", tool_calls: "STOP", length: "MAX_TOKENS", content_filter: "SAFETY" };

/** @param {Incoming} incoming @returns {Reply} */
export function generateContent({ body, script, number, params: [model] }) {
  const read = ask(body, model, false);
  const answer = compose(read, script, number);
  return { asked: read, answer, wire: geminiUsage, whole: () => whole(answer, read.choices) };
}

/** Without `?alt=sse` the chunks come as one JSON list. @param {Incoming} incoming @returns {Reply} */
export function streamGenerateContent({ body, script, number, params: [model, alt] }) {
  const read = ask(body, model, true);
  const answer = compose(read, script, number);
  const stream = () => chunks(answer);
  if (alt === "sse") return { asked: read, answer, wire: geminiUsage, whole: () => whole(answer, 1), stream };
  return { asked: { ...read, stream: false }, answer, wire: geminiUsage, whole: () => asList(stream()) };
}

/** @param {Incoming} incoming @returns {Reply} */
export function embedContent({ body, script, number, params: [model] }) {
  const read = asked({ model, promptTokens: promptTokens(body.content) });
  const answer = wordless(read, script, number);
  const values = vector(body.outputDimensionality ?? body.embedContentConfig?.outputDimensionality, 0);
  const whole = () => ({ embedding: { values }, usageMetadata: told(answer, embeddingUsage) });
  return { asked: read, answer, wire: embeddingUsage, whole };
}

/** @param {Incoming} incoming @returns {Reply} */
export function batchEmbedContents({ body, script, number, params: [model] }) {
  needList(body.requests, "requests");
  const read = asked({ model, promptTokens: promptTokens(body.requests.map((/** @type {any} */ one) => one?.content)) });
  const answer = wordless(read, script, number);
  const embeddings = body.requests.map((/** @type {any} */ one, /** @type {number} */ at) => ({ values: vector(one?.outputDimensionality, at) }));
  return { asked: read, answer, wire: embeddingUsage, whole: () => ({ embeddings, usageMetadata: told(answer, embeddingUsage) }) };
}

/** @param {Incoming} incoming @returns {Reply} */
export function countTokens({ body, script, number, params: [model] }) {
  const request = body.generateContentRequest ?? body;
  const read = asked({ model, promptTokens: promptTokens(request.systemInstruction, request.contents, request.tools) });
  const answer = wordless(read, script, number);
  const total = answer.usage.input;
  const whole = () => ({ totalTokens: total, promptTokensDetails: [{ modality: "TEXT", tokenCount: total }] });
  return { asked: read, answer, wire: embeddingUsage, whole, free: true, silent: true };
}

/** @param {import("../types.d.ts").Usage} usage */
const embeddingUsage = (usage) => ({
  promptTokenCount: usage.input,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: usage.input }],
});

/** @param {any} body @param {string | undefined} model @param {boolean} stream */
function ask(body, model, stream) {
  needList(body.contents, "contents");
  const config = body.generationConfig ?? {};
  const mode = body.toolConfig?.functionCallingConfig?.mode;
  const functions = list(body.tools).flatMap((tool) => list(tool?.functionDeclarations));
  const tools =
    mode === "NONE" ? [] : functions.map((one) => ({ name: one.name, schema: one.parametersJsonSchema ?? one.parameters }));
  return asked({
    model,
    stream,
    promptTokens: promptTokens(body.systemInstruction, body.contents, body.tools),
    maxTokens: config.maxOutputTokens,
    tools,
    forced: mode === "ANY" ? tools[0] : undefined,
    schema: config.responseMimeType === "application/json" ? config.responseJsonSchema ?? config.responseSchema ?? true : undefined,
    choices: config.candidateCount ?? 1,
  });
}

/** @param {Answer} answer */
const frame = (answer) => ({ modelVersion: answer.model, responseId: `mock-${answer.number}` });

/** @param {Answer["toolCalls"][number]} call */
function callPart(call) {
  let args;
  try {
    args = JSON.parse(call.arguments);
  } catch {
    args = {};
  }
  return { functionCall: { name: call.name, args } };
}

/** @param {Answer} answer @param {number} choices */
function whole(answer, choices) {
  const said = answer.text !== "" || answer.toolCalls.length === 0 ? [{ text: answer.text }] : [];
  const content = { parts: [...said, ...answer.toolCalls.map(callPart)], role: "model" };
  const finishReason = FINISH[answer.finish] ?? answer.finish;
  return {
    candidates: Array.from({ length: choices }, (_, index) => ({ content, finishReason, index })),
    usageMetadata: told(answer, geminiUsage),
    ...frame(answer),
  };
}

/** Every chunk tells the usage so far. @param {Answer} answer */
function chunks(answer) {
  const plan = new PlanBuilder();
  let done = 0;
  const chunk = (/** @type {object} */ part, /** @type {string | undefined} */ finishReason, /** @type {boolean} */ last) => {
    const candidate = { content: { parts: [part], role: "model" }, ...(finishReason === undefined ? {} : { finishReason }), index: 0 };
    const sofar = answer.report === undefined && !last ? geminiUsage(delivered(answer.usage, done, answer.chars)) : told(answer, geminiUsage);
    return data({ candidates: [candidate], ...(sofar === undefined ? {} : { usageMetadata: sofar }), ...frame(answer) });
  };
  for (const piece of answer.pieces) {
    done += piece.length;
    plan.delta(chunk({ text: piece }, undefined, false), piece.length);
  }
  for (const call of answer.toolCalls) {
    done += call.arguments.length;
    plan.delta(chunk(callPart(call), undefined, false), call.arguments.length);
  }
  const { start, deltas } = plan.finish();
  return { start, deltas, end: chunk({ text: "" }, FINISH[answer.finish] ?? answer.finish, true) };
}

/** @param {import("../types.d.ts").Plan} plan */
const asList = (plan) => [...plan.deltas.map((delta) => delta.data), plan.end].map((text) => JSON.parse(text.slice("data: ".length)));
