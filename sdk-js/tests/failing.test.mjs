// Whatever fails, calls go on; whatever is asked wrongly, it is said by name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createRequire } from "node:module";
import { SpendGate, SpendgateError } from "spendgate";
import { counter, fixed, gateOf, openai, params, perUser, requests } from "./support.mjs";

/** The class over any engine that @spendgate/node has its own from. */
const { Engine } = createRequire(import.meta.url)("@spendgate/wasm/engine");

test("an engine that fails leaves the call undecided, and charges it all the same", async (t) => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  const reserve = t.mock.method(Engine.prototype, "reserve", () => {
    throw new SpendgateError("internal", "on purpose");
  });
  const answer = await client.chat.completions.create(params());
  assert.equal(answer.object, "chat.completion");
  assert.deepEqual(gate.said.map(({ kind }) => kind), ["undecided"]);
  reserve.mock.restore();
  assert.equal((await counter(gate)).spent, "0.00125");
  await client.chat.completions.create(params());
  assert.equal((await counter(gate)).spent, "0.0025");
});

test("a gate that is closed lets calls through", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("0") });
  const client = gate.wrap(await openai(), { user: "u" });
  gate.close();
  assert.equal((await client.chat.completions.create(params())).object, "chat.completion");
});

test("ids that are refused: the call counts as one without a user, and a diagnostic names it", async () => {
  for (const user of ["", "a\u0000b", "\u202eevil", "x".repeat(257), "\ud800", {}, true]) {
    fixed();
    const gate = gateOf({ policy: perUser("1") });
    const client = gate.wrap(await openai(), { user });
    await client.chat.completions.create(params());
    assert.deepEqual(gate.said.map(({ kind }) => kind), ["invalid_attribute"], JSON.stringify(user));
    const { counters } = await gate.usage({});
    assert.equal(counters[0].spent, "0.00125");
  }
});

test("a call without a user is what the policy makes of it", async () => {
  fixed();
  const gate = gateOf({ policy: { ...perUser("1"), on_missing_user: "block" } });
  const error = await gate.wrap(await openai()).chat.completions.create(params()).catch((e) => e);
  assert.equal(error.reason, "missing_user");
  assert.equal(await requests(), 0);
});

test("ids of all kinds are ordinary ids", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  for (const user of ["__proto__", "constructor", "a:b", "*", "O'Brien; DROP", "é", "e\u0301"]) {
    await gate.wrap(await openai(), { user }).chat.completions.create(params());
    assert.equal((await counter(gate, user)).spent, "0.00125", user);
  }
  assert.deepEqual(gate.said, []);
});

test("limits that cannot be meant are estimated by what the model can do", async () => {
  fixed();
  for (const max_tokens of [1e12, -5, NaN, "many", null]) {
    const gate = gateOf({ policy: perUser("1") });
    await gate.wrap(await openai(), { user: "u" }).chat.completions.create(params({ max_tokens })).catch((error) => {
      assert.notEqual(error.code, "llm_budget_exceeded", String(error.message));
    });
    assert.equal((await counter(gate)).held, "0");
  }
  const worst = gateOf({ policy: perUser("0.1"), estimate: "worst_case" });
  const error = await worst.wrap(await openai(), { user: "u" }).chat.completions.create(params({ max_tokens: 1e12 })).catch((e) => e);
  assert.equal(error.code, "llm_budget_exceeded");
  // 16,384 tokens are the most that gpt-4o gives.
  assert.ok(Number(error.estimate) > 0.16 && Number(error.estimate) < 0.17, error.estimate);
});

test("negative usage of a provider charges the estimate", async () => {
  fixed({ report: { prompt_tokens: -5, completion_tokens: 100, total_tokens: 95 } });
  const gate = gateOf({ policy: perUser("1") });
  await gate.wrap(await openai(), { user: "u" }).chat.completions.create(params());
  const { spent, held } = await counter(gate);
  assert.equal(held, "0");
  assert.ok(Number(spent) >= 0.00125, spent);
  assert.ok(gate.happened.some(({ kind }) => kind === "bad_usage"));
});

test("an answer without usage, or with nonsense in its place, charges the estimate", async () => {
  for (const report of ["none", { prompt_tokens: "many" }, { other: 1 }]) {
    fixed({ report });
    const gate = gateOf({ policy: perUser("1") });
    await gate.wrap(await openai(), { user: "u" }).chat.completions.create(params());
    const { spent, held } = await counter(gate);
    assert.equal(held, "0", JSON.stringify(report));
    assert.ok(Number(spent) >= 0.00125, `${JSON.stringify(report)}: ${spent}`);
  }
});

test("what is no client, and options that cannot be meant, are errors at set-up", () => {
  const gate = gateOf({});
  for (const client of [{}, null, undefined, 1, "openai", { chat: {} }, () => {}]) {
    assert.throws(() => gate.wrap(client), { name: "TypeError", message: /takes a client of/ });
  }
  for (const [options, message] of [
    [{ polcy: {} }, /`polcy` is not an option/],
    [{ estimate: "guess" }, /`estimate`/],
    [{ onEvent: 1 }, /`onEvent`/],
    [{ ttlMs: 0 }, /`ttlMs`/],
    [null, /options/],
  ]) {
    assert.throws(() => new SpendGate(options), { name: "TypeError", message });
  }
});

test("an estimate of one's own: figures, a word, or nonsense", async () => {
  fixed();
  for (const [estimate, kind] of [
    [() => ({ usd: "0.5" }), null],
    [() => "none", null],
    [() => { throw new Error("on purpose"); }, "callback_failed"],
    [() => ({ usd: -1 }), "invalid_estimate"],
    [() => ({ usd: NaN }), "invalid_estimate"],
  ]) {
    const gate = gateOf({ policy: perUser("1"), estimate });
    await gate.wrap(await openai(), { user: "u" }).chat.completions.create(params());
    assert.deepEqual(gate.said.map((said) => said.kind), kind === null ? [] : [kind], String(estimate));
    assert.equal((await counter(gate)).spent, "0.00125");
  }
  const counting = gateOf({ policy: perUser("0"), countTokens: (text) => text.length });
  const error = await counting.wrap(await openai(), { user: "u" }).chat.completions.create(params({ max_tokens: 0 })).catch((e) => e);
  assert.ok(Number(error.estimate) >= 0.001, error.estimate);
});

test("strict: a method that no budget sees is refused; else it is said", async () => {
  fixed();
  const strict = gateOf({ strict: true }).wrap(await openai());
  assert.throws(() => strict.batches.create({}), { name: "SpendGateCoverageError", method: "batches.create" });
  const gate = gateOf({});
  await gate.wrap(await openai(undefined, { maxRetries: 0 })).batches.create({}).catch(() => {});
  assert.deepEqual(gate.said.map(({ kind }) => kind), ["not_enforced"]);
});
