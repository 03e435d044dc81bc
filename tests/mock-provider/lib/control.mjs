// The paths under /_mock/, by which a test steers the server over HTTP.

import { createServer } from "node:net";
import { readBytes } from "./body.mjs";
import { ScriptError } from "./script.mjs";

/** @typedef {import("./scripts.mjs").Scripts} Scripts */
/** @typedef {import("./received.mjs").ReceivedList} ReceivedList */

const IDLE_MS_MAX = 60_000;

/**
 * @param {import("node:http").IncomingMessage} req
 * @param {import("node:http").ServerResponse} res
 * @param {URL} url
 * @param {{ scripts: Scripts, received: ReceivedList }} state
 */
export async function control(req, res, url, state) {
  const bytes = await readBytes(req);
  if (bytes === undefined) return;
  try {
    const answer = await follow(`${req.method} ${url.pathname}`, url.searchParams, bytes, state);
    send(res, answer === undefined ? 404 : 200, answer ?? { error: "there is no such path under /_mock/" });
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    send(res, 400, { error: error.message });
  }
}

/** @param {import("node:http").ServerResponse} res @param {number} status @param {object} body */
export function send(res, status, body) {
  const text = JSON.stringify(body);
  res.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  res.end(text);
}

/**
 * @param {string} what
 * @param {URLSearchParams} query
 * @param {Buffer} bytes
 * @param {{ scripts: Scripts, received: ReceivedList }} state
 * @returns {Promise<object | undefined>}
 */
async function follow(what, query, bytes, { scripts, received }) {
  const scope = query.get("scope") ?? undefined;
  switch (what) {
    case "POST /_mock/script":
      return { queued: scripts.set(parse(bytes)) };
    case "GET /_mock/received": {
      const idle = Math.min(Number(query.get("idle_ms") ?? 0) || 0, IDLE_MS_MAX);
      return received.read({ scope, idle_ms: idle, list: query.get("list") !== "false" });
    }
    case "POST /_mock/reset": {
      const wanted = bytes.length === 0 ? scope : parse(bytes).scope;
      scripts.reset(wanted);
      received.reset(wanted);
      return {};
    }
    case "GET /_mock/refused":
      return { url: await refusedUrl() };
    default:
      return undefined;
  }
}

/** @param {Buffer} bytes */
function parse(bytes) {
  let value;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw new ScriptError("the body is no JSON");
  }
  if (typeof value !== "object" || value === null) throw new ScriptError("the body is no object");
  return value;
}

/** An address at which nobody listens: a port that was free a moment ago. @returns {Promise<string>} */
export function refusedUrl() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(`http://127.0.0.1:${address.port}`));
    });
  });
}
