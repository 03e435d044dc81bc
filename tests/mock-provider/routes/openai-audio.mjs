// POST /v1/audio/speech and /v1/audio/transcriptions

import { compose, wordless } from "../lib/answer.mjs";
import { asked } from "../lib/asked.mjs";
import { RequestError } from "../lib/errors.mjs";
import { PlanBuilder } from "../lib/plan.mjs";
import { promptTokens } from "../lib/prompt.mjs";
import { named } from "../lib/sse.mjs";
import { audioUsage, told } from "../lib/usage.mjs";

/** @typedef {import("../types.d.ts").Incoming} Incoming */
/** @typedef {import("../types.d.ts").Reply} Reply */
/** @typedef {import("../types.d.ts").Usage} Usage */

/** A second of audio that is sent. */
export const SECOND_TOKENS = 10;

const SOUND = Buffer.alloc(256);
/** @type {Record<string, string>} */
const TYPES = { mp3: "audio/mpeg", opus: "audio/opus", aac: "audio/aac", flac: "audio/flac", wav: "audio/wav", pcm: "audio/pcm" };

/** Spoken tokens are as many as read ones. @param {Incoming} incoming @returns {Reply} */
export function speech({ body, script, number }) {
  if (typeof body.input !== "string") throw new RequestError(400, "`input` is a text");
  const isStream = body.stream_format === "sse";
  const read = asked({ model: body.model, stream: isStream, promptTokens: promptTokens(body.input, body.instructions) });
  const answer = wordless(read, script, number, { output: read.promptTokens, audio_output: read.promptTokens });
  const wire = (/** @type {Usage} */ usage) => ({
    input_tokens: usage.input,
    output_tokens: usage.output,
    total_tokens: usage.input + usage.output,
  });
  const plan = new PlanBuilder();
  const audio = SOUND.toString("base64");
  plan.delta(named({ type: "speech.audio.delta", audio }), 1);
  const stream = () => ({ ...plan.finish(), end: named({ type: "speech.audio.done", usage: told(answer, wire) }) });
  return {
    asked: read,
    answer: { ...answer, chars: 1 },
    wire,
    whole: () => SOUND,
    type: TYPES[body.response_format ?? "mp3"] ?? "application/octet-stream",
    silent: !isStream,
    ...(isStream ? { stream } : {}),
  };
}

/** @param {Incoming} incoming @returns {Reply} */
export function transcriptions({ body, script, number }) {
  if (body.file === undefined) throw new RequestError(400, "`file` is missing");
  const seconds = script.audio_seconds ?? 1;
  const audio = Math.ceil(seconds * SECOND_TOKENS);
  const read = asked({
    model: body.model,
    stream: body.stream === "true" || body.stream === true,
    promptTokens: audio + promptTokens(body.prompt),
  });
  const composed = compose(read, script, number);
  const answer = { ...composed, usage: { audio_input: audio, ...composed.usage } };
  // Whisper is paid by the second.
  const isTimed = read.model.startsWith("whisper") || body.response_format === "verbose_json";
  const wire = (/** @type {Usage} */ usage) => (isTimed ? { type: "duration", seconds: Math.ceil(seconds) } : audioUsage(usage));
  const isText = ["text", "srt", "vtt"].includes(body.response_format);
  const usage = told(answer, wire);
  const { text } = answer;
  const verbose = { task: "transcribe", language: "english", duration: seconds, text, segments: [], words: [], usage };
  return {
    asked: read,
    answer,
    wire,
    whole: () => (isText ? `${text}\n` : body.response_format === "verbose_json" ? verbose : { text, usage }),
    silent: isText,
    ...(isText ? { type: "text/plain; charset=utf-8" } : {}),
    ...(read.stream ? { stream: () => events(answer.pieces, text, usage) } : {}),
  };
}

/** @param {string[]} pieces @param {string} text @param {object | undefined} usage */
function events(pieces, text, usage) {
  const plan = new PlanBuilder();
  for (const delta of pieces) plan.delta(named({ type: "transcript.text.delta", delta }), delta.length);
  return { ...plan.finish(), end: named({ type: "transcript.text.done", text, usage }) };
}
