// Reads the body of a request: JSON, or the fields of a form.

import { RequestError } from "./errors.mjs";

/**
 * All bytes of a request; `undefined` where the connection ended before them.
 * @param {import("node:http").IncomingMessage} req
 * @returns {Promise<Buffer | undefined>}
 */
export function readBytes(req) {
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const parts = [];
    req.on("data", (part) => parts.push(part));
    req.on("end", () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)));
    req.on("close", () => resolve(undefined));
    req.on("error", () => resolve(undefined));
  });
}

/**
 * @param {Buffer} bytes
 * @param {string} type of the content
 * @returns {Promise<any>} an object; a file in a form is its `{ filename, bytes }`
 */
export async function parseBody(bytes, type) {
  if (bytes.length === 0) return {};
  if (type.startsWith("multipart/form-data")) return readForm(bytes, type);
  let body;
  try {
    body = JSON.parse(bytes.toString());
  } catch {
    throw new RequestError(400, "we could not parse the JSON body of your request");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new RequestError(400, "the body is no object");
  return body;
}

/** @param {Buffer} bytes @param {string} type */
async function readForm(bytes, type) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData();
    for (const [name, value] of form) {
      fields[name] = typeof value === "string" ? value : { filename: value.name, bytes: value.size };
    }
  } catch {
    throw new RequestError(400, "we could not parse the form of your request");
  }
  return fields;
}
