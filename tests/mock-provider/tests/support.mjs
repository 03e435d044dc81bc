// A server for each test, and requests to it without any provider's client.
import { startMockProvider } from "../server.mjs";

/** Runs a test with a server of its own. */
export const withMock = (run) => async () => {
  const mock = await startMockProvider();
  try {
    await run(mock);
  } finally {
    await mock.close();
  }
};

export const CHAT = { model: "gpt-4o", messages: [{ role: "user", content: "12345678" }] };
export const MESSAGE = { model: "claude-sonnet-5", max_tokens: 100, messages: [{ role: "user", content: "12345678" }] };
export const GENERATE = { contents: [{ role: "user", parts: [{ text: "12345678" }] }] };

/** A script as the text of a header, which has no letter beyond ASCII. */
export const header = (script) =>
  JSON.stringify(script).replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Sends a request, with a script in its header. */
export function post(mock, path, body, script, options = {}) {
  const headers = { "content-type": "application/json", ...options.headers };
  if (script !== undefined) headers["x-mock-script"] = header(script);
  return fetch(mock.url + path, { ...options, method: "POST", headers, body: JSON.stringify(body) });
}

/** The same; the answer as JSON. */
export async function ask(mock, path, body, script, options) {
  const response = await post(mock, path, body, script, options);
  return response.json();
}

/** The events of a stream: `{ event, data }`, `data` parsed where it is JSON. */
export async function events(mock, path, body, script) {
  const response = await post(mock, path, body, script);
  return readEvents(await response.text());
}

export function readEvents(text) {
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1] ?? "";
      return { event, data: data.startsWith("{") ? JSON.parse(data) : data };
    });
}

/** The only request that came in, once it has ended. */
export async function only(mock) {
  const { list } = await mock.received({ idle_ms: 5_000 });
  if (list.length !== 1) throw new Error(`${list.length} requests came in`);
  return list[0];
}

/** Reads a stream until it carries a text, then gives up on it. */
export async function readUntil(response, text, controller) {
  const decoder = new TextDecoder();
  let read = "";
  for await (const bytes of response.body) {
    read += decoder.decode(bytes, { stream: true });
    if (read.includes(text)) break;
  }
  controller.abort();
  return read;
}
