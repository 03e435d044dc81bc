import type { Api, Attributes } from "spendgate";
import { apiErrorResponse } from "spendgate/edge";
import type { Config, Upstream } from "./config.js";
import { isFree, type Place } from "./routes.js";

/** Headers that go on to the provider. All others stay here: cookies, addresses, the identity. */
const PASSED = /^(accept|content-type|user-agent|idempotency-key|openai-beta|anthropic-version|anthropic-beta|x-stainless-.*)$/;
/** With a key of the request's own, also whose account it is. */
const KEYS = /^(authorization|x-api-key|openai-organization|openai-project)$/;

/** Sends a request on to the provider, if the budgets of `attributes` allow it, and gives the answer as it comes. */
export async function forward(request: Request, { api, rest }: Place, attributes: Attributes, config: Config): Promise<Response> {
  const upstream = config.upstreams[api];
  const passed = passedOn(request, api, rest, upstream);
  const guarded = config.gate.guardFetch({
    api,
    attributes,
    otherwise: (unseen) => (isFree(request, config.free) ? fetch(unseen) : notAllowed(api)),
  });
  try {
    return await guarded(passed);
  } catch (error) {
    console.error("the provider was not reached:", error);
    return apiErrorResponse(api, { status: 502, code: "provider_unreachable", message: "the provider was not reached" });
  }
}

function passedOn(request: Request, api: Api, rest: string, { url, key }: Upstream): Request {
  const target = new URL(url);
  target.pathname = target.pathname.replace(/\/$/, "") + rest;
  target.search = new URL(request.url).search;
  const headers = new Headers();
  request.headers.forEach((value, name) => {
    if (PASSED.test(name) || (key === null && KEYS.test(name))) headers.set(name, value);
  });
  if (key !== null && api === "openai") headers.set("authorization", `Bearer ${key}`);
  if (key !== null && api === "anthropic") headers.set("x-api-key", key);
  const { method, body } = request;
  // A redirect is the application's to see: followed, it would carry the key elsewhere.
  const init: RequestInit & { duplex: "half" } = { method, headers, body, redirect: "manual", duplex: "half" };
  return new Request(target, init);
}

function notAllowed(api: Api): Response {
  const message = "no budget sees this path, and it is not among those that cost nothing (FREE_PATHS)";
  return apiErrorResponse(api, { status: 403, code: "path_not_allowed", message });
}
