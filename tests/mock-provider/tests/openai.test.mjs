import assert from "node:assert/strict";
import test from "node:test";
import { CHAT, ask, events, post, withMock } from "./support.mjs";

const TEXT = "The mock provider gives the same answer to whatever it is asked.";
const LOOK = { type: "function", function: { name: "look", parameters: { type: "object", properties: { at: { type: "integer" } }, required: ["at"] } } };

test("a chat is answered with a usage of four characters a token", withMock(async (mock) => {
  const answer = await ask(mock, "/v1/chat/completions", CHAT);
  assert.equal(answer.choices[0].message.content, TEXT);
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.equal(answer.service_tier, "default");
  assert.deepEqual([answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens], [2, 16, 18]);
  assert.deepEqual(await ask(mock, "/openai/v1/chat/completions", CHAT).then((a) => a.usage), answer.usage);
}));

test("an answer ends at the largest number of tokens", withMock(async (mock) => {
  const answer = await ask(mock, "/v1/chat/completions", { ...CHAT, max_completion_tokens: 3 });
  assert.equal(answer.choices[0].message.content, TEXT.slice(0, 12));
  assert.equal(answer.choices[0].finish_reason, "length");
  assert.equal(answer.usage.completion_tokens, 3);
  assert.equal((await post(mock, "/v1/chat/completions", { ...CHAT, max_tokens: -1 })).status, 400);
}));

test("a chat stream has a chunk with usage and no choices only when it is asked for", withMock(async (mock) => {
  const plain = await events(mock, "/v1/chat/completions", { ...CHAT, stream: true });
  assert.equal(plain.at(-1).data, "[DONE]");
  assert.ok(plain.slice(0, -1).every(({ data }) => data.choices.length === 1 && !("usage" in data)));
  assert.equal(plain.slice(0, -1).map(({ data }) => data.choices[0].delta.content ?? "").join(""), TEXT);
  const asked = await events(mock, "/v1/chat/completions", { ...CHAT, stream: true, stream_options: { include_usage: true } });
  const last = asked.at(-2).data;
  assert.deepEqual([last.choices, last.usage.completion_tokens], [[], 16]);
  assert.ok(asked.slice(0, -2).every(({ data }) => data.usage === null && data.choices.length === 1));
}));

test("chunks are as many or as long as the script says", withMock(async (mock) => {
  const pieces = async (script) => {
    const all = await events(mock, "/v1/chat/completions", { ...CHAT, stream: true }, script);
    return all.map(({ data }) => data.choices?.[0].delta.content).filter(Boolean);
  };
  assert.deepEqual(await pieces({ text: "abcdef", chunks: 3 }), ["ab", "cd", "ef"]);
  assert.deepEqual(await pieces({ chunks: ["a", "bcd"] }), ["a", "bcd"]);
  assert.deepEqual((await pieces({ chunks: 5, chunk_chars: 20 })).map((piece) => piece.length), [20, 20, 20, 20, 20]);
  assert.deepEqual(await pieces({ text: "a😀b", chunk_chars: 2 }), ["a😀", "b"]);
  assert.equal((await pieces({ tokens: 1_000 })).join("").length, 4_000);
}));

test("tools are called when the script says so and the request has some", withMock(async (mock) => {
  const script = { tool_calls: [{ arguments: { at: 12 } }] };
  const answer = await ask(mock, "/v1/chat/completions", { ...CHAT, tools: [LOOK] }, script);
  const [choice] = answer.choices;
  assert.deepEqual([choice.finish_reason, choice.message.content], ["tool_calls", null]);
  assert.deepEqual(choice.message.tool_calls[0].function, { name: "look", arguments: '{"at":12}' });
  assert.equal((await ask(mock, "/v1/chat/completions", CHAT, script)).choices[0].finish_reason, "stop");
  const all = await events(mock, "/v1/chat/completions", { ...CHAT, tools: [LOOK], stream: true }, script);
  const deltas = all.flatMap(({ data }) => data.choices?.[0]?.delta.tool_calls ?? []);
  assert.equal(deltas[0].id, "call_mock_2_0");
  assert.equal(deltas.map((delta) => delta.function.arguments).join(""), '{"at":12}');
  assert.ok(deltas.length > 2);
}));

