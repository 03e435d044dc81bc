// The guarded `fetch`, over a function in the place of the network where a test wants bytes of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, fixed, gateOf, mock, openai, params, perUser, requests } from "./support.mjs";

const URL_OF_CHAT = "https://api.openai.com/v1/chat/completions";
const post = (body, more = {}) => ({ method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...more });

/** A `fetch` that answers with these pieces of a body, and what it was asked. */
function network(pieces, { status = 200, type = "text/event-stream", headers = {} } = {}) {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push({ url: String(url.url ?? url), ...init });
    const body = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
        controller.close();
      },
    });
    return new Response(body, { status, headers: { "content-type": type, ...headers } });
  };
  return { asked, fetch };
}

const chunk = (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const USAGE = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 100 } })}\n\n`;
const DONE = "data: [DONE]\n\n";

/** The bytes of a text one by one. */
const singly = (text) => [...new TextEncoder().encode(text)].map((byte) => Uint8Array.of(byte));

test("a stream's bytes come as they were, without the usage that nobody asked for, however they are cut", async () => {
  const events = [chunk("é"), ": a comment\n\n", chunk("𝄞").replaceAll("\n", "\r\n"), USAGE, DONE];
  const whole = events.join("");
  // The last one lacks the empty line at its end.
  const cut = { whole: [whole], "by events": events, "by bytes": singly(whole), short: singly(whole.slice(0, -1)) };
  for (const [how, pieces] of Object.entries(cut)) {
    const wanted = events.filter((event) => event !== USAGE).join("");
    const { fetch, asked } = network(pieces);
    const gate = gateOf({ policy: perUser("1") });
    const send = gate.guardFetch({ attributes: { user: "u" }, fetch });
    const text = await (await send(URL_OF_CHAT, post(params({ stream: true })))).text();
    assert.equal(text, how === "short" ? wanted.slice(0, -1) : wanted, how);
    assert.equal(JSON.parse(asked[0].body).stream_options.include_usage, true);
    assert.equal((await counter(gate)).spent, "0.00125");
  }
});

test("usage that was asked for is passed on", async () => {
  const { fetch } = network([chunk("a"), USAGE, DONE]);
  const send = gateOf({ policy: perUser("1") }).guardFetch({ attributes: { user: "u" }, fetch });
  const response = await send(URL_OF_CHAT, post(params({ stream: true, stream_options: { include_usage: true } })));
  assert.ok((await response.text()).includes('"usage"'));
});

test("what is sent is what was judged: a model that stands twice is sent once", async () => {
  const { fetch, asked } = network(['{"usage": {"prompt_tokens": 1, "completion_tokens": 1}}'], { type: "application/json" });
  const gate = gateOf({ policy: { budgets: [], on_unpriced: "block" } });
  const send = gate.guardFetch({ fetch });
  const refused = await send(URL_OF_CHAT, post('{"model": "gpt-4o", "model": "nobody-knows", "messages": []}'));
  assert.equal(refused.status, 402);
  await send(URL_OF_CHAT, post('{"model": "nobody-knows", "model": "gpt-4o", "messages": []}'));
  assert.deepEqual(asked.map(({ body }) => body), ['{"model":"gpt-4o","messages":[]}']);
});

test("a refusal has the form of the API, and a body that cannot be judged is 400; nothing is sent", async () => {
  const { fetch, asked } = network([]);
  const send = gateOf({ policy: perUser("0") }).guardFetch({ attributes: { user: "u" }, fetch });
  const openaiSays = await send(URL_OF_CHAT, post(params()));
  assert.equal(openaiSays.headers.get("x-should-retry"), "false");
  const { error } = await openaiSays.json();
  assert.deepEqual([openaiSays.status, error.type, error.code, error.limit], [402, "insufficient_quota", "llm_budget_exceeded", "0"]);
  const anthropicSays = await send("https://api.anthropic.com/v1/messages", post({ model: "claude-haiku-5-5", max_tokens: 9, messages: [] }));
  const body = await anthropicSays.json();
  assert.deepEqual([anthropicSays.status, body.type, body.error.type, body.error.code], [402, "error", "billing_error", "llm_budget_exceeded"]);
  for (const unreadable of ["", "{", "[]", "7", "null"]) {
    const response = await send(URL_OF_CHAT, post(unreadable));
    assert.deepEqual([response.status, (await response.json()).error.code], [400, "unreadable_body"], unreadable);
  }
  assert.equal(asked.length, 0);
});

test("other requests are sent with a diagnostic, answered by `otherwise`, or refused where the gate is strict", async () => {
  const { fetch, asked } = network(["{}"], { type: "application/json" });
  const gate = gateOf({ policy: perUser("0") });
  const send = gate.guardFetch({ attributes: { user: "u" }, fetch });
  await send("https://api.openai.com/v1/models");
  assert.deepEqual(gate.said, []);
  await send("https://api.openai.com/v1/batches", post({}));
  assert.deepEqual(gate.said.map(({ kind }) => kind), ["not_enforced"]);
  assert.equal(asked.length, 2);
  const other = await gate.guardFetch({ fetch, otherwise: () => new Response(null, { status: 403 }) })("https://api.openai.com/v1/models");
  assert.equal(other.status, 403);
  const strict = gateOf({ policy: perUser("0"), strict: true }).guardFetch({ fetch });
  await assert.rejects(strict("https://api.openai.com/v1/batches", post({})), { name: "SpendGateCoverageError" });
  gate.enabled = false;
  await send(URL_OF_CHAT, post(params()));
  assert.equal(asked.length, 3);
});

test("refused by the provider, never connected, aborted before: given back; a server's error is charged", async () => {
  const usedAfter = async (fetch, init = {}) => {
    const gate = gateOf({ policy: perUser("1") });
    await gate.guardFetch({ attributes: { user: "u" }, fetch })(URL_OF_CHAT, post(params(), init)).catch(() => {});
    const { spent, held } = await counter(gate);
    assert.equal(held, "0");
    return Number(spent);
  };
  assert.equal(await usedAfter(network(["{}"], { status: 429 }).fetch), 0);
  assert.equal(await usedAfter(network([""], { status: 307 }).fetch), 0);
  assert.equal(await usedAfter(async () => Promise.reject(Object.assign(new TypeError("failed"), { cause: { code: "ECONNREFUSED" } }))), 0);
  assert.equal(await usedAfter(fetch, { signal: AbortSignal.abort() }), 0);
  assert.ok((await usedAfter(network(["{}"], { status: 500 }).fetch)) > 0);
  assert.ok((await usedAfter(async () => Promise.reject(new TypeError("lost")))) > 0);
});

test("a body that is left is charged for what came, and its source is told", async () => {
  let isCancelled = false;
  const pieces = [chunk("word ".repeat(100)), chunk("word ".repeat(100))];
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(pieces.shift() ?? chunk("more"))),
    cancel: () => void (isCancelled = true),
  });
  const gate = gateOf({ policy: perUser("1") });
  const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
  const response = await gate.guardFetch({ attributes: { user: "u" }, fetch })(URL_OF_CHAT, post(params({ stream: true })));
  const reader = response.body.getReader();
  await reader.read();
  await reader.cancel();
  const { spent, held } = await counter(gate);
  assert.ok(isCancelled && held === "0" && Number(spent) > 0.001, `${spent}, ${held}`);
});

test("headers that are true of the body on its way alone are not handed on", async () => {
  const { fetch } = network(["{}"], { type: "application/json", headers: { "content-encoding": "identity", "content-length": "2", "x-request-id": "r" } });
  const { headers } = await gateOf({}).guardFetch({ fetch })(URL_OF_CHAT, post(params()));
  assert.deepEqual([headers.get("content-encoding"), headers.get("content-length"), headers.get("x-request-id")], [null, null, "r"]);
});

test("cutStreams ends a stream over the guarded fetch with an event that the client raises, and a raw one with the error", async () => {
  fixed({ text: "word ".repeat(4_000), chunks: 100, usage: { input: 100, output: 4_000 } });
  const gate = gateOf({ policy: perUser("0.01"), cutStreams: true });
  const client = await openai(undefined, { fetch: gate.guardFetch({ attributes: { user: "u" } }) });
  let chunks = 0;
  await assert.rejects(
    async () => {
      for await (const _ of await client.chat.completions.create(params({ stream: true }))) chunks++;
    },
    { code: "llm_budget_exceeded" },
  );
  assert.ok(chunks > 0 && chunks < 100);
  const raw = await gate.wrap(await openai(), { user: "v" }).chat.completions.create(params({ stream: true })).asResponse();
  await assert.rejects(raw.text(), { code: "llm_budget_exceeded", user: "v" });
  assert.equal((await counter(gate, "v")).held, "0");
  assert.equal(await requests(), 2);
  assert.ok((await mock.received({ idle_ms: 5_000 })).open === 0);
});
