import { ADAPTERS } from "../clients/wrap.js";
import type { Operation } from "../clients/operation.js";

/** An API by its form, which more providers than one may speak. */
export type Api = "openai" | "anthropic";

/** Ends of paths at which a model is asked, and the client's method that asks there. Bodies are JSON. */
const PATHS: Readonly<Record<Api, Readonly<Record<string, string>>>> = {
  openai: {
    "/chat/completions": "chat.completions.create",
    "/completions": "completions.create",
    "/responses": "responses.create",
    "/embeddings": "embeddings.create",
    "/images/generations": "images.generate",
    "/audio/speech": "audio.speech.create",
  },
  anthropic: {
    "/v1/messages": "messages.create",
    "/v1/complete": "completions.create",
  },
};

/** An operation that a request asks for. */
export interface Asked {
  api: Api;
  operation: Operation;
}

/** What is asked for at a path; undefined where that is no model, or in another way than these. */
export function askedAt(pathname: string, api: Api | undefined): Asked | undefined {
  for (const name of api === undefined ? (Object.keys(PATHS) as Api[]) : [api]) {
    const end = Object.keys(PATHS[name])
      .filter((path) => pathname.endsWith(path))
      .reduce((longest, path) => (path.length > longest.length ? path : longest), "");
    const method = PATHS[name][end];
    const operation = ADAPTERS.find((adapter) => adapter.name === name)?.operations.find((known) => known.method === method);
    if (operation !== undefined) return { api: name, operation };
  }
  return undefined;
}
