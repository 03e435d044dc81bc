import assert from "node:assert/strict";
import test from "node:test";
import { MESSAGE, ask, events, post, withMock } from "./support.mjs";

const USAGE = { input: 100, cached: 10, cache_write: 20, cache_write_1h: 30, output: 7 };

test("input tokens of a message are without those of the cache", withMock(async (mock) => {
  const answer = await ask(mock, "/v1/messages", MESSAGE, { usage: USAGE });
  assert.deepEqual(answer.usage, {
    input_tokens: 40,
    cache_creation_input_tokens: 50,
    cache_read_input_tokens: 10,
    cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
    output_tokens: 7,
    service_tier: "standard",
  });
  assert.equal(answer.stop_reason, "end_turn");
}));

test("a stream of a message begins with its input and ends with all of its usage", withMock(async (mock) => {
  const all = await events(mock, "/v1/messages", { ...MESSAGE, stream: true }, { usage: USAGE });
  assert.ok(all.every(({ event, data }) => event === data.type));
  const distinct = all.map(({ event }) => event).filter((event, at, list) => event !== list[at - 1]);
  assert.deepEqual(distinct, ["message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
  const { usage } = all[0].data.message;
  assert.deepEqual([usage.input_tokens, usage.output_tokens, usage.cache_creation.ephemeral_1h_input_tokens], [40, 1, 30]);
  assert.deepEqual(all.at(-2).data.usage, { input_tokens: 40, cache_creation_input_tokens: 50, cache_read_input_tokens: 10, output_tokens: 7 });
}));

test("tool calls are blocks of their own", withMock(async (mock) => {
  const body = { ...MESSAGE, tools: [{ name: "look", input_schema: { type: "object" } }] };
  const script = { text: "well", tool_calls: [{ arguments: { at: "somewhere" } }] };
  const answer = await ask(mock, "/v1/messages", body, script);
  assert.equal(answer.stop_reason, "tool_use");
  assert.deepEqual(answer.content[1], { type: "tool_use", id: "toolu_mock_0_0", name: "look", input: { at: "somewhere" } });
  const all = await events(mock, "/v1/messages", { ...body, stream: true }, script);
  const json = all.map(({ data }) => (data.index === 1 ? data.delta?.partial_json ?? "" : "")).join("");
  assert.deepEqual(JSON.parse(json), { at: "somewhere" });
}));

test("iterations are handed on, and bill beside the rest", withMock(async (mock) => {
  const iterations = [{ type: "compaction", input_tokens: 500, output_tokens: 60 }];
  const headers = { "anthropic-beta": "compact-2026-01-12" };
  const answer = await ask(mock, "/v1/messages?beta=true", MESSAGE, { usage: { iterations } }, { headers });
  assert.deepEqual(answer.usage.iterations, iterations);
  assert.deepEqual((await mock.received()).list[0].billed.iterations, iterations);
  const all = await events(mock, "/v1/messages?beta=true", { ...MESSAGE, stream: true }, { usage: { iterations } });
  assert.deepEqual(all.at(-2).data.usage.iterations, iterations);
  assert.equal(all[0].data.message.usage.iterations, undefined);
}));

test("tokens are counted for nothing", withMock(async (mock) => {
  const { model, messages } = MESSAGE;
  assert.deepEqual(await ask(mock, "/v1/messages/count_tokens", { model, messages }), { input_tokens: 2 });
  const [record] = (await mock.received()).list;
  assert.deepEqual([record.route, record.billed], ["anthropic.count_tokens", null]);
}));

test("a message without max_tokens is refused in Anthropic's shape", withMock(async (mock) => {
  const { max_tokens, ...rest } = MESSAGE;
  const refused = await post(mock, "/v1/messages", rest);
  const body = await refused.json();
  assert.deepEqual([refused.status, body.type, body.error.type], [400, "error", "invalid_request_error"]);
}));

test("models are listed as Anthropic lists them to its own client", withMock(async (mock) => {
  const headers = { "anthropic-version": "2023-06-01" };
  const answer = await fetch(`${mock.url}/v1/models`, { headers }).then((response) => response.json());
  assert.deepEqual([answer.has_more, answer.data[0].type], [false, "model"]);
}));
