// Errors in each provider's own shape.

/** @typedef {import("../types.d.ts").Provider} Provider */
/** @typedef {import("../types.d.ts").ScriptedError} ScriptedError */

/** A request that the provider would refuse. */
export class RequestError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @type {Record<number, string>} */
const OPENAI = { 401: "invalid_request_error", 404: "invalid_request_error", 429: "rate_limit_error", 500: "server_error", 503: "server_error" };
/** @type {Record<number, string>} */
const OPENAI_CODES = { 401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded" };
/** @type {Record<number, string>} */
const ANTHROPIC = {
  400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error",
  413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 504: "timeout_error", 529: "overloaded_error",
};
/** @type {Record<number, string>} */
const GEMINI = {
  400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL",
  503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
};

/**
 * The body of an error.
 * @param {Provider} provider
 * @param {ScriptedError} error
 * @param {number} number of the request
 */
export function errorBody(provider, error, number) {
  if (error.body !== undefined) return error.body;
  const { status } = error;
  const message = error.message ?? `the mock provider answers with status ${status}`;
  if (provider === "anthropic") {
    const type = error.type ?? ANTHROPIC[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
    return { type: "error", error: { type, message }, request_id: `req_mock_${number}` };
  }
  if (provider === "gemini") {
    const word = error.type ?? GEMINI[status] ?? (status < 500 ? "FAILED_PRECONDITION" : "INTERNAL");
    return { error: { code: status, message, status: word } };
  }
  const type = error.type ?? OPENAI[status] ?? (status < 500 ? "invalid_request_error" : "server_error");
  return { error: { message, type, param: null, code: error.code ?? OPENAI_CODES[status] ?? null } };
}

/**
 * The same in the middle of a stream.
 * @param {import("../types.d.ts").Route} route
 * @param {ScriptedError} error
 * @param {number} number of the request
 * @param {string} last what was written before
 */
export function errorEvent(route, error, number, last) {
  const body = /** @type {any} */ (errorBody(route.provider, error, number));
  if (route.provider === "anthropic") return `event: error\ndata: ${JSON.stringify(body)}\n\n`;
  if (route.name !== "openai.responses") return `data: ${JSON.stringify(body)}\n\n`;
  const { code = null, message = "" } = body?.error ?? {};
  const before = [...last.matchAll(/"sequence_number":(\d+)/g)].at(-1)?.[1];
  const event = { type: "error", code, message, param: null, sequence_number: Number(before ?? -1) + 1 };
  return `event: error\ndata: ${JSON.stringify(error.body ?? event)}\n\n`;
}
