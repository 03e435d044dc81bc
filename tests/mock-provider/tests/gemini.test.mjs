import assert from "node:assert/strict";
import test from "node:test";
import { GENERATE, ask, events, post, withMock } from "./support.mjs";

const MODEL = "/v1beta/models/gemini-2.5-flash";

test("thoughts and results of tools stand beside candidates and prompt", withMock(async (mock) => {
  const usage = { input: 50, tool_input: 5, cached: 3, output: 20, reasoning: 7 };
  const answer = await ask(mock, `${MODEL}:generateContent`, GENERATE, { usage });
  const { promptTokenCount, toolUsePromptTokenCount, cachedContentTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = answer.usageMetadata;
  assert.deepEqual([promptTokenCount, toolUsePromptTokenCount, cachedContentTokenCount], [45, 5, 3]);
  assert.deepEqual([candidatesTokenCount, thoughtsTokenCount, totalTokenCount], [13, 7, 70]);
  assert.deepEqual([answer.modelVersion, answer.candidates[0].finishReason], ["gemini-2.5-flash", "STOP"]);
}));

test("each chunk of a stream tells the usage so far", withMock(async (mock) => {
  const all = await events(mock, `${MODEL}:streamGenerateContent?alt=sse`, GENERATE, { text: "x".repeat(32), chunks: 4 });
  assert.deepEqual(all.map(({ data }) => data.usageMetadata.candidatesTokenCount), [2, 4, 6, 8, 8]);
  assert.deepEqual(all.map(({ data }) => data.candidates[0].finishReason), [undefined, undefined, undefined, undefined, "STOP"]);
  const list = await ask(mock, `${MODEL}:streamGenerateContent`, GENERATE, { text: "x".repeat(32), chunks: 4 });
  assert.equal(list.map((chunk) => chunk.candidates[0].content.parts[0].text).join(""), "x".repeat(32));
}));

test("functions are called", withMock(async (mock) => {
  const body = { ...GENERATE, tools: [{ functionDeclarations: [{ name: "look" }] }] };
  const answer = await ask(mock, `${MODEL}:generateContent`, body, { tool_calls: [{ arguments: { at: 1 } }] });
  assert.deepEqual(answer.candidates[0].content.parts, [{ functionCall: { name: "look", args: { at: 1 } } }]);
}));

test("structured answers, embeddings and counts", withMock(async (mock) => {
  const config = { responseMimeType: "application/json", responseSchema: { type: "OBJECT", properties: { a: { type: "INTEGER" } } } };
  const answer = await ask(mock, `${MODEL}:generateContent`, { ...GENERATE, generationConfig: config });
  assert.equal(answer.candidates[0].content.parts[0].text, '{"a":0}');
  const content = { parts: [{ text: "12345678" }] };
  assert.deepEqual((await ask(mock, `${MODEL}:embedContent`, { content, outputDimensionality: 2 })).embedding, { values: [1, 0] });
  const requests = [{ content }, { content }];
  assert.equal((await ask(mock, `${MODEL}:batchEmbedContents`, { requests })).embeddings.length, 2);
  assert.equal((await ask(mock, `${MODEL}:countTokens`, GENERATE)).totalTokens, 2);
  const { list } = await mock.received();
  assert.deepEqual(list.map((record) => record.billed?.promptTokenCount), [2, 2, 4, undefined]);
}));

test("the largest number of tokens ends an answer, and a wrong body is refused in Gemini's shape", withMock(async (mock) => {
  const answer = await ask(mock, `${MODEL}:generateContent`, { ...GENERATE, generationConfig: { maxOutputTokens: 2 } });
  assert.deepEqual([answer.candidates[0].finishReason, answer.usageMetadata.candidatesTokenCount], ["MAX_TOKENS", 2]);
  const refused = await post(mock, `${MODEL}:generateContent`, {});
  assert.deepEqual([refused.status, (await refused.json()).error.status], [400, "INVALID_ARGUMENT"]);
}));
