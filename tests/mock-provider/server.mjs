// A server on loopback that speaks as OpenAI, Anthropic and Gemini do, and says what a test tells it to say.

import { createServer } from "node:http";
import { parseBody, readBytes } from "./lib/body.mjs";
import { control, refusedUrl } from "./lib/control.mjs";
import { deliver, refuse } from "./lib/deliver.mjs";
import { RequestError } from "./lib/errors.mjs";
import { Exchange } from "./lib/exchange.mjs";
import { KEEP, ReceivedList } from "./lib/received.mjs";
import { NOWHERE, find } from "./lib/router.mjs";
import { ScriptError, readHeader } from "./lib/script.mjs";
import { Scripts } from "./lib/scripts.mjs";

/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {import("node:http").ServerResponse} ServerResponse */

const KEEP_ALIVE_MS = 120_000;
const ORIGIN = "http://127.0.0.1";

/**
 * Starts a server of its own, with no script and nothing received.
 * @param {{ port?: number, keep?: number }} [options] `port`: 0, the default, for any that is free; `keep`: how many of the
 *   latest requests `received` lists, 20,000 unless given
 * @returns {Promise<import("./types.d.ts").MockProvider>}
 */
export async function startMockProvider({ port = 0, keep = KEEP } = {}) {
  const state = { scripts: new Scripts(), received: new ReceivedList(keep), number: 0 };
  const server = createServer((req, res) => {
    handle(req, res, state).catch((error) => res.destroy(error));
  });
  // A client that keeps a connection finds it open.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `${ORIGIN}:${address.port}`,
    script: (order) => void state.scripts.set(order),
    received: (filter = {}) => state.received.read(filter),
    reset: ({ scope } = {}) => {
      state.scripts.reset(scope);
      state.received.reset(scope);
    },
    refusedUrl,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @typedef {{ scripts: Scripts, received: ReceivedList, number: number }} State */

/** @param {IncomingMessage} req @param {ServerResponse} res @param {State} state */
async function handle(req, res, state) {
  const url = new URL(req.url ?? "/", ORIGIN);
  if (url.pathname.startsWith("/_mock/")) return control(req, res, url, state);
  const bytes = await readBytes(req);
  if (bytes === undefined) return;
  const found = find(req.method ?? "GET", url.pathname, url.searchParams);
  const route = found?.route ?? NOWHERE;
  const scope = scopeOf(req, url);
  const record = begun(state.number++, scope, route.name, req, url);
  let script = {};
  /** @type {RequestError | undefined} */
  let fault;
  try {
    if (found === undefined) throw new RequestError(404, `no route of the mock provider: ${req.method} ${url.pathname}`);
    const header = req.headers["x-mock-script"];
    script = header === undefined ? state.scripts.next(scope) : readHeader(String(header));
    record.body = await parseBody(bytes, req.headers["content-type"] ?? "");
  } catch (error) {
    fault = asRequestError(error);
  }
  const exchange = new Exchange(res, record, script, state.received.open(record));
  if (found === undefined || fault !== undefined) return refuse(exchange, route, fault ?? { status: 404 });
  try {
    const reply = route.handle({ body: record.body, script, number: record.number, params: found.params, headers: req.headers });
    record.model = reply.asked.model;
    record.stream = reply.asked.stream;
    await deliver(exchange, route, reply);
  } catch (error) {
    refuse(exchange, route, asRequestError(error));
  }
}

/** @param {unknown} error */
function asRequestError(error) {
  if (error instanceof RequestError) return error;
  if (error instanceof ScriptError) return new RequestError(400, error.message);
  throw error;
}

/** The header that says it, or else the key of the client. @param {IncomingMessage} req @param {URL} url */
function scopeOf(req, url) {
  const { headers } = req;
  const key = headers["x-mock-scope"] ?? headers["x-api-key"] ?? headers["x-goog-api-key"];
  if (key !== undefined) return String(key);
  return headers.authorization?.replace(/^Bearer /, "") ?? url.searchParams.get("key") ?? "";
}

/**
 * @param {number} number @param {string} scope @param {string} route @param {IncomingMessage} req @param {URL} url
 * @returns {import("./types.d.ts").Received}
 */
const begun = (number, scope, route, req, url) => ({
  number,
  scope,
  route,
  method: req.method ?? "GET",
  path: url.pathname,
  model: "",
  stream: false,
  headers: req.headers,
  body: {},
  status: null,
  state: "open",
  chunks: 0,
  chars: 0,
  reported: null,
  billed: null,
  billed_usage: null,
});
