import assert from "node:assert/strict";
import test from "node:test";
import { CHAT, GENERATE, MESSAGE, ask, events, only, post, readUntil, withMock } from "./support.mjs";

const STREAM = { ...CHAT, stream: true };
const PATH = "/v1/chat/completions";
const TEN = { chunks: 10, chunk_chars: 8 };

/** What `fetch` says of a connection that ended. */
async function failureOf(promise) {
  const error = await promise.then(() => undefined, (reason) => reason);
  return error?.cause?.code ?? error?.name;
}

test("an error has the provider's own shape, its status and its retry-after", withMock(async (mock) => {
  const script = { error: { status: 429, retry_after: 7, message: "slow down" } };
  const openai = await post(mock, PATH, CHAT, script);
  assert.deepEqual([openai.status, openai.headers.get("retry-after")], [429, "7"]);
  assert.deepEqual((await openai.json()).error, { message: "slow down", type: "rate_limit_error", param: null, code: "rate_limit_exceeded" });
  const anthropic = await ask(mock, "/v1/messages", MESSAGE, { error: { status: 529 } });
  assert.deepEqual([anthropic.type, anthropic.error.type], ["error", "overloaded_error"]);
  const gemini = await ask(mock, "/v1beta/models/g:generateContent", GENERATE, script);
  assert.deepEqual(gemini.error, { code: 429, message: "slow down", status: "RESOURCE_EXHAUSTED" });
  const own = await ask(mock, PATH, CHAT, { error: { status: 400, body: { mine: 1 } } });
  assert.deepEqual(own, { mine: 1 });
  const { list, refused } = await mock.received();
  assert.equal(refused, 4);
  assert.ok(list.every((record) => record.billed === null));
}));

test("a connection can be reset or closed before the head", withMock(async (mock) => {
  assert.equal(await failureOf(post(mock, PATH, CHAT, { fault: "reset" })), "ECONNRESET");
  assert.equal(await failureOf(post(mock, PATH, STREAM, { fault: "close" })), "UND_ERR_SOCKET");
  const { list } = await mock.received({ idle_ms: 5_000 });
  assert.deepEqual(list.map((record) => [record.state, record.status, record.billed]), [["broken", null, null], ["broken", null, null]]);
}));

test("a connection can be refused", withMock(async (mock) => {
  const { url } = await fetch(`${mock.url}/_mock/refused`).then((response) => response.json());
  assert.equal(await failureOf(fetch(url)), "ECONNREFUSED");
  assert.equal(await failureOf(fetch(await mock.refusedUrl())), "ECONNREFUSED");
}));

for (const fault of ["reset", "close"]) {
  test(`a stream can end with a ${fault} after some chunks, which are billed`, withMock(async (mock) => {
    const response = await post(mock, PATH, STREAM, { ...TEN, fault, after_chunks: 3 });
    assert.notEqual(await failureOf(response.text()), undefined);
    const record = await only(mock);
    assert.deepEqual([record.state, record.chunks, record.chars, record.reported], ["broken", 3, 24, null]);
    assert.deepEqual([record.billed.prompt_tokens, record.billed.completion_tokens], [2, 6]);
  }));
}

test("a stream can end early, without its last events", withMock(async (mock) => {
  const all = await events(mock, PATH, STREAM, { ...TEN, fault: "truncate", after_chunks: 2 });
  assert.equal(all.length, 3);
  assert.deepEqual((await only(mock)).billed.completion_tokens, 4);
}));

test("a stream can carry an event that is no JSON", withMock(async (mock) => {
  const text = await (await post(mock, PATH, STREAM, { ...TEN, fault: "malformed", after_chunks: 2 })).text();
  const bad = text.split("\n\n").filter((line) => line !== "").at(-1).slice("data: ".length);
  assert.throws(() => JSON.parse(bad), SyntaxError);
  assert.equal((await only(mock)).chunks, 2);
}));

test("an answer in one piece can be cut, and is billed where it was sent whole", withMock(async (mock) => {
  const text = await (await post(mock, PATH, CHAT, { fault: "malformed" })).text();
  assert.throws(() => JSON.parse(text), SyntaxError);
  const response = await post(mock, PATH, CHAT, { fault: "truncate" });
  assert.notEqual(await failureOf(response.text()), undefined);
  const { list } = await mock.received({ idle_ms: 5_000 });
  assert.deepEqual(list.map((record) => [record.state, record.reported, record.billed.completion_tokens]), [["broken", null, 16], ["broken", null, 0]]);
}));

