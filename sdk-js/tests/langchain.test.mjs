// The callback handler for LangChain: models of its majors, in all the ways that they are called.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BaseLLM } from "@langchain/core/language_models/llms";
import { isBudgetError } from "spendgate";
import { spendgateHandler } from "spendgate/langchain";
import { DOWNGRADE, LANGCHAIN, chatOpenAI, modelsAsked, quietly } from "./frameworks.mjs";
import { OPENAI, PROMPT, counter, eventually, fixed, gateOf, mock, openai, perUser, refusals, requests } from "./support.mjs";

/** Two calls of 0.00125 USD fit, by their estimate and by what they use; three do not. */
const TWO = "0.0026";
const TEXT = "All happy families are alike; each unhappy family is unhappy in its own way.";

for (const name of LANGCHAIN) {
  test(`${name}: of twenty parallel cold runs two reach the provider, of eight sequential ones two`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser(TWO) });
    const callbacks = [spendgateHandler(gate, { user: "u" })];
    const model = await chatOpenAI(name);
    const refused = await quietly(() => refusals(Array.from({ length: 20 }, () => model.invoke(PROMPT, { callbacks }))));
    assert.deepEqual([refused, await requests()], [18, 2]);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0.0025", held: "0" });
    let late = 0;
    for (let i = 0; i < 8; i++) late += await quietly(() => refusals([model.invoke(PROMPT, { callbacks, metadata: { user: "v" } })]));
    assert.deepEqual([late, await requests()], [6, 4]);
  });

  test(`${name}: a handler of the model itself, and of a batch; each input is a call`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const model = await chatOpenAI(name, { callbacks: [spendgateHandler(gate, { user: "u" })] });
    await model.batch([PROMPT, PROMPT, PROMPT]);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held, requests: await requests() }, { spent: "0.00375", held: "0", requests: 3 });
  });

  test(`${name}: when one of several prompts is refused none is sent, and nothing stays held`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser(TWO) });
    const { HumanMessage } = await messagesOf(name);
    const model = await chatOpenAI(name, { callbacks: [spendgateHandler(gate, { user: "u" })] });
    const prompts = Array.from({ length: 3 }, () => [new HumanMessage(PROMPT)]);
    const error = await quietly(() => model.generate(prompts).catch((e) => e));
    assert.ok(isBudgetError(error), error.stack);
    assert.equal(await requests(), 0);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0", held: "0" });
  });

  test(`${name}: who a run is for stands in its metadata, over the handler's word and that around`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const model = await chatOpenAI(name);
    await gate.run({ user: "a" }, async () => {
      await model.invoke(PROMPT, { callbacks: [spendgateHandler(gate)] });
      await model.invoke(PROMPT, { callbacks: [spendgateHandler(gate, { user: "b" })] });
      await model.invoke(PROMPT, { callbacks: [spendgateHandler(gate, { user: "b" })], metadata: { user_id: "c", tier: { gold: true } } });
    });
    for (const user of ["a", "b", "c"]) assert.equal((await counter(gate, user)).spent, "0.00125", user);
    assert.deepEqual(gate.said, []);
  });

  test(`${name}: a stream is charged at its end, with what the cache held`, async () => {
    fixed({ text: TEXT, chunks: 8, usage: { input: 100, cached: 40, output: 100 } });
    const gate = gateOf({ policy: perUser("1") });
    const model = await chatOpenAI(name);
    let text = "";
    for await (const { content } of await model.stream(PROMPT, { callbacks: [spendgateHandler(gate, { user: "u" })] })) text += content;
    assert.equal(text, TEXT);
    // 60 fresh, 40 cached at half the price, 100 out.
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0.0012", held: "0" });
  });

  test(`${name}: an aborted and a broken stream are charged for what came`, async () => {
    for (const fault of ["hang", "reset"]) {
      fixed({ text: TEXT, chunks: 8, fault, after_chunks: 4 });
      const gate = gateOf({ policy: perUser("1") });
      const model = await chatOpenAI(name);
      const stop = new AbortController();
      await assert.rejects(async () => {
        let text = "";
        for await (const { content } of await model.stream(PROMPT, { callbacks: [spendgateHandler(gate, { user: "u" })], signal: stop.signal })) {
          if ((text += content).length > 30 && fault === "hang") stop.abort();
        }
      });
      // LangChain's stream ends at once, the call below it a moment later.
      await eventually(async () => assert.equal((await counter(gate)).held, "0", fault));
      const { spent } = await counter(gate);
      assert.ok(Number(spent) > 0.00025 && Number(spent) < 0.00125, spent);
      assert.equal((await mock.received({ idle_ms: 10_000 })).open, 0);
    }
  });

  test(`${name}: a stream whose reader leaves keeps its hold, which is charged when it expires`, async () => {
    fixed({ text: TEXT, chunks: 8 });
    const clock = { now: Date.now() };
    const gate = gateOf({ policy: perUser("1"), estimate: () => ({ usd: "0.01" }), now: () => clock.now });
    const model = await chatOpenAI(name);
    for await (const _ of await model.stream(PROMPT, { callbacks: [spendgateHandler(gate, { user: "u" })] })) break;
    const before = await counter(gate);
    assert.deepEqual([before.spent, before.held], ["0", "0.01"]);
    clock.now += 16 * 60_000;
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0.01", held: "0" });
  });

  test(`${name}: cutStreams ends a stream with the budget's error`, async () => {
    fixed({ text: "word ".repeat(400), chunks: 100 });
    const gate = gateOf({ policy: perUser("0.002"), estimate: () => ({ inputTokens: 100, outputTokens: 50 }), cutStreams: true });
    const model = await chatOpenAI(name);
    let chunks = 0;
    const error = await quietly(async () => {
      try {
        for await (const _ of await model.stream(PROMPT, { callbacks: [spendgateHandler(gate, { user: "u" })] })) chunks++;
      } catch (thrown) {
        return thrown;
      }
    });
    assert.ok(isBudgetError(error), String(error?.stack));
    assert.ok(chunks > 10);
    const { spent, held } = await counter(gate);
    assert.equal(held, "0");
    // LangChain tells of a chunk after it has passed it on.
    assert.ok(Number(spent) > 0.0018 && Number(spent) < 0.0021, spent);
  });

  test(`${name}: a retry and a fallback are calls; a refusal need not be retried, and may fall back`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const callbacks = [spendgateHandler(gate, { user: "u" })];
    const model = await chatOpenAI(name);
    mock.script({ default: { usage: { input: 100, output: 100 } }, queue: [{ error: { status: 500 } }] });
    await model.withRetry({ stopAfterAttempt: 2 }).invoke(PROMPT, { callbacks });
    assert.equal(gate.happened.filter(({ kind }) => kind === "blocked").length, 0);
    assert.equal(await requests(), 2);
    assert.equal((await counter(gate)).held, "0");

    const refusing = gateOf({ policy: { budgets: [{ id: "dear", scope: { model: "gpt-4o" }, limit: { usd: 0 }, window: "daily", action: "block" }] } });
    const handlers = [spendgateHandler(refusing, { user: "u" })];
    fixed();
    const onFailedAttempt = (error) => {
      if (isBudgetError(error)) throw error;
    };
    const retrying = model.withRetry({ stopAfterAttempt: 3, onFailedAttempt });
    const error = await quietly(() => retrying.invoke(PROMPT, { callbacks: handlers }).catch((e) => e));
    assert.ok(isBudgetError(error), error.stack);
    assert.equal(refusing.happened.filter(({ kind }) => kind === "blocked").length, 1);
    const cheap = await chatOpenAI(name, { model: "gpt-4o-mini" });
    await quietly(() => model.withFallbacks([cheap]).invoke(PROMPT, { callbacks: handlers }));
    assert.deepEqual(await modelsAsked(), ["gpt-4o-mini"]);
  });

  test(`${name}: what LangChain's own cache answers costs nothing`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const kept = new Map();
    const cache = {
      lookup: async (prompt, key) => kept.get(prompt + key) ?? null,
      update: async (prompt, key, generations) => void kept.set(prompt + key, generations),
    };
    const model = await chatOpenAI(name, { cache });
    for (let i = 0; i < 3; i++) await model.invoke(PROMPT, { callbacks: [spendgateHandler(gate, { user: "u" })] });
    assert.equal(await requests(), 1);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0.00125", held: "0" });
  });

  test(`${name}: a downgrade warns, and the model called is charged`, async () => {
    fixed();
    const gate = gateOf({ policy: DOWNGRADE });
    await (await chatOpenAI(name)).invoke(PROMPT, { callbacks: [spendgateHandler(gate, { user: "u" })] });
    assert.deepEqual(await modelsAsked(), ["gpt-4o"]);
    const { counters } = await gate.usage({ user: "u" });
    assert.deepEqual(counters.map(({ spent, held }) => [spent, held]), [["0.00125", "0"], ["200", "0"], ["1", "0"]]);
    assert.deepEqual(gate.said.map(({ kind }) => kind), ["not_downgraded"]);
  });

  test(`${name}: a handler over a wrapped client charges once`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const model = await chatOpenAI(name);
    const inner = model.completions ?? model;
    inner.client = gate.wrap(await openai(OPENAI[0]), { user: "u" });
    const callbacks = [spendgateHandler(gate, { user: "u" })];
    await model.invoke(PROMPT, { callbacks });
    await model.invoke(PROMPT, { callbacks, signal: new AbortController().signal });
    for await (const _ of await model.stream(PROMPT, { callbacks }));
    assert.equal((await counter(gate)).spent, "0.00375");
    await model.invoke(PROMPT);
    assert.deepEqual([(await counter(gate)).spent, await requests()], ["0.005", 4]);
  });

  test(`${name}: a model and its caller may both have a handler, and a call is charged once`, async () => {
    const gate = gateOf({ policy: perUser("1") });
    const same = spendgateHandler(gate, { user: "u" });
    for (const [mine, theirs] of [[same, same], [spendgateHandler(gate, { user: "u" }), same]]) {
      fixed();
      const before = Number((await counter(gate)).spent);
      const model = await chatOpenAI(name, { callbacks: [mine] });
      await model.invoke(PROMPT, { callbacks: [theirs] });
      for await (const _ of await model.stream(PROMPT, { callbacks: [theirs] }));
      const { spent, held } = await counter(gate);
      assert.deepEqual([Number((Number(spent) - before).toFixed(6)), held], [0.0025, "0"]);
      // A stream that breaks is charged by what came of it, and that came once.
      fixed({ text: TEXT.repeat(10), chunks: 8, fault: "reset", after_chunks: 4 });
      await assert.rejects(async () => {
        for await (const _ of await model.stream(PROMPT, { callbacks: [theirs] }));
      });
      const broken = Number((await counter(gate)).spent) - Number(spent);
      assert.ok(broken > 0.001 && broken < 0.0016, String(broken));
    }
  });

  test(`${name}: a gate that is off lets all pass`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("0"), enabled: false });
    await (await chatOpenAI(name)).invoke(PROMPT, { callbacks: [spendgateHandler(gate, { user: "u" })] });
    assert.equal(await requests(), 1);
  });
}

/** A model of text that runs here, for the provider of the tests has none. */
class Local extends BaseLLM {
  calls = 0;
  _llmType() {
    return "local";
  }
  invocationParams() {
    return { model: "gpt-4o", max_tokens: 100 };
  }
  async _generate(prompts) {
    this.calls += prompts.length;
    return { generations: prompts.map(() => [{ text: TEXT }]), llmOutput: { tokenUsage: { promptTokens: 100, completionTokens: 100 } } };
  }
}

test("a model of text is charged by LangChain's own counts, and refused", async () => {
  const gate = gateOf({ policy: perUser(TWO) });
  const model = new Local({ callbacks: [spendgateHandler(gate, { user: "u" })] });
  for (let i = 0; i < 2; i++) assert.equal(await model.invoke(PROMPT), TEXT);
  const error = await quietly(() => model.invoke(PROMPT).catch((e) => e));
  assert.ok(isBudgetError(error), error.stack);
  const { spent, held } = await counter(gate);
  assert.deepEqual([spent, held, model.calls], ["0.0025", "0", 2]);
});

/** The messages of a major: those of its own core. */
async function messagesOf(name) {
  return name === "spendgate-langchain-0" ? import("spendgate-langchain-0") : import("@langchain/core/messages");
}