test("a tool that has to be called is called with what its schema takes", withMock(async (mock) => {
  const answer = await ask(mock, "/v1/chat/completions", { ...CHAT, tools: [LOOK], tool_choice: "required" });
  assert.deepEqual(answer.choices[0].message.tool_calls[0].function, { name: "look", arguments: '{"at":0}' });
}));

test("a structured answer is JSON of its schema, or what the script names", withMock(async (mock) => {
  const item = { type: "object", properties: { word: { type: "string", enum: ["yes", "no"] } }, required: ["word"] };
  const schema = { type: "object", properties: { one: { $ref: "#/$defs/item" }, many: { type: "array", items: item, minItems: 2 } }, $defs: { item } };
  const body = { ...CHAT, response_format: { type: "json_schema", json_schema: { name: "x", schema } } };
  const read = async (script) => JSON.parse((await ask(mock, "/v1/chat/completions", body, script)).choices[0].message.content);
  assert.deepEqual(await read(), { one: { word: "yes" }, many: [{ word: "yes" }, { word: "yes" }] });
  assert.deepEqual(await read({ json: [1] }), [1]);
}));

test("usage, model and tier are as the script says", withMock(async (mock) => {
  const usage = { input: 100, cached: 40, cache_write: 10, audio_input: 5, output: 30, reasoning: 20, audio_output: 2 };
  const answer = await ask(mock, "/v1/chat/completions", CHAT, { usage, model_suffix: "-2024-08-06", service_tier: "flex", finish: "content_filter" });
  assert.deepEqual([answer.model, answer.service_tier, answer.choices[0].finish_reason], ["gpt-4o-2024-08-06", "flex", "content_filter"]);
  assert.deepEqual(answer.usage.prompt_tokens_details, { cached_tokens: 40, audio_tokens: 5, cache_write_tokens: 10 });
  assert.deepEqual([answer.usage.prompt_tokens, answer.usage.completion_tokens], [100, 30]);
  assert.deepEqual([answer.usage.completion_tokens_details.reasoning_tokens, answer.usage.completion_tokens_details.audio_tokens], [20, 2]);
}));

test("several answers cost several outputs", withMock(async (mock) => {
  const answer = await ask(mock, "/v1/chat/completions", { ...CHAT, n: 3 });
  assert.deepEqual([answer.choices.length, answer.usage.completion_tokens], [3, 48]);
  const all = await events(mock, "/v1/chat/completions", { ...CHAT, n: 3, stream: true });
  const second = all.filter(({ data }) => data.choices?.[0].index === 1);
  assert.equal(second.map(({ data }) => data.choices[0].delta.content ?? "").join(""), TEXT);
}));

test("the events of a response are numbered and end with all of it", withMock(async (mock) => {
  const tools = [{ type: "function", name: "look", parameters: { type: "object" } }];
  const all = await events(mock, "/v1/responses", { model: "gpt-5", input: "12345678", tools, stream: true }, { text: "abcdef", tool_calls: [{ arguments: {} }] });
  assert.deepEqual(all.map(({ data }) => data.sequence_number), all.map((_, at) => at));
  assert.ok(all.every(({ event, data }) => event === data.type));
  const distinct = all.map(({ event }) => event).filter((event, at, list) => event !== list[at - 1]);
  assert.deepEqual(distinct, [
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta",
    "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.output_item.added",
    "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done", "response.completed",
  ]);
  const { response } = all.at(-1).data;
  assert.deepEqual(response.output.map((item) => item.type), ["message", "function_call"]);
  assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);
}));