test("an error in the middle of a stream is an event as the provider sends it", withMock(async (mock) => {
  const script = { ...TEN, error: { status: 500 }, after_chunks: 2 };
  const chat = await events(mock, PATH, STREAM, script);
  assert.equal(chat.at(-1).data.error.type, "server_error");
  const responses = await events(mock, "/v1/responses", { model: "gpt-5", input: "a", stream: true }, script);
  assert.deepEqual([responses.at(-1).event, responses.at(-1).data.sequence_number], ["error", responses.length - 1]);
  const messages = await events(mock, "/v1/messages", { ...MESSAGE, stream: true }, script);
  assert.deepEqual([messages.at(-1).event, messages.at(-1).data.error.type], ["error", "api_error"]);
  const gemini = await events(mock, "/v1beta/models/g:streamGenerateContent?alt=sse", GENERATE, script);
  assert.equal(gemini.at(-1).data.error.code, 500);
}));

test("a client that gives up on an answer that never comes pays its input", withMock(async (mock) => {
  const controller = new AbortController();
  const answer = failureOf(post(mock, PATH, CHAT, { fault: "hang" }, { signal: controller.signal }));
  while ((await mock.received()).open === 0) await new Promise(setImmediate);
  controller.abort();
  assert.equal(await answer, "AbortError");
  const record = await only(mock);
  assert.deepEqual([record.state, record.billed.prompt_tokens, record.billed.completion_tokens], ["aborted", 2, 0]);
}));

test("a client that gives up on a stream pays its input and the chunks it was sent", withMock(async (mock) => {
  const controller = new AbortController();
  const script = { chunks: ["one ", "two ", "three ", "four "], fault: "hang", after_chunks: 3, usage: { input: 50, output: 90, reasoning: 30 } };
  const response = await post(mock, PATH, STREAM, script, { signal: controller.signal });
  await readUntil(response, "three", controller);
  const record = await only(mock);
  assert.deepEqual([record.state, record.chunks, record.chars], ["aborted", 3, 14]);
  // 30 of reasoning, and of the other 60 the share that 14 of 19 characters are.
  assert.deepEqual(record.billed_usage, { input: 50, output: 30 + 45, reasoning: 30 });
  assert.equal(record.reported, null);
}));

test("many clients that leave at different points pay just what they were sent", withMock(async (mock) => {
  const leave = async (number) => {
    const controller = new AbortController();
    const after = number % 7;
    const script = { chunks: 9, chunk_chars: 4, fault: "hang", after_chunks: after };
    const response = await post(mock, PATH, STREAM, script, { signal: controller.signal });
    let read = "";
    for await (const bytes of response.body) {
      read += Buffer.from(bytes).toString();
      if (read.split("\n\n").length > after + 1) break;
    }
    controller.abort();
    return after;
  };
  const sent = await Promise.all(Array.from({ length: 200 }, (_, number) => leave(number)));
  const { aborted, open, billed } = await mock.received({ idle_ms: 10_000 });
  assert.deepEqual([aborted, open], [200, 0]);
  assert.deepEqual(billed["gpt-4o"], { calls: 200, input: 400, output: sent.reduce((sum, chunks) => sum + chunks, 0) });
}));

test("delays go before the first byte and between chunks, and end with the client", withMock(async (mock) => {
  const controller = new AbortController();
  const script = { ...TEN, delay_ms: 1, chunk_delay_ms: 600_000 };
  const response = await post(mock, PATH, STREAM, script, { signal: controller.signal });
  await readUntil(response, '"content":"The mock"', controller);
  const record = await only(mock);
  assert.deepEqual([record.state, record.chunks], ["aborted", 1]);
}));

test("usage can be left out or be any object, and the bill stays true", withMock(async (mock) => {
  const none = await ask(mock, PATH, CHAT, { report: "none" });
  assert.equal(none.usage, undefined);
  const negative = { prompt_tokens: -5, completion_tokens: "many" };
  assert.deepEqual((await ask(mock, PATH, CHAT, { report: negative })).usage, negative);
  const all = await events(mock, PATH, { ...STREAM, stream_options: { include_usage: true } }, { report: "none" });
  assert.ok(all.every(({ data }) => data === "[DONE]" || data.choices.length === 1));
  const messages = await events(mock, "/v1/messages", { ...MESSAGE, stream: true }, { report: "none" });
  assert.ok(messages.every(({ data }) => data.usage === undefined && data.message?.usage === undefined));
  const { list } = await mock.received();
  assert.deepEqual(list.map((record) => record.reported), [null, negative, null, null]);
  assert.deepEqual(list.map((record) => record.billed.completion_tokens ?? record.billed.output_tokens), [16, 16, 16, 16]);
}));

test("headers of the script are sent", withMock(async (mock) => {
  const response = await post(mock, PATH, CHAT, { headers: { "x-ratelimit-remaining-requests": "3" } });
  assert.equal(response.headers.get("x-ratelimit-remaining-requests"), "3");
}));
