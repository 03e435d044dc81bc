// POST /v1/embeddings and /v1/moderations, GET /v1/models

import { wordless } from "../lib/answer.mjs";
import { CREATED, asked } from "../lib/asked.mjs";
import { RequestError } from "../lib/errors.mjs";
import { promptTokens } from "../lib/prompt.mjs";
import { embeddingUsage, told } from "../lib/usage.mjs";

/** @typedef {import("../types.d.ts").Incoming} Incoming */
/** @typedef {import("../types.d.ts").Reply} Reply */

const DIMENSIONS = 8;
const DIMENSIONS_MAX = 10_000;
const MODELS = ["gpt-4o", "gpt-4o-mini", "gpt-5", "text-embedding-3-small"];
const CLAUDES = ["claude-sonnet-4-5", "claude-haiku-4-5"];
const GEMINIS = ["gemini-2.5-pro", "gemini-2.5-flash"];
const CATEGORIES = [
  "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
  "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
];

/** A vector of length 1 that points along one axis. @param {unknown} dimensions @param {number} at */
export function vector(dimensions, at) {
  const length = Number(dimensions ?? DIMENSIONS);
  if (!Number.isInteger(length) || length < 1 || length > DIMENSIONS_MAX) throw new RequestError(400, "dimensions are a whole number");
  const values = new Array(length).fill(0);
  values[at % length] = 1;
  return values;
}

/** @param {Incoming} incoming @returns {Reply} */
export function embeddings({ body, script, number }) {
  if (body.input === undefined) throw new RequestError(400, "you must provide an input parameter");
  const read = asked({ model: body.model, promptTokens: promptTokens(body.input) });
  const answer = wordless(read, script, number);
  const isList = Array.isArray(body.input) && typeof body.input[0] !== "number";
  const data = Array.from({ length: isList ? body.input.length : 1 }, (_, index) => {
    const values = vector(body.dimensions, index);
    return { object: "embedding", index, embedding: body.encoding_format === "base64" ? base64(values) : values };
  });
  const whole = () => ({ object: "list", data, model: answer.model, usage: told(answer, embeddingUsage) });
  return { asked: read, answer, wire: embeddingUsage, whole };
}

/** The 32-bit floats that clients ask for by default. @param {number[]} values */
const base64 = (values) => Buffer.from(new Float32Array(values).buffer).toString("base64");

/** @param {Incoming} incoming @returns {Reply} */
export function moderations({ body, script, number }) {
  const read = asked({ model: body.model ?? "omni-moderation-latest", promptTokens: promptTokens(body.input) });
  const answer = wordless(read, script, number);
  const each = (/** @type {unknown} */ value) => Object.fromEntries(CATEGORIES.map((name) => [name, value]));
  const isList = Array.isArray(body.input) && typeof body.input[0] === "string";
  const result = { flagged: false, categories: each(false), category_scores: each(0), category_applied_input_types: each(["text"]) };
  const results = Array.from({ length: isList ? body.input.length : 1 }, () => result);
  return free(read, answer, { id: `modr-mock-${number}`, model: answer.model, results });
}

/** Anthropic has the same path, and asks with a header. @param {Incoming} incoming @returns {Reply} */
export function models({ script, number, headers, params: [id] }) {
  const read = asked({ model: id ?? "none", promptTokens: 0 });
  const isClaude = headers["anthropic-version"] !== undefined;
  const one = (/** @type {string} */ name) =>
    isClaude
      ? { type: "model", id: name, display_name: name, created_at: "2026-01-01T00:00:00Z" }
      : { id: name, object: "model", created: CREATED, owned_by: "mock" };
  const ids = isClaude ? CLAUDES : MODELS;
  const all = isClaude
    ? { data: ids.map(one), has_more: false, first_id: ids[0], last_id: ids.at(-1) }
    : { object: "list", data: ids.map(one) };
  return free(read, wordless(read, script, number), id === undefined ? all : one(id));
}

/** @param {Incoming} incoming @returns {Reply} */
export function geminiModels({ script, number, params: [id] }) {
  const read = asked({ model: id ?? "none", promptTokens: 0 });
  const one = (/** @type {string} */ name) => ({ name: `models/${name}`, displayName: name, supportedGenerationMethods: ["generateContent"] });
  return free(read, wordless(read, script, number), id === undefined ? { models: GEMINIS.map(one) } : one(id));
}

/** @param {import("../types.d.ts").Asked} read @param {import("../types.d.ts").Answer} answer @param {object} body @returns {Reply} */
const free = (read, answer, body) => ({ asked: read, answer, wire: embeddingUsage, whole: () => body, free: true, silent: true });
