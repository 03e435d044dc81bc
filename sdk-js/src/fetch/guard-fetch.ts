import type { Attributes } from "../attributes.js";
import type { Calls } from "../calls.js";
import { endingOf } from "../clients/failure.js";
import { requestOf } from "../clients/guard.js";
import type { Params } from "../clients/operation.js";
import { providerOf } from "../clients/provider.js";
import { watchResponse } from "../clients/raw.js";
import { LLMBudgetExceededError, LLMCircuitOpenError, SpendGateCoverageError } from "../errors.js";
import type { Ticket } from "../ticket.js";
import { askedAt, type Api, type Asked } from "./paths.js";
import { apiErrorResponse, cutEvent, refusalOf } from "./refusal.js";

/** A function like the global `fetch`. */
export type Fetch = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

export interface GuardFetchOptions {
  /** Who the requests are for; wins over those of `run`. */
  attributes?: Attributes | undefined;
  /** The API that they speak; told by the path unless given. */
  api?: Api | undefined;
  /** Sends what was admitted; the global `fetch` unless given. */
  fetch?: Fetch | undefined;
  /** Answers requests that no budget sees; they are sent unless given. */
  otherwise?: ((request: Request) => Response | Promise<Response>) | undefined;
}

/** A `fetch` whose requests to a model are admitted before and charged after. */
export function guardFetch(calls: Calls, options: GuardFetchOptions): Fetch {
  const send: Fetch = options.fetch ?? ((input, init) => fetch(input, init));
  return async (input, init) => {
    if (!calls.isEnabled || calls.isInside()) return send(input, init);
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const asked = request.method === "POST" ? askedAt(pathname, options.api) : undefined;
    if (asked === undefined) return unseen(request, calls, options, send);
    const params = await paramsOf(request);
    if (params === undefined) {
      const message = "the body is no JSON object, so that no budget can judge it";
      return apiErrorResponse(asked.api, { status: 400, code: "unreadable_body", message });
    }
    return admitted(request, init, params, asked, calls, options, send);
  };
}

async function admitted(
  request: Request,
  init: RequestInit | undefined,
  params: Params,
  { api, operation }: Asked,
  calls: Calls,
  { attributes }: GuardFetchOptions,
  send: Fetch,
): Promise<Response> {
  const provider = providerOf(request.url, api);
  let ticket: Ticket;
  try {
    ticket = await calls.begin(operation, params, { calls, attributes, provider });
  } catch (error) {
    if (error instanceof LLMBudgetExceededError || error instanceof LLMCircuitOpenError) return refusalOf(api, error);
    throw error;
  }
  try {
    if (request.signal?.aborted) ticket.release();
    // What is sent is what was judged: a text may say a key twice, and be read in two ways.
    const body = JSON.stringify(requestOf(operation, params, ticket));
    const { url, method, signal, redirect } = request;
    const response = await calls.inside(() => send(url, { ...init, method, headers: headersFor(request), body, signal, redirect }));
    if (response.ok) {
      const watch = { meter: operation.meter(params, provider), ticket, cut: calls.cutting, provider };
      return handedOn(watchResponse(response, watch, operation, (error) => cutEvent(api, error)));
    }
    end(ticket, response.status < 400 ? { status: 400 } : response);
    return handedOn(response);
  } catch (error) {
    end(ticket, error);
    throw error;
  }
}

function end(ticket: Ticket, failure: unknown): void {
  const { release, report } = endingOf(failure);
  if (release) ticket.release(report);
  else ticket.settleDelivered(report);
}

function unseen(request: Request, { isStrict, diagnostics }: Calls, { otherwise }: GuardFetchOptions, send: Fetch): Response | Promise<Response> {
  if (otherwise !== undefined) return otherwise(request);
  if (request.method !== "GET" && request.method !== "HEAD") {
    const what = `${request.method} ${new URL(request.url).pathname}`;
    if (isStrict) throw new SpendGateCoverageError(what);
    diagnostics.tell("not_enforced", `\`${what}\` is sent, which no budget sees`);
  }
  return send(request);
}

async function paramsOf(request: Request): Promise<Params | undefined> {
  try {
    const params: unknown = JSON.parse(await request.text());
    return typeof params === "object" && params !== null && !Array.isArray(params) ? (params as Params) : undefined;
  } catch {
    return undefined;
  }
}

function headersFor(request: Request): Headers {
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return headers;
}

/** Without headers that were true of the body on its way alone, so that it can be handed on. */
function handedOn(response: Response): Response {
  const copy = new Response(response.body, response);
  copy.headers.delete("content-encoding");
  copy.headers.delete("content-length");
  return copy;
}
