// Delivers an answer as the script says: late, in pieces, broken or not at all.

import { errorBody, errorEvent } from "./errors.mjs";
import { MALFORMED } from "./sse.mjs";

/** @typedef {import("./exchange.mjs").Exchange} Exchange */
/** @typedef {import("../types.d.ts").Plan} Plan */
/** @typedef {import("../types.d.ts").Reply} Reply */
/** @typedef {import("../types.d.ts").Route} Route */
/** @typedef {import("../types.d.ts").ScriptedError} ScriptedError */

/** @param {Exchange} exchange @param {Route} route @param {Reply} reply */
export async function deliver(exchange, route, reply) {
  const { script } = exchange;
  exchange.reply = reply;
  if (script.delay_ms !== undefined) await exchange.wait(script.delay_ms);
  if (exchange.closed) return;
  const isStream = reply.stream !== undefined && reply.asked.stream;
  if (script.after_chunks === undefined || !isStream) {
    if (script.error !== undefined) return refuse(exchange, route, script.error);
    if (script.fault === "hang") return;
    if (script.fault === "reset" || script.fault === "close") return exchange.cut(script.fault === "reset");
  }
  if (isStream && reply.stream !== undefined) await stream(exchange, route, reply.stream());
  else whole(exchange, reply);
}

/** @param {Exchange} exchange @param {number} status @param {Record<string, string | number>} headers */
function begin({ res, record, script }, status, headers) {
  record.status = status;
  res.writeHead(status, { ...headers, "x-request-id": `req_mock_${record.number}`, "request-id": `req_mock_${record.number}`, ...script.headers });
}

/** Answers with an error. @param {Exchange} exchange @param {Route} route @param {ScriptedError} error */
export function refuse(exchange, route, error) {
  const { res, record } = exchange;
  const body = errorBody(route.provider, error, record.number);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  record.state = "refused";
  begin(exchange, error.status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...(error.retry_after === undefined ? {} : { "retry-after": String(error.retry_after) }),
  });
  res.end(text);
}

/** @param {Exchange} exchange @param {Reply} reply */
function whole(exchange, reply) {
  const { res, record, script } = exchange;
  const value = reply.whole();
  // A text goes out with the head in one write; bytes would take two.
  const all = Buffer.isBuffer(value) ? value : reply.type === undefined ? JSON.stringify(value) : String(value);
  const sent = script.fault === "malformed" ? all.slice(0, all.length >> 1) : all;
  begin(exchange, 200, { "content-type": reply.type ?? "application/json", "content-length": Buffer.byteLength(sent) });
  if (script.fault === "truncate") {
    res.write(all.slice(0, all.length >> 1));
    return exchange.cut(false);
  }
  record.chars = reply.answer.chars;
  exchange.complete = true;
  res.end(sent);
  // The provider has done its work and bills it, though nobody can read what it told.
  if (script.fault === "malformed") record.state = "broken";
}

/** @param {Exchange} exchange @param {Route} route @param {Plan} plan */
async function stream(exchange, route, plan) {
  const { res, record, script } = exchange;
  const breaks = script.error !== undefined || script.fault !== undefined;
  const after = script.after_chunks ?? (script.fault === "malformed" ? 1 : plan.deltas.length);
  const stop = breaks ? Math.min(after, plan.deltas.length) : plan.deltas.length;
  begin(exchange, 200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  let last = plan.start;
  if (plan.start !== "") res.write(plan.start);
  // A client that awaits the head gets it also when the first chunk comes late.
  else res.flushHeaders();
  for (let at = 0; at < stop; at++) {
    const delta = plan.deltas[at];
    if (delta === undefined) break;
    if (script.chunk_delay_ms !== undefined && at > 0) await exchange.wait(script.chunk_delay_ms);
    if (exchange.closed) return;
    last = delta.data;
    record.chunks += 1;
    record.chars += delta.chars;
    if (!res.write(last)) await exchange.drained();
  }
  if (exchange.closed) return;
  if (breaks) return interrupt(exchange, route, last);
  exchange.complete = true;
  res.end(plan.end);
}

/** Ends a stream as it should not end. @param {Exchange} exchange @param {Route} route @param {string} last what was written */
function interrupt(exchange, route, last) {
  const { res, record, script } = exchange;
  if (script.error !== undefined) {
    record.state = "broken";
    res.end(errorEvent(route, script.error, record.number, last));
    return;
  }
  switch (script.fault) {
    case "hang":
      return;
    case "reset":
    case "close":
      return exchange.cut(script.fault === "reset");
    case "malformed":
      record.state = "broken";
      res.end(MALFORMED);
      return;
    default:
      record.state = "broken";
      res.end();
  }
}
