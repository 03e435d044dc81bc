// The middleware for the AI SDK: calls in one piece, tools, retries, downgrades, embeddings.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LLMBudgetExceededError, budgetErrorOf, isBudgetError, isCircuitError } from "spendgate";
import { spendgateEmbeddingMiddleware, spendgateMiddleware } from "spendgate/ai";
import { AI, DOWNGRADE, guarded, modelsAsked, sdk } from "./frameworks.mjs";
import { PROMPT, counter, fixed, gateOf, mock, perUser, refusals, requests } from "./support.mjs";

/** Two calls of 0.00125 USD fit, by their estimate and by what they use; three do not. */
const TWO = "0.0026";
const ask = { prompt: PROMPT, maxOutputTokens: 100 };
const forUser = (user, more) => ({ ...ask, providerOptions: { spendgate: { user, ...more } } });

for (const major of AI) {
  const { generateText, embed, embedMany, wrapEmbeddingModel, wrapLanguageModel, tool, stepCountIs, jsonSchema, ...provider } = await sdk(major);
  const { openai, anthropic } = provider;
  const model = (gate, attributes, options) => guarded({ wrapLanguageModel, openai }, gate, attributes, options);

  test(`ai ${major}: of twenty concurrent cold calls two reach the provider, of eight sequential ones two`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser(TWO) });
    const calls = Array.from({ length: 20 }, () => generateText({ model: model(gate, { user: "u" }), ...ask }));
    assert.equal(await refusals(calls), 18);
    assert.equal(await requests(), 2);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0.0025", held: "0" });
    let refused = 0;
    for (let i = 0; i < 8; i++) refused += await refusals([generateText({ model: model(gate, { user: "v" }), ...ask })]);
    assert.equal(refused, 6);
    assert.equal(await requests(), 4);
  });

  test(`ai ${major}: generateText throws the budget's error as it is, without a try more`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("0") });
    const error = await generateText({ model: model(gate, { user: "u" }), ...ask }).catch((e) => e);
    assert.ok(error instanceof LLMBudgetExceededError);
    assert.deepEqual([error.user, error.budget, error.limit], ["u", "each", "0"]);
    assert.equal(gate.happened.filter(({ kind }) => kind === "blocked").length, 1);
    assert.equal(await requests(), 0);
  });

  test(`ai ${major}: each retry is a call, and a refused one is found in the error of all`, async () => {
    fixed();
    mock.script({ default: { error: { status: 429, retry_after: 0 } } });
    let asked = 0;
    const gate = gateOf({ policy: perUser("1"), estimate: () => ({ usd: asked++ === 0 ? "0.01" : "2" }) });
    const error = await generateText({ model: model(gate, { user: "u" }), ...ask }).catch((e) => e);
    assert.notEqual(error.code, "llm_budget_exceeded");
    assert.ok(isBudgetError(error), error.stack);
    assert.equal(budgetErrorOf(error).estimate, "2");
    assert.equal(await requests(), 1);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0", held: "0" });
  });

  test(`ai ${major}: attributes of the call win over those of the middleware, and these over those around`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const mine = model(gate, { user: "b" });
    await gate.run({ user: "a" }, async () => {
      await generateText({ model: model(gate), ...ask });
      await generateText({ model: mine, ...ask });
      await generateText({ model: mine, ...forUser("c") });
    });
    for (const user of ["a", "b", "c"]) assert.equal((await counter(gate, user)).spent, "0.00125", user);
  });

  test(`ai ${major}: what is said to us is not passed on to the model`, async () => {
    const gate = gateOf({ policy: perUser("1") });
    const seen = [];
    const stub = {
      specificationVersion: "v3",
      provider: "stub.chat",
      modelId: "gpt-4o",
      supportedUrls: {},
      doGenerate: async (params) => {
        seen.push(params.providerOptions);
        const usage = { inputTokens: { total: 100, cacheRead: 40 }, outputTokens: { total: 100 } };
        return { content: [{ type: "text", text: "ok" }], finishReason: { unified: "stop" }, usage, warnings: [] };
      },
    };
    const providerOptions = { spendgate: { user: "u" }, stub: { depth: 2 } };
    await generateText({ model: model(gate, undefined, { model: stub }), ...ask, providerOptions });
    assert.deepEqual(seen, [{ stub: { depth: 2 } }]);
    // 60 fresh, 40 cached at half the price, 100 out.
    assert.equal((await counter(gate)).spent, "0.0012");
  });

  test(`ai ${major}: each step of a tool loop is a call, and the budget stops it`, async () => {
    fixed({ tool_calls: [{ name: "look", arguments: { at: "x" } }] });
    const gate = gateOf({ policy: { budgets: [{ id: "three", scope: { session: "*" }, limit: { requests: 3 }, window: "lifetime", action: "block" }] } });
    let looks = 0;
    const look = tool({
      inputSchema: jsonSchema({ type: "object", properties: { at: { type: "string" } }, required: ["at"] }),
      execute: async () => `seen ${++looks}`,
    });
    const run = generateText({ model: model(gate, { session: "s" }), ...ask, tools: { look }, stopWhen: stepCountIs(20) });
    const error = await run.catch((e) => e);
    assert.ok(isBudgetError(error), error.stack);
    assert.equal(budgetErrorOf(error).budget, "three");
    assert.deepEqual([looks, await requests()], [3, 3]);
  });

  test(`ai ${major}: Anthropic's cache is charged at its own prices, by how long it is kept`, async () => {
    fixed({ usage: { input: 1000, cached: 500, cache_write_1h: 300, output: 20 } });
    const gate = gateOf({ policy: perUser("1") });
    await generateText({ model: model(gate, { user: "u" }, { model: anthropic("claude-sonnet-4-5") }), ...ask });
    // 200 at 3, 500 at 0.30, 300 at 6, 20 at 15 USD per million.
    assert.equal((await counter(gate)).spent, "0.00285");
  });

  test(`ai ${major}: a refused connection and a 400 cost nothing, a 500 costs what was sent`, async () => {
    const gate = gateOf({ policy: perUser("1") });
    const mine = model(gate, { user: "u" });
    const nobody = provider.createOpenAI({ apiKey: "test", baseURL: await mock.refusedUrl() });
    await assert.rejects(generateText({ model: model(gate, { user: "u" }, { model: nobody.chat("gpt-4o") }), ...ask, maxRetries: 0 }));
    fixed({ error: { status: 400 } });
    await assert.rejects(generateText({ model: mine, ...ask, maxRetries: 0 }));
    const { held, spent } = await counter(gate);
    assert.deepEqual({ held, spent }, { held: "0", spent: "0" });
    fixed({ error: { status: 500 } });
    await assert.rejects(generateText({ model: mine, ...ask, maxRetries: 0 }));
    assert.ok(Number((await counter(gate)).spent) >= 0.00025);
    assert.equal((await counter(gate)).held, "0");
  });

  test(`ai ${major}: a downgrade calls the cheaper model, and is charged as it`, async () => {
    fixed();
    const gate = gateOf({ policy: DOWNGRADE });
    await generateText({ model: model(gate, { user: "u" }, { models: openai.chat }), ...ask });
    assert.deepEqual(await modelsAsked(), ["gpt-4o-mini"]);
    // 100 tokens at 0.15 and 100 at 0.60 USD per million.
    assert.equal((await gate.usage({ user: "u" })).counters[0].spent, "0.000075");
    assert.deepEqual(gate.said, []);
  });

  test(`ai ${major}: a downgrade that cannot be made warns, and the model called is charged`, async () => {
    const failing = () => {
      throw new Error("no such model");
    };
    for (const models of [undefined, failing]) {
      fixed();
      const gate = gateOf({ policy: DOWNGRADE });
      await generateText({ model: model(gate, { user: "u" }, { models }), ...ask });
      assert.deepEqual(await modelsAsked(), ["gpt-4o"]);
      const { counters } = await gate.usage({ user: "u" });
      assert.deepEqual(counters.map(({ spent, held }) => [spent, held]), [["0.00125", "0"], ["200", "0"], ["1", "0"]]);
      assert.deepEqual(gate.said.map(({ kind }) => kind), ["not_downgraded"]);
    }
  });

  test(`ai ${major}: a middleware within another charges once; a gate that is off lets all pass`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const between = { specificationVersion: "v3", transformParams: async ({ params }) => ({ ...params, temperature: 0.5 }) };
    const twice = [spendgateMiddleware(gate, { user: "u" }), between, spendgateMiddleware(gate, { user: "u" })];
    await generateText({ model: wrapLanguageModel({ model: openai.chat("gpt-4o"), middleware: twice }), ...ask });
    assert.equal((await counter(gate)).spent, "0.00125");
    const off = gateOf({ policy: perUser("0"), enabled: false });
    await generateText({ model: model(off, { user: "u" }), ...ask });
    assert.equal(await requests(), 2);
  });

  test(`ai ${major}: an open circuit is an error of its own`, async () => {
    fixed();
    const breakers = [{ id: "stop", scope: { global: true }, trip: { calls: 1000, within: "1m" }, cooldown: "1m", action: "block" }];
    const gate = gateOf({ policy: { ...perUser("1"), breakers } });
    gate.breaker("stop").open("by hand");
    const error = await generateText({ model: model(gate, { user: "u" }), ...ask }).catch((e) => e);
    assert.deepEqual([isCircuitError(error), isBudgetError(error), await requests()], [true, false, 0]);
  });

  test(`ai ${major}: embeddings are charged by their tokens, and refused`, async () => {
    fixed({ usage: { input: 1000, output: 0 } });
    const gate = gateOf({ policy: perUser("0.00004") });
    const middleware = spendgateEmbeddingMiddleware(gate, { user: "u" });
    const embedding = wrapEmbeddingModel({ model: openai.embedding("text-embedding-3-small"), middleware });
    const { embedding: vector } = await embed({ model: embedding, value: "hello" });
    assert.ok(vector.length > 0);
    assert.equal((await counter(gate)).spent, "0.00002");
    await embedMany({ model: embedding, values: ["hello", "again"] });
    const error = await embed({ model: embedding, value: "hello" }).catch((e) => e);
    assert.ok(isBudgetError(error), error.stack);
    assert.equal(await requests(), 2);
  });
}
