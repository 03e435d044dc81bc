import type { LLMBudgetExceededError, LLMCircuitOpenError } from "../errors.js";
import type { Api } from "./paths.js";

/** An error that an API answers with. */
export interface ApiError {
  status: number;
  /** A stable word for programs. */
  code: string;
  message: string;
  /** Further members of the error. */
  [detail: string]: unknown;
}

/** The types of Anthropic's errors by status; another refusal is an `invalid_request_error`. */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  500: "api_error",
  502: "api_error",
  503: "overloaded_error",
};

/** The types of OpenAI's errors by status. */
const OPENAI_TYPES: Readonly<Record<number, string>> = { 402: "insufficient_quota", 500: "server_error", 502: "server_error", 503: "server_error" };

function bodyOf(api: Api, { status, code, message, ...details }: ApiError): object {
  if (api === "anthropic") {
    const type = ANTHROPIC_TYPES[status] ?? "invalid_request_error";
    return { type: "error", error: { type, message, code, ...details } };
  }
  const type = OPENAI_TYPES[status] ?? "invalid_request_error";
  return { error: { message, type, param: null, code, ...details } };
}

/** An error in the form of an API, so that its clients raise what they always raise. They are told not to try again. */
export function apiErrorResponse(api: Api, error: ApiError, headers?: Headers): Response {
  const all = new Headers(headers);
  all.set("content-type", "application/json");
  all.set("x-should-retry", "false");
  return new Response(JSON.stringify(bodyOf(api, error)), { status: error.status, headers: all });
}

/** What enforcement refused, as the API would say it: 402 or 503, with the headers of `toResponse`. */
export async function refusalOf(api: Api, error: LLMBudgetExceededError | LLMCircuitOpenError): Promise<Response> {
  const plain = error.toResponse();
  const { error: details } = (await plain.json()) as { error: { code: string; message: string } };
  return apiErrorResponse(api, { ...details, status: plain.status }, plain.headers);
}

/** The event that ends a stream which a budget has cut. */
export function cutEvent(api: Api, { status, code, reason }: LLMBudgetExceededError): string {
  const message = "the budget for this call is used up";
  const body = bodyOf(api, { status, code, message, reason });
  // The Responses API has the members of the error beside it.
  const event = api === "anthropic" ? body : { type: "error", code, message, param: null, ...body };
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
}
