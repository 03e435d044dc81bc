import { copyByOptions, type Adapter } from "../adapter.js";
import { member } from "../operation.js";
import { providerOf } from "../provider.js";
import { chat } from "./chat.js";
import { decisions, embeddings, media } from "./other.js";
import { responses } from "./responses.js";
import { UNENFORCED } from "./unenforced.js";

interface OpenAIClient {
  baseURL?: unknown;
}

/** The `openai` package, and what has its shape: Azure, and clients of compatible APIs. */
export const openai: Adapter = {
  name: "openai",
  matches: (client) => typeof member(member(member(client, "chat"), "completions"), "create") === "function",
  provider: (client) => providerOf((client as OpenAIClient).baseURL, "openai"),
  copy: (client) => copyByOptions(client, azureOptions(client)),
  copies: ["withOptions"],
  operations: [
    chat("chat.completions.create"),
    chat("completions.create"),
    responses("responses.create"),
    responses("beta.responses.create"),
    responses("responses.compact"),
    responses("beta.responses.compact"),
    decisions,
    embeddings,
    ...media,
  ],
  helpers: {
    "chat.completions.parse": "chat.completions.create",
    "chat.completions.stream": "chat.completions.create",
    "chat.completions.runTools": "chat.completions.create",
    "responses.parse": "responses.create",
    "responses.stream": "responses.create",
  },
  call: (params, isStream) => ({
    method: "input" in params ? "responses.create" : "chat.completions.create",
    params: isStream ? { ...params, stream: true } : params,
  }),
  unenforced: UNENFORCED,
};

/** What Azure's client forgets when it is copied, in some of its versions. */
function azureOptions(client: object): object {
  const { apiVersion, deploymentName } = client as { apiVersion?: unknown; deploymentName?: unknown };
  return typeof apiVersion === "string" ? { apiVersion, deployment: deploymentName } : {};
}
