// A budget for exactly two calls, in all the ways that calls come.

import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, fixed, gateOf, mock, OPENAI, openai, params, perUser, refusals, requests } from "./support.mjs";

/** Two calls of 0.00125 USD fit, by their estimate and by what they use; three do not. */
const TWO = "0.0026";

for (const name of OPENAI) {
  test(`${name}: of twenty concurrent cold calls two reach the provider`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser(TWO) });
    const client = gate.wrap(await openai(name), { user: "u" });
    const calls = Array.from({ length: 20 }, () => client.chat.completions.create(params()));
    assert.equal(await refusals(calls), 18);
    assert.equal(await requests(), 2);
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0.0025", held: "0" });
  });

  test(`${name}: of eight sequential calls two reach the provider`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser(TWO) });
    const client = gate.wrap(await openai(name), { user: "u" });
    let refused = 0;
    for (let i = 0; i < 8; i++) refused += await refusals([client.chat.completions.create(params())]);
    assert.equal(refused, 6);
    assert.equal(await requests(), 2);
  });

  test(`${name}: with estimate "none" the call that crosses goes through`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser(TWO), estimate: "none" });
    const client = gate.wrap(await openai(name), { user: "u" });
    let refused = 0;
    for (let i = 0; i < 8; i++) refused += await refusals([client.chat.completions.create(params())]);
    assert.equal(refused, 5);
    assert.equal(await requests(), 3);
  });

  test(`${name}: the same budget for the other ways to call`, async () => {
    for (const call of [
      (client) => client.responses.create({ model: "gpt-4o", input: params().messages, max_output_tokens: 100 }),
      (client) => client.chat.completions.create(params()).withResponse(),
      (client) => client.chat.completions.create(params()).asResponse().then((response) => response.json()),
      (client) => client.chat.completions.parse(params()),
      (client) => client.chat.completions.stream(params()).finalChatCompletion(),
      (client) => client.responses.stream({ model: "gpt-4o", input: params().messages, max_output_tokens: 100 }).finalResponse(),
      (client) => client.withOptions({ timeout: 5_000 }).chat.completions.create(params()),
      (client) => client.embeddings.create({ model: "text-embedding-3-small", input: params().messages[0].content }),
    ]) {
      fixed();
      const gate = gateOf({ policy: { budgets: [{ id: "two", scope: { user: "*" }, limit: { requests: 2 }, window: "daily", action: "block" }] } });
      const client = gate.wrap(await openai(name), { user: "u" });
      const results = await Promise.allSettled(Array.from({ length: 6 }, async () => call(client)));
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 2, `${call}: ${results.find((r) => r.reason)?.reason?.stack}`);
      assert.equal(await requests(), 2, String(call));
      const { spent, held } = await counter(gate);
      assert.deepEqual({ spent, held }, { spent: "2", held: "0" }, String(call));
    }
  });
}

test("a dated model id has its model's price", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  await client.chat.completions.create(params({ model: "gpt-4o-2024-08-06" }));
  assert.equal((await counter(gate)).spent, "0.00125");
});

test("an answer with a dated id costs what the model costs", async () => {
  fixed({ model: "gpt-4o-2024-11-20" });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  const { model } = await client.chat.completions.create(params());
  assert.equal(model, "gpt-4o-2024-11-20");
  assert.equal((await counter(gate)).spent, "0.00125");
});

test("an unknown model is refused before the request where the policy says so", async () => {
  fixed();
  const gate = gateOf({ policy: { ...perUser("1"), on_unpriced: "block" } });
  const client = gate.wrap(await openai(), { user: "u" });
  const error = await client.chat.completions.create(params({ model: "gpt-4o-foo" })).catch((e) => e);
  assert.equal(error.code, "llm_budget_exceeded");
  assert.equal(error.reason, "unpriced");
  assert.equal(await requests(), 0);
});

test("cached tokens and the tier that served the call are priced", async () => {
  fixed({ usage: { input: 1000, cached: 600, output: 100 } });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  await client.chat.completions.create(params());
  // 400 × 2.50 + 600 × 1.25 + 100 × 10 USD per million.
  assert.equal((await counter(gate)).spent, "0.00275");
});

test("what the provider refuses costs nothing, what it may have done costs its input", async () => {
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(undefined, { maxRetries: 0 }), { user: "u" });
  for (const status of [400, 401, 404, 429]) {
    fixed({ error: { status } });
    await assert.rejects(client.chat.completions.create(params()), { status });
    const { spent, held } = await counter(gate);
    assert.deepEqual({ spent, held }, { spent: "0", held: "0" }, String(status));
  }
  const unreached = gate.wrap(await openai(undefined, { maxRetries: 0, baseURL: `${await mock.refusedUrl()}/v1` }), { user: "u" });
  await assert.rejects(unreached.chat.completions.create(params()));
  assert.equal((await counter(gate)).spent, "0");
  fixed({ error: { status: 500 } });
  await assert.rejects(client.chat.completions.create(params()), { status: 500 });
  const { spent, held } = await counter(gate);
  assert.equal(held, "0");
  assert.ok(Number(spent) > 0 && Number(spent) < 0.00125, spent);
});

test("the client's own retries are one call", async () => {
  fixed();
  mock.script({ queue: [{ error: { status: 503 } }, { usage: { input: 100, output: 100 } }] });
  const gate = gateOf({ policy: perUser(TWO) });
  const client = gate.wrap(await openai(undefined, { maxRetries: 2 }), { user: "u" });
  await client.chat.completions.create(params());
  assert.equal(await requests(), 2);
  assert.equal((await counter(gate)).spent, "0.00125");
});

test("images and choices count in the estimate", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("0.001") });
  const client = gate.wrap(await openai(), { user: "u" });
  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(100_000)}` } };
  const one = params({ max_tokens: 10, messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }] }] });
  const withImage = params({ max_tokens: 10, messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }, image] }] });
  const error = await client.chat.completions.create(withImage).catch((e) => e);
  // An image is some hundred tokens, and not its bytes.
  assert.ok(Number(error.estimate) > 0.0015 && Number(error.estimate) < 0.004, error.estimate);
  const choices = await client.chat.completions.create({ ...one, n: 20 }).catch((e) => e);
  assert.ok(Number(choices.estimate) >= 0.002, choices.estimate);
  await client.chat.completions.create(one);
});
