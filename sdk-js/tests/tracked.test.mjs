// The ways of others: one function around any client.

import assert from "node:assert/strict";
import { test } from "node:test";
import { configure, isBudgetError, LLMBudgetExceededError, trackedCall, trackedStream } from "spendgate";
import { fixed, gateOf, openai, params, perUser, requests } from "./support.mjs";

const soon = () => new Promise((resolve) => setImmediate(resolve));

test("an inline budget blocks its user, and the error has the words of that page", async () => {
  fixed();
  configure({});
  const client = await openai();
  const call = (userId) =>
    trackedCall({
      client,
      params: params(),
      apiKey: "unused",
      userId,
      tier: "free",
      group: "search",
      promptVersion: "v3",
      budget: { userId, limitUsd: 0.0026, windowType: "month", action: "block", alertThresholdPct: 80 },
    });
  for (const user of ["a", "b"]) {
    assert.equal((await call(user)).object, "chat.completion");
    await call(user);
    const error = await call(user).catch((e) => e);
    assert.ok(error instanceof LLMBudgetExceededError);
    const { userId, tier, limitUsd, spendUsd, windowType, action } = error;
    assert.deepEqual(
      { userId, tier, limitUsd, spendUsd, windowType, action },
      { userId: user, tier: "free", limitUsd: 0.0026, spendUsd: 0.0025, windowType: "month", action: "block" },
    );
    assert.match(error.windowStart.toISOString(), /-01T00:00:00/);
  }
  assert.equal(await requests(), 4);
});

test("twenty concurrent tracked calls do not pass an inline budget", async () => {
  fixed();
  configure({});
  const client = await openai();
  const budget = { limitUsd: 0.0026, windowType: "day", action: "block" };
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => trackedCall({ client, params: params(), userId: "u", budget })));
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 2);
  assert.equal(await requests(), 2);
});

test("onBudgetWarning is told of that call's warnings alone", async () => {
  fixed();
  configure({});
  const client = await openai();
  const told = [];
  const call = (userId, name) =>
    trackedCall({
      client,
      params: params(),
      userId,
      budget: { limitUsd: 0.002, windowType: "day", action: "warn", alertThresholdPct: 50 },
      onBudgetWarning: ({ spendUsd, limitUsd, budgetConfig, allowed }) => told.push([name, spendUsd, limitUsd, budgetConfig.windowType, allowed]),
    });
  await call("a", "first");
  await call("b", "other");
  await soon();
  assert.deepEqual(told, [["first", 0.00125, 0.002, "day", true], ["other", 0.00125, 0.002, "day", true]]);
});

test("tier templates come from the policy of `configure`", async () => {
  fixed();
  const budgets = [{ id: "free", scope: { tier: "free" }, limit: { usd: "0" }, window: "monthly", action: "block" }];
  configure({ policy: { budgets } });
  const client = await openai();
  await assert.rejects(trackedCall({ client, params: params(), userId: "u", tier: "free" }), isBudgetError);
  await trackedCall({ client, params: params(), userId: "u", tier: "pro" });
  assert.equal(await requests(), 1);
});

test("trackedStream gives the client's stream", async () => {
  fixed({ text: "one two three", chunks: 3 });
  const gate = gateOf({ policy: perUser("1") });
  let text = "";
  for await (const chunk of await trackedStream({ gate, client: await openai(), params: params(), userId: "u" })) {
    text += chunk.choices[0].delta.content ?? "";
  }
  assert.equal(text, "one two three");
  assert.equal((await gate.usage({ user: "u" })).counters[0].spent, "0.00125");
});

test("a client of that shape which is no real one is enforced too", async () => {
  const seen = [];
  const create = async (given) => {
    seen.push(given);
    return { usage: { prompt_tokens: 100, completion_tokens: 100 } };
  };
  const client = { chat: { completions: { create } } };
  const gate = gateOf({ policy: perUser("0.0026") });
  const call = () => gate.chat(client, { model: "gpt-4o", max_tokens: 100, messages: params().messages, userId: "u", feature: "chat", plan: "free" });
  await call();
  await call();
  await assert.rejects(call(), isBudgetError);
  assert.deepEqual(Object.keys(seen[0]).sort(), ["max_tokens", "messages", "model"]);
});

test("inline budgets that cannot be meant are errors by name", async () => {
  configure({});
  const client = await openai();
  for (const [budget, message] of [
    [{ limitUsd: -1, windowType: "day", action: "block" }, /limitUsd/],
    [{ limitUsd: NaN, windowType: "day", action: "block" }, /limitUsd/],
    [{ limitUsd: 1, windowType: "year", action: "block" }, /windowType/],
    [{ limitUsd: 1, windowType: "day", action: "stop" }, /action/],
    [{ limitUsd: 1, windowType: "day", action: "block", alertThresholdPct: 0 }, /alertThresholdPct/],
  ]) {
    await assert.rejects(trackedCall({ client, params: params(), userId: "u", budget }), { name: "TypeError", message });
  }
  await assert.rejects(trackedCall({ client: {}, params: params() }), TypeError);
});
