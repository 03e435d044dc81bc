// The middleware for the AI SDK: streams, unchanged for their reader and charged however they end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isBudgetError } from "spendgate";
import { AI, DOWNGRADE, guarded, modelsAsked, sdk } from "./frameworks.mjs";
import { PROMPT, counter, eventually, fixed, gateOf, mock, perUser, requests } from "./support.mjs";

const TEXT = "All happy families are alike; each unhappy family is unhappy in its own way.";
const ask = { prompt: PROMPT, maxOutputTokens: 100, maxRetries: 0 };

/** Reads a stream of the AI SDK to its end. */
async function partsOf({ fullStream }) {
  const parts = [];
  for await (const part of fullStream) parts.push(part);
  return parts;
}

const typesOf = (parts) => parts.map(({ type }) => type);

for (const major of AI) {
  const { streamText, tool, stepCountIs, jsonSchema, wrapLanguageModel, openai, anthropic } = await sdk(major);
  const model = (gate, options) => guarded({ wrapLanguageModel, openai }, gate, { user: "u" }, options);

  test(`ai ${major}: a stream is the one the model gives, and is charged at its end`, async () => {
    for (const base of [openai.chat("gpt-4o"), openai("gpt-4o")]) {
      fixed({ text: TEXT, chunks: 8 });
      const gate = gateOf({ policy: perUser("1") });
      const plain = await partsOf(streamText({ model: base, ...ask }));
      const result = streamText({ model: model(gate, { model: base }), ...ask });
      assert.deepEqual(typesOf(await partsOf(result)), typesOf(plain));
      assert.equal(await result.text, TEXT);
      const { spent, held } = await counter(gate);
      assert.deepEqual({ spent, held }, { spent: "0.00125", held: "0" });
    }
  });

  test(`ai ${major}: a stream of Anthropic's is charged with its cache`, async () => {
    fixed({ usage: { input: 1000, cached: 500, cache_write_1h: 300, output: 20 } });
    const gate = gateOf({ policy: perUser("1") });
    await streamText({ model: model(gate, { model: anthropic("claude-sonnet-4-5") }), ...ask }).text;
    assert.equal((await counter(gate)).spent, "0.00285");
  });

  test(`ai ${major}: a refused stream is an error part and a word to onError, and no request`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("0") });
    const errors = [];
    const parts = await partsOf(streamText({ model: model(gate), ...ask, onError: ({ error }) => void errors.push(error) }));
    assert.deepEqual(typesOf(parts), ["start", "error"]);
    assert.ok(isBudgetError(parts[1].error));
    assert.deepEqual(errors.map(isBudgetError), [true]);
    assert.equal(await requests(), 0);
  });

  test(`ai ${major}: eight streams of a model that their readers leave are charged for what came`, async () => {
    fixed({ text: TEXT.repeat(20), chunks: 400 });
    const gate = gateOf({ policy: perUser("1") });
    for (let i = 0; i < 8; i++) {
      const { stream } = await model(gate).doStream({ prompt: [{ role: "user", content: [{ type: "text", text: PROMPT }] }] });
      const reader = stream.getReader();
      for (let seen = 0; seen < 5; seen++) await reader.read();
      await reader.cancel();
    }
    const { spent, held } = await counter(gate);
    assert.equal(held, "0");
    assert.ok(Number(spent) >= 8 * 0.00025 && Number(spent) < 8 * 0.00125, spent);
  });

  // `ai` itself keeps a copy of the stream for its promises: nobody tells the model that the reader has left.
  test(`ai ${major}: eight streams that nobody reads on are charged when they are gone`, { skip: globalThis.gc === undefined && "needs --expose-gc" }, async () => {
    fixed({ text: TEXT.repeat(20), chunks: 400 });
    const gate = gateOf({ policy: perUser("1") });
    for (let i = 0; i < 8; i++) {
      let seen = 0;
      for await (const _ of streamText({ model: model(gate), ...ask }).textStream) if (++seen === 3) break;
    }
    await eventually(async () => {
      globalThis.gc();
      assert.equal((await counter(gate)).held, "0");
    });
    const { spent } = await counter(gate);
    assert.ok(Number(spent) >= 8 * 0.00025 && Number(spent) <= 8 * 0.00125, spent);
  });

  test(`ai ${major}: a stream that is aborted is charged for what came, and the provider sees it end`, async () => {
    fixed({ text: TEXT, chunks: 8, fault: "hang", after_chunks: 4 });
    const gate = gateOf({ policy: perUser("1") });
    const stop = new AbortController();
    const result = streamText({ model: model(gate), ...ask, abortSignal: stop.signal, onError: () => {} });
    let text = "";
    const types = [];
    for await (const part of result.fullStream) {
      types.push(part.type);
      if (part.type === "text-delta" && (text += part.text).length > 30) stop.abort();
    }
    assert.equal(types.at(-1), "abort");
    await eventually(async () => assert.equal((await counter(gate)).held, "0"));
    assert.ok(Number((await counter(gate)).spent) > 0.00025);
    const { open, aborted } = await mock.received({ idle_ms: 10_000 });
    assert.deepEqual({ open, aborted }, { open: 0, aborted: 1 });
  });

  test(`ai ${major}: a stream that breaks is charged for what came`, async () => {
    fixed({ text: TEXT, chunks: 8, fault: "reset", after_chunks: 4 });
    const gate = gateOf({ policy: perUser("1") });
    const parts = await partsOf(streamText({ model: model(gate), ...ask, onError: () => {} })).catch(() => []);
    assert.ok(!typesOf(parts).includes("text-end") || typesOf(parts).includes("error"));
    const { spent, held } = await counter(gate);
    assert.equal(held, "0");
    assert.ok(Number(spent) > 0.00025, spent);
  });

  test(`ai ${major}: cutStreams ends a stream with the budget's error before it passes`, async () => {
    fixed({ text: "word ".repeat(400), chunks: 100 });
    const gate = gateOf({ policy: perUser("0.002"), estimate: () => ({ inputTokens: 100, outputTokens: 50 }), cutStreams: true });
    const errors = [];
    const parts = await partsOf(streamText({ model: model(gate), ...ask, onError: ({ error }) => void errors.push(error) }));
    const types = typesOf(parts);
    assert.ok(types.filter((type) => type === "text-delta").length > 10);
    assert.equal(parts.filter(({ type, error }) => type === "error" && isBudgetError(error)).length, 1);
    assert.deepEqual(errors.map(isBudgetError), [true]);
    const { spent, held } = await counter(gate);
    assert.equal(held, "0");
    assert.ok(Number(spent) > 0.0018 && Number(spent) <= 0.002, spent);
    assert.deepEqual(gate.said.map(({ kind }) => kind), ["stream_cut"]);
  });

  test(`ai ${major}: each step of a streamed tool loop is a call, and the budget stops it`, async () => {
    fixed({ tool_calls: [{ name: "look", arguments: { at: "x" } }] });
    const gate = gateOf({ policy: { budgets: [{ id: "three", scope: { user: "*" }, limit: { requests: 3 }, window: "lifetime", action: "block" }] } });
    const inputSchema = jsonSchema({ type: "object", properties: { at: { type: "string" } }, required: ["at"] });
    const look = tool({ inputSchema, execute: async () => "seen" });
    const parts = await partsOf(streamText({ model: model(gate), ...ask, tools: { look }, stopWhen: stepCountIs(20), onError: () => {} }));
    assert.equal(parts.filter(({ type }) => type === "tool-result").length, 3);
    assert.ok(isBudgetError(parts.find(({ type }) => type === "error")?.error));
    assert.equal(await requests(), 3);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "3", held: "0" });
  });

  test(`ai ${major}: a streamed downgrade calls the cheaper model, and is charged as it`, async () => {
    fixed();
    const gate = gateOf({ policy: DOWNGRADE });
    await streamText({ model: model(gate, { models: openai.chat }), ...ask }).text;
    assert.deepEqual(await modelsAsked(), ["gpt-4o-mini"]);
    assert.equal((await gate.usage({ user: "u" })).counters[0].spent, "0.000075");
  });
}
