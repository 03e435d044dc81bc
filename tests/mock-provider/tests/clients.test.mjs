// The providers' own clients take what the mock provider sends.
import assert from "node:assert/strict";
import test from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { CHAT, MESSAGE, header, only, withMock } from "./support.mjs";

const openaiOf = (mock) => new OpenAI({ apiKey: "key", baseURL: `${mock.url}/v1`, maxRetries: 0 });
const anthropicOf = (mock) => new Anthropic({ apiKey: "key", baseURL: mock.url, maxRetries: 0 });
const geminiOf = (mock) => new GoogleGenAI({ apiKey: "key", httpOptions: { baseUrl: mock.url } });
const scripted = (script) => ({ headers: { "x-mock-script": header(script) } });
const LOOK = { name: "look", parameters: { type: "object", properties: { at: { type: "string" } }, required: ["at"] } };
const CALL = { tool_calls: [{ arguments: { at: "the sky" } }] };

test("openai: chats, their streams and helpers", withMock(async (mock) => {
  const { chat } = openaiOf(mock);
  const answer = await chat.completions.create(CHAT);
  const helper = await chat.completions.stream(CHAT).finalChatCompletion();
  assert.equal(helper.choices[0].message.content, answer.choices[0].message.content);
  const tools = [{ type: "function", function: LOOK }];
  const called = await chat.completions.stream({ ...CHAT, tools }, scripted(CALL)).finalMessage();
  assert.equal(called.tool_calls[0].function.arguments, '{"at":"the sky"}');
  const schema = { type: "object", properties: { yes: { type: "boolean" } }, required: ["yes"] };
  const parsed = await chat.completions.parse({ ...CHAT, response_format: { type: "json_schema", json_schema: { name: "x", strict: true, schema } } });
  assert.deepEqual(parsed.choices[0].message.parsed, { yes: false });
}));

test("openai: responses and their streams", withMock(async (mock) => {
  const { responses } = openaiOf(mock);
  const body = { model: "gpt-5", input: "hello", tools: [{ type: "function", strict: false, ...LOOK }] };
  const answer = await responses.create(body);
  const streamed = await responses.stream(body).finalResponse();
  assert.deepEqual([streamed.output_text, streamed.usage], [answer.output_text, answer.usage]);
  const called = await responses.stream(body, scripted(CALL)).finalResponse();
  assert.equal(called.output[0].arguments, '{"at":"the sky"}');
  const cut = await responses.stream({ ...body, max_output_tokens: 1 }).finalResponse();
  assert.equal(cut.status, "incomplete");
}));

test("openai: everything else", withMock(async (mock) => {
  const openai = openaiOf(mock);
  const embedded = await openai.embeddings.create({ model: "text-embedding-3-small", input: "a", dimensions: 3 });
  assert.deepEqual([...embedded.data[0].embedding], [1, 0, 0]);
  assert.equal((await openai.images.generate({ model: "gpt-image-1", prompt: "a" })).usage.output_tokens, 272);
  assert.equal((await (await openai.audio.speech.create({ model: "tts-1", voice: "alloy", input: "a" })).arrayBuffer()).byteLength, 256);
  const file = new File([new Uint8Array(4)], "a.wav");
  assert.equal((await openai.audio.transcriptions.create({ model: "gpt-4o-transcribe", file })).usage.type, "tokens");
  assert.equal((await openai.moderations.create({ input: "a" })).results.length, 1);
  assert.ok((await openai.models.list()).data.length > 0);
}));

test("openai: errors, and a stream that is left", withMock(async (mock) => {
  const { chat } = openaiOf(mock);
  await assert.rejects(chat.completions.create(CHAT, scripted({ error: { status: 429 } })), OpenAI.RateLimitError);
  await assert.rejects(chat.completions.create(CHAT, scripted({ fault: "reset" })), OpenAI.APIConnectionError);
  mock.reset();
  const stream = await chat.completions.create({ ...CHAT, stream: true }, scripted({ fault: "hang", after_chunks: 3 }));
  let chunks = 0;
  for await (const chunk of stream) if (chunk.choices[0].delta.content && ++chunks === 3) break;
  const record = await only(mock);
  assert.deepEqual([record.state, record.billed.completion_tokens], ["aborted", 3]);
}));

test("anthropic: messages, their streams, counts and errors", withMock(async (mock) => {
  const { messages, beta } = anthropicOf(mock);
  const usage = { input: 100, cached: 10, cache_write: 20, cache_write_1h: 30 };
  const answer = await messages.create(MESSAGE, scripted({ usage }));
  const streamed = await messages.stream(MESSAGE, scripted({ usage })).finalMessage();
  assert.deepEqual([streamed.content, streamed.stop_reason], [answer.content, answer.stop_reason]);
  assert.deepEqual([streamed.usage.input_tokens, streamed.usage.cache_creation.ephemeral_1h_input_tokens], [40, 30]);
  const tools = [{ name: "look", input_schema: LOOK.parameters }];
  const called = await messages.stream({ ...MESSAGE, tools }, scripted(CALL)).finalMessage();
  assert.deepEqual(called.content.at(-1).input, { at: "the sky" });
  assert.equal((await beta.messages.create({ ...MESSAGE, betas: ["x"] })).usage.output_tokens, 16);
  assert.equal((await messages.countTokens({ model: "claude-sonnet-5", messages: MESSAGE.messages })).input_tokens, 2);
  await assert.rejects(messages.create(MESSAGE, scripted({ error: { status: 429 } })), Anthropic.RateLimitError);
  const broken = messages.stream(MESSAGE, scripted({ error: { status: 529 }, after_chunks: 2 })).finalMessage();
  await assert.rejects(broken, /overloaded_error/);
}));

test("genai: content, streams, chats, embeddings and errors", withMock(async (mock) => {
  const { models, chats } = geminiOf(mock);
  const body = { model: "gemini-2.5-flash", contents: "hello" };
  const config = (script) => ({ httpOptions: scripted(script) });
  const answer = await models.generateContent(body);
  let text = "";
  let last;
  for await (const chunk of await models.generateContentStream(body)) {
    text += chunk.text;
    last = chunk;
  }
  assert.deepEqual([text, last.usageMetadata], [answer.text, answer.usageMetadata]);
  const tools = [{ functionDeclarations: [{ name: "look" }] }];
  const called = await models.generateContent({ ...body, config: { tools, ...config(CALL) } });
  assert.deepEqual(called.functionCalls, [{ name: "look", args: { at: "the sky" } }]);
  const chat = chats.create({ model: body.model });
  await chat.sendMessage({ message: "a" });
  assert.equal(chat.getHistory(true).length, 2);
  assert.equal((await models.embedContent({ model: "gemini-embedding-001", contents: ["a", "b"] })).embeddings.length, 2);
  assert.equal((await models.countTokens(body)).totalTokens, 2);
  await assert.rejects(models.generateContent({ ...body, config: config({ error: { status: 429 } }) }), /RESOURCE_EXHAUSTED/);
}));
