import { copyByOptions, type Adapter } from "../adapter.js";
import { member } from "../operation.js";
import { providerOf } from "../provider.js";
import { completions, messages } from "./messages.js";
import { UNENFORCED } from "./unenforced.js";

interface AnthropicClient {
  baseURL?: unknown;
}

/**
 * The `@anthropic-ai/sdk` package, and its kin for Bedrock and Vertex.
 *
 * One way for all majors: the instance's `create` is replaced. From 1.0 on there is middleware as well; it is not used, for it
 * runs below the client, once for each attempt, where a body has to be rewritten to swap its model, and older majors have none.
 * Whatever the client does by itself (`stream`, `parse`, `toolRunner`, `thread`) goes through `create`.
 */
export const anthropic: Adapter = {
  name: "anthropic",
  matches: (client) => typeof member(member(client, "messages"), "create") === "function",
  provider: (client) => providerOf((client as AnthropicClient).baseURL, hostOf(client)),
  copy: (client) => copyByOptions(client, {}),
  copies: ["withOptions"],
  operations: [messages("messages.create"), messages("beta.messages.create"), completions],
  helpers: {
    "messages.parse": "messages.create",
    "messages.stream": "messages.create",
    "beta.messages.parse": "beta.messages.create",
    "beta.messages.stream": "beta.messages.create",
    "beta.messages.toolRunner": "beta.messages.create",
    "beta.messages.thread": "beta.messages.create",
  },
  late: ["beta.messages.toolRunner"],
  call: (params, isStream) => ({
    method: isStream ? "messages.stream" : "messages.create",
    params,
  }),
  unenforced: UNENFORCED,
};

/** Who hosts the model where the address does not tell: clients for Bedrock and Vertex are known by their settings. */
function hostOf(client: object): string {
  if ("awsRegion" in client) return "aws";
  return "projectId" in client ? "google" : "anthropic";
}
