// What the model says: its text and tool calls in chunks, why it stopped, and what that costs.

import { TOKEN_CHARS, tokensOf } from "./prompt.mjs";
import { sample } from "./sample.mjs";

/** @typedef {import("../types.d.ts").Asked} Asked */
/** @typedef {import("../types.d.ts").Script} Script */
/** @typedef {import("../types.d.ts").Usage} Usage */

/** 64 characters, 16 tokens. */
export const TEXT = "The mock provider gives the same answer to whatever it is asked.";

/**
 * @param {Asked} asked
 * @param {Script} script
 * @param {number} number of the request, for ids
 * @returns {import("../types.d.ts").Answer}
 */
export function compose(asked, script, number) {
  const wanted = wantedCalls(asked, script);
  const toolCalls = wanted.map((call, at) => toolCall(call, `${asked.callPrefix}${number}_${at}`, asked, script));
  const said = words(asked, script, toolCalls.length > 0);
  const callChars = toolCalls.reduce((sum, call) => sum + call.arguments.length, 0);
  const tokens = tokensOf(said.text.length) + tokensOf(callChars);
  const written = asked.choices * tokens + (script.usage?.reasoning ?? 0);
  return {
    model: script.model ?? asked.model + (script.model_suffix ?? ""),
    text: said.text,
    pieces: said.pieces,
    toolCalls,
    finish: script.finish ?? (said.cut ? "length" : toolCalls.length > 0 ? "tool_calls" : "stop"),
    usage: { input: asked.promptTokens, output: written, ...script.usage },
    report: script.report === "none" ? null : script.report,
    serviceTier: script.service_tier,
    chars: asked.choices * (said.text.length + callChars),
    number,
  };
}

/**
 * The answer of a route that says no words.
 * @param {Asked} asked
 * @param {Script} script
 * @param {number} number
 * @param {Partial<Usage>} [usage] where the script says nothing else; nothing is written unless it is said here
 * @returns {import("../types.d.ts").Answer}
 */
export function wordless(asked, script, number, usage) {
  const silent = { text: "", tokens: undefined, chunks: undefined, tool_calls: undefined };
  const answer = compose(asked, { ...script, ...silent }, number);
  return { ...answer, usage: { input: asked.promptTokens, output: 0, ...usage, ...script.usage } };
}

/** @param {Asked} asked @param {Script} script @param {boolean} callsTools */
function words(asked, script, callsTools) {
  if (Array.isArray(script.chunks)) return { text: script.chunks.join(""), pieces: script.chunks, cut: false };
  let text = wholeText(asked, script, callsTools);
  // A scripted number of tokens holds, whatever the request allows.
  const max = script.usage?.output === undefined ? asked.maxTokens : undefined;
  const cut = max !== undefined && text.length > max * TOKEN_CHARS;
  if (cut) text = head(text, max * TOKEN_CHARS);
  const size = script.chunks === undefined ? script.chunk_chars ?? TOKEN_CHARS : Math.ceil(text.length / Math.max(1, script.chunks));
  return { text, pieces: asked.stream ? split(text, size) : [], cut };
}

/** @param {Asked} asked @param {Script} script @param {boolean} callsTools */
function wholeText(asked, script, callsTools) {
  if (script.text !== undefined) return script.text;
  if (callsTools) return "";
  if (script.json !== undefined) return JSON.stringify(script.json);
  if (script.tokens !== undefined) return filler(script.tokens * TOKEN_CHARS);
  if (asked.schema !== undefined) return JSON.stringify(sample(asked.schema));
  if (typeof script.chunks === "number") return filler(script.chunks * (script.chunk_chars ?? TOKEN_CHARS));
  return TEXT;
}

/** @param {number} chars */
const filler = (chars) => `${TEXT} `.repeat(Math.ceil(chars / (TEXT.length + 1))).slice(0, chars);

/** Whether the character there goes on in the next place. @param {string} text @param {number} at */
const isHalf = (text, at) => (text.charCodeAt(at) & 0xfc00) === 0xd800;

/** @param {string} text @param {number} chars */
const head = (text, chars) => text.slice(0, isHalf(text, chars - 1) ? chars - 1 : chars);

/** @param {string} text @param {number} size */
function split(text, size) {
  const pieces = [];
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = Math.min(at + size, text.length);
    // No half of a character at the end of a chunk.
    if (end < text.length && isHalf(text, end - 1)) end += 1;
    pieces.push(text.slice(at, end));
  }
  return pieces;
}

/** @typedef {{ id?: string, name?: string, arguments?: unknown }} Call */

/**
 * The calls of the script, where there are tools; or else the one that the request insists on.
 * @param {Asked} asked @param {Script} script
 * @returns {Call[]}
 */
function wantedCalls(asked, script) {
  if (asked.tools.length === 0) return [];
  if (script.tool_calls !== undefined) return script.tool_calls;
  if (asked.forced === undefined || script.text !== undefined) return [];
  return [{ name: asked.forced.name, arguments: script.json ?? sample(asked.forced.schema) }];
}

/** @param {Call} call @param {string} id @param {Asked} asked @param {Script} script */
function toolCall(call, id, asked, script) {
  const given = call.arguments ?? {};
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return {
    id: call.id ?? id,
    name: call.name ?? asked.tools[0]?.name ?? "",
    arguments: text,
    pieces: asked.stream ? split(text, script.chunk_chars ?? TOKEN_CHARS) : [],
  };
}

/**
 * The usage of an answer of which a part was delivered. Reasoning comes before the first chunk, so one chunk is enough
 * for all of it; the rest is in proportion to characters, rounded up.
 * @param {Usage} usage
 * @param {number} done characters delivered
 * @param {number} all characters of the answer
 * @returns {Usage}
 */
export function delivered(usage, done, all) {
  if (done >= all && all > 0) return usage;
  const share = all === 0 ? 0 : done / all;
  const part = (/** @type {number} */ n) => Math.ceil(n * share);
  const reasoning = done > 0 ? usage.reasoning ?? 0 : 0;
  const cut = { ...usage, output: reasoning + part(usage.output - (usage.reasoning ?? 0)) };
  if (usage.reasoning !== undefined) cut.reasoning = reasoning;
  if (usage.audio_output !== undefined) cut.audio_output = part(usage.audio_output);
  if (usage.image_output !== undefined) cut.image_output = part(usage.image_output);
  return cut;
}
