// Which route answers a path.

import * as anthropic from "../routes/anthropic.mjs";
import * as gemini from "../routes/gemini.mjs";
import { speech, transcriptions } from "../routes/openai-audio.mjs";
import { chat } from "../routes/openai-chat.mjs";
import { images } from "../routes/openai-images.mjs";
import { embeddings, geminiModels, models, moderations } from "../routes/openai-other.mjs";
import { responses } from "../routes/openai-responses.mjs";

/** @typedef {import("../types.d.ts").Route} Route */
/** @typedef {import("../types.d.ts").Provider} Provider */

/** @param {string} name @param {Provider} provider @param {Route["handle"]} handle @returns {Route} */
const route = (name, provider, handle) => ({ name, provider, handle });

/** @type {Map<string, Route>} */
const FIXED = new Map(
  Object.entries({
    "POST /v1/chat/completions": route("openai.chat", "openai", chat),
    "POST /v1/responses": route("openai.responses", "openai", responses),
    "POST /v1/embeddings": route("openai.embeddings", "openai", embeddings),
    "POST /v1/images/generations": route("openai.images", "openai", images),
    "POST /v1/audio/speech": route("openai.speech", "openai", speech),
    "POST /v1/audio/transcriptions": route("openai.transcriptions", "openai", transcriptions),
    "POST /v1/moderations": route("openai.moderations", "openai", moderations),
    "GET /v1/models": route("models", "openai", models),
    "POST /v1/messages": route("anthropic.messages", "anthropic", anthropic.messages),
    "POST /v1/messages/count_tokens": route("anthropic.count_tokens", "anthropic", anthropic.countTokens),
    "GET /v1beta/models": route("gemini.models", "gemini", geminiModels),
  }),
);

/** @type {Map<string, Route>} */
const VERBS = new Map(
  Object.entries({
    generateContent: route("gemini.generate", "gemini", gemini.generateContent),
    streamGenerateContent: route("gemini.stream", "gemini", gemini.streamGenerateContent),
    embedContent: route("gemini.embed", "gemini", gemini.embedContent),
    batchEmbedContents: route("gemini.embed_batch", "gemini", gemini.batchEmbedContents),
    countTokens: route("gemini.count_tokens", "gemini", gemini.countTokens),
  }),
);

const MODEL = route("model", "openai", models);
const GEMINI_MODEL = route("gemini.model", "gemini", geminiModels);

/** The route of a path that has none: its error is OpenAI's. */
export const NOWHERE = route("none", "openai", () => {
  throw new Error("no request gets here");
});

/**
 * @param {string} method
 * @param {string} path without the query
 * @param {URLSearchParams} query
 * @returns {{ route: Route, params: string[] } | undefined}
 */
export function find(method, path, query) {
  const plain = path.startsWith("/openai/v1/") ? path.slice("/openai".length) : path;
  const fixed = FIXED.get(`${method} ${plain}`);
  if (fixed !== undefined) return { route: fixed, params: [] };
  const gemini = /^\/v1(?:beta|alpha)?\/models\/([^/:]+):(\w+)$/.exec(plain);
  if (gemini !== null && method === "POST") {
    const [, model = "", verb = ""] = gemini;
    const found = VERBS.get(verb);
    return found && { route: found, params: [decodeURIComponent(model), query.get("alt") ?? ""] };
  }
  const model = /^\/(v1|v1beta)\/models\/([^/:]+)$/.exec(plain);
  if (model === null || method !== "GET") return undefined;
  return { route: model[1] === "v1" ? MODEL : GEMINI_MODEL, params: [decodeURIComponent(model[2] ?? "")] };
}
