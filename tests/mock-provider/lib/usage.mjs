// Usage as each provider writes it.

/** @typedef {import("../types.d.ts").Usage} Usage */

/** Chat completions. @param {Usage} usage */
export function chatUsage(usage) {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cached ?? 0,
      audio_tokens: usage.audio_input ?? 0,
      ...(writes(usage) === undefined ? {} : { cache_write_tokens: writes(usage) }),
      ...(usage.image_input === undefined ? {} : { image_tokens: usage.image_input }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning ?? 0,
      audio_tokens: usage.audio_output ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
      ...(usage.image_output === undefined ? {} : { image_tokens: usage.image_output }),
    },
  };
}

/** OpenAI has one kind of cache write. @param {Usage} usage */
function writes(usage) {
  if (usage.cache_write === undefined && usage.cache_write_1h === undefined) return undefined;
  return (usage.cache_write ?? 0) + (usage.cache_write_1h ?? 0);
}

/** Responses. @param {Usage} usage */
export function responsesUsage(usage) {
  return {
    input_tokens: usage.input,
    input_tokens_details: {
      cached_tokens: usage.cached ?? 0,
      cache_write_tokens: writes(usage) ?? 0,
      ...(usage.audio_input === undefined ? {} : { audio_tokens: usage.audio_input }),
      ...(usage.image_input === undefined ? {} : { image_tokens: usage.image_input }),
    },
    output_tokens: usage.output,
    output_tokens_details: {
      reasoning_tokens: usage.reasoning ?? 0,
      ...(usage.audio_output === undefined ? {} : { audio_tokens: usage.audio_output }),
    },
    total_tokens: usage.input + usage.output,
  };
}

/** Embeddings. @param {Usage} usage */
export const embeddingUsage = (usage) => ({ prompt_tokens: usage.input, total_tokens: usage.input });

/** Images. @param {Usage} usage */
export const imageUsage = (usage) => ({
  input_tokens: usage.input,
  input_tokens_details: { image_tokens: usage.image_input ?? 0, text_tokens: usage.input - (usage.image_input ?? 0) },
  output_tokens: usage.output,
  output_tokens_details: { image_tokens: usage.image_output ?? usage.output, text_tokens: usage.output - (usage.image_output ?? usage.output) },
  total_tokens: usage.input + usage.output,
});

/** Transcriptions and speech. @param {Usage} usage */
export const audioUsage = (usage) => ({
  type: "tokens",
  input_tokens: usage.input,
  input_token_details: { audio_tokens: usage.audio_input ?? usage.input, text_tokens: usage.input - (usage.audio_input ?? usage.input) },
  output_tokens: usage.output,
  total_tokens: usage.input + usage.output,
});

/** Messages: what was read from or written to the cache stands beside `input_tokens`. @param {Usage} usage @param {string} tier */
export function messagesUsage(usage, tier) {
  const [cached, write, hour] = [usage.cached ?? 0, usage.cache_write ?? 0, usage.cache_write_1h ?? 0];
  return {
    input_tokens: usage.input - cached - write - hour,
    cache_creation_input_tokens: write + hour,
    cache_read_input_tokens: cached,
    cache_creation: { ephemeral_5m_input_tokens: write, ephemeral_1h_input_tokens: hour },
    output_tokens: usage.output,
    ...(usage.reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: usage.reasoning } }),
    ...(usage.web_searches === undefined
      ? {}
      : { server_tool_use: { web_search_requests: usage.web_searches, web_fetch_requests: 0 } }),
    ...(usage.iterations === undefined ? {} : { iterations: usage.iterations }),
    service_tier: tier,
  };
}

/** Gemini: thoughts stand beside candidates, results of tools beside the prompt. @param {Usage} usage */
export function geminiUsage(usage) {
  const prompt = usage.input - (usage.tool_input ?? 0);
  const answer = usage.output - (usage.reasoning ?? 0);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: answer,
    totalTokenCount: usage.input + usage.output,
    ...(usage.cached === undefined
      ? {}
      : { cachedContentTokenCount: usage.cached, cacheTokensDetails: [{ modality: "TEXT", tokenCount: usage.cached }] }),
    promptTokensDetails: kinds(prompt, usage.audio_input, usage.image_input),
    candidatesTokensDetails: kinds(answer, usage.audio_output, usage.image_output),
    ...(usage.tool_input === undefined ? {} : { toolUsePromptTokenCount: usage.tool_input }),
    ...(usage.reasoning === undefined ? {} : { thoughtsTokenCount: usage.reasoning }),
  };
}

/** @param {number} all @param {number} [audio] @param {number} [image] */
function kinds(all, audio, image) {
  const list = [{ modality: "TEXT", tokenCount: all - (audio ?? 0) - (image ?? 0) }];
  if (audio !== undefined) list.push({ modality: "AUDIO", tokenCount: audio });
  if (image !== undefined) list.push({ modality: "IMAGE", tokenCount: image });
  return list;
}

/**
 * The usage that an answer tells: what the script reports, or else the true one; `undefined` for none.
 * @param {import("../types.d.ts").Answer} answer
 * @param {(usage: Usage) => Record<string, unknown>} wire
 */
export function told(answer, wire) {
  if (answer.report === null) return undefined;
  return answer.report ?? wire(answer.usage);
}
