// The plain verbs, for clients that are not known; what is reported; the gate for tests.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testGate } from "spendgate/testing";
import { counter, fixed, gateOf, openai, params, perUser, requests } from "./support.mjs";

test("reserve, settle, release, record, preview", async () => {
  const gate = gateOf({ policy: perUser("0.10") });
  const call = { user: "u", model: "gpt-4o", estimate: { usd: "0.05" } };
  const first = await gate.reserve(call);
  assert.ok(first.allowed);
  const second = await gate.reserve(call);
  assert.equal((await gate.reserve(call)).reason, "in_flight");
  await gate.release(second);
  assert.deepEqual(await gate.settle(first, { usd: "0.04" }), { outcome: "settled", usd: "0.04", overage: null });
  assert.equal((await gate.settle(first, { usd: "0.04" })).outcome, "replayed");
  assert.equal(await gate.settle(first, { usd: "0.09" }), null);
  assert.equal(gate.said.at(-1).kind, "unsettled");
  await gate.record({ user: "u", model: "gpt-4o" }, { usage: { prompt_tokens: 100, completion_tokens: 100 } });
  const { spent, held } = await counter(gate);
  assert.deepEqual({ spent, held }, { spent: "0.04125", held: "0" });
  assert.equal((await gate.preview(call)).allowed, true);
  assert.equal((await gate.preview({ ...call, estimate: { usd: "0.06" } })).reason, "would_exceed");
  assert.equal((await counter(gate)).held, "0");
});

test("explain and usage name budgets; bad input is an error with a path", async () => {
  const gate = gateOf({ policy: perUser("1") });
  const { candidates } = await gate.explain({ user: "u" });
  assert.deepEqual(candidates, [{ applies: true, budget: "each", why: "every_user" }]);
  await assert.rejects(gate.usage({ user: "" }), { code: "invalid_id", path: "user" });
});

test("the report has users, tiers, features and models", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("0.0026") });
  const client = gate.wrap(await openai());
  for (let i = 0; i < 3; i++) {
    await gate.run({ user: "u", tier: "free", feature: "chat" }, () => client.chat.completions.create(params())).catch(() => {});
  }
  const report = await gate.report();
  const row = { calls: 2, blocked: 1, spent_usd: "0.0025", average_usd: "0.00125" };
  for (const [dimension, value] of Object.entries({ user: "u", tier: "free", feature: "chat", model: "gpt-4o" })) {
    const [{ calls, blocked, spent_usd, average_usd, value: named }] = report[dimension];
    assert.deepEqual({ calls, blocked, spent_usd, average_usd }, row, dimension);
    assert.equal(named, value);
  }
  assert.equal(report.user[0].share_percent, "96.1");
});

test("metrics are Prometheus text without a user in it", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("0.0026") });
  const client = gate.wrap(await openai(), { user: "someone" });
  for (let i = 0; i < 3; i++) await client.chat.completions.create(params()).catch(() => {});
  const text = await gate.metrics();
  assert.match(text, /spendgate_decisions_total\{action="allow",reason="within_limit"\} 2/);
  assert.match(text, /spendgate_decisions_total\{action="block",reason="\w+"\} 1/);
  assert.match(text, /spendgate_spend_usd_total 0\.0025/);
  assert.doesNotMatch(text, /someone/);
});

test("tags ride along on the events of their call", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("0") });
  const client = gate.wrap(await openai(), { user: "u", tags: { deploy: "abc", attempt: 2 } });
  await gate.run({ tags: { request: "r1" } }, () => client.chat.completions.create(params())).catch(() => {});
  assert.deepEqual(gate.happened.at(-1).tags, { request: "r1", deploy: "abc", attempt: 2 });
});

test("the gate for tests: a clock, records, forced outcomes", async () => {
  fixed();
  const gate = testGate({ policy: { ...perUser("0.0026", { window: "daily" }), downgrades: { "gpt-4o": "gpt-4o-mini" } } });
  const client = gate.wrap(await openai(), { user: "u" });
  await client.chat.completions.create(params());
  await client.chat.completions.create(params());
  await assert.rejects(client.chat.completions.create(params()), { reason: "would_exceed" });
  gate.clock.advance(86_400_000);
  await client.chat.completions.create(params());
  assert.deepEqual(gate.decisions.map(({ decision }) => decision.action), ["allow", "allow", "block", "allow"]);
  gate.force("block");
  await assert.rejects(client.chat.completions.create(params()), { code: "llm_budget_exceeded" });
  gate.force("circuit_open");
  await assert.rejects(client.chat.completions.create(params()), { code: "llm_circuit_open" });
  gate.force("downgrade", "gpt-4o-mini");
  assert.equal((await client.chat.completions.create(params())).model, "gpt-4o-mini");
  gate.force(null);
  assert.equal((await gate.usage({ user: "u" })).counters[0].held, "0");
  assert.equal(await requests(), 4);
  gate.close();
});
