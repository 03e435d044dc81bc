import type { Adapter } from "../adapter.js";
import { member } from "../operation.js";
import { providerOf } from "../provider.js";
import { chat } from "./chat.js";
import { embeddings, media } from "./other.js";
import { responses } from "./responses.js";

interface OpenAIClient {
  baseURL?: unknown;
  withOptions?: (options: object) => object;
}

/** The `openai` package, and what has its shape: Azure, and clients of compatible APIs. */
export const openai: Adapter = {
  name: "openai",
  matches: (client) => typeof member(member(member(client, "chat"), "completions"), "create") === "function",
  provider: (client) => providerOf((client as OpenAIClient).baseURL, "openai"),
  copy: (client) => {
    const { withOptions } = client as OpenAIClient;
    return typeof withOptions === "function" ? withOptions.call(client, {}) : null;
  },
  copies: ["withOptions"],
  operations: [chat("chat.completions.create"), chat("completions.create"), responses, embeddings, ...media],
  call: (params, isStream) => ({
    method: "input" in params ? "responses.create" : "chat.completions.create",
    params: isStream ? { ...params, stream: true } : params,
  }),
  free: ["models", "moderations.create", "files", "responses.retrieve", "responses.delete", "responses.cancel", "responses.inputItems", "responses.inputTokens", "chat.completions.retrieve", "chat.completions.list", "chat.completions.update", "chat.completions.delete", "uploads", "vectorStores", "conversations", "webhooks"],
  unenforced: ["batches.create", "fineTuning.jobs.create", "evals.create", "evals.runs.create", "videos.create", "videos.remix", "videos.edit", "videos.extend", "beta.threads.runs.create", "beta.threads.runs.stream", "beta.threads.createAndRun", "beta.threads.createAndRunStream", "realtime.clientSecrets.create", "responses.compact", "containers.create"],
};