test("a response can be incomplete or fail", withMock(async (mock) => {
  const body = { model: "gpt-5", input: "12345678" };
  const cut = await ask(mock, "/v1/responses", { ...body, max_output_tokens: 2 });
  assert.deepEqual([cut.status, cut.incomplete_details.reason, cut.usage.output_tokens], ["incomplete", "max_output_tokens", 2]);
  const ends = await events(mock, "/v1/responses", { ...body, stream: true, max_output_tokens: 2 });
  assert.equal(ends.at(-1).event, "response.incomplete");
  const failed = await events(mock, "/v1/responses", { ...body, stream: true }, { finish: "failed" });
  assert.deepEqual([failed.at(-1).event, failed.at(-1).data.response.error.code], ["response.failed", "server_error"]);
}));

test("embeddings come as numbers or as base64", withMock(async (mock) => {
  const body = { model: "text-embedding-3-small", input: ["12345678", "1234"], dimensions: 4 };
  const plain = await ask(mock, "/v1/embeddings", body);
  assert.deepEqual(plain.data.map((entry) => entry.embedding), [[1, 0, 0, 0], [0, 1, 0, 0]]);
  assert.deepEqual(plain.usage, { prompt_tokens: 3, total_tokens: 3 });
  const packed = await ask(mock, "/v1/embeddings", { ...body, encoding_format: "base64" });
  assert.deepEqual([...new Float32Array(new Uint8Array(Buffer.from(packed.data[1].embedding, "base64")).buffer)], [0, 1, 0, 0]);
}));

test("images, speech, moderations and models are answered", withMock(async (mock) => {
  const images = await ask(mock, "/v1/images/generations", { model: "gpt-image-1", prompt: "1234", n: 2 });
  assert.deepEqual([images.data.length, images.usage.output_tokens], [2, 544]);
  const old = await ask(mock, "/v1/images/generations", { model: "dall-e-3", prompt: "1234" });
  assert.equal(old.usage, undefined);
  const speech = await post(mock, "/v1/audio/speech", { model: "tts-1", input: "1234", voice: "alloy" });
  assert.deepEqual([speech.headers.get("content-type"), (await speech.arrayBuffer()).byteLength], ["audio/mpeg", 256]);
  assert.equal((await ask(mock, "/v1/moderations", { input: "a" })).results[0].flagged, false);
  const models = await fetch(`${mock.url}/v1/models`).then((response) => response.json());
  assert.ok(models.data.some((model) => model.id === "gpt-4o"));
  const { list } = await mock.received();
  assert.deepEqual(list.map((record) => record.billed !== null), [true, true, true, false, false]);
}));

test("a transcription takes a form", withMock(async (mock) => {
  const send = async (fields) => {
    const form = new FormData();
    form.append("file", new Blob([new Uint8Array(10)]), "a.wav");
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const headers = { "x-mock-script": JSON.stringify({ text: "heard", audio_seconds: 3 }) };
    return fetch(`${mock.url}/v1/audio/transcriptions`, { method: "POST", headers, body: form });
  };
  const answer = await (await send({ model: "gpt-4o-transcribe" })).json();
  assert.equal(answer.text, "heard");
  assert.deepEqual([answer.usage.type, answer.usage.input_tokens, answer.usage.output_tokens], ["tokens", 30, 2]);
  assert.deepEqual((await (await send({ model: "whisper-1" })).json()).usage, { type: "duration", seconds: 3 });
  assert.match(await (await send({ model: "gpt-4o-transcribe", stream: "true" })).text(), /transcript\.text\.done/);
  assert.deepEqual((await mock.received()).list[0].body.file, { filename: "a.wav", bytes: 10 });
}));

test("a request that the provider would refuse is refused", withMock(async (mock) => {
  const refused = await post(mock, "/v1/chat/completions", { messages: CHAT.messages });
  assert.equal(refused.status, 400);
  assert.equal((await refused.json()).error.type, "invalid_request_error");
  const broken = await fetch(`${mock.url}/v1/chat/completions`, { method: "POST", body: "{" });
  assert.equal(broken.status, 400);
  assert.equal((await post(mock, "/v1/nothing", {})).status, 404);
}));
