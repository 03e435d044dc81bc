// Who a call is for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fixed, gateOf, OPENAI, openai, params, perUser, requests } from "./support.mjs";

const spentBy = async (gate, user) => (await gate.usage({ user })).counters[0].spent;

test("concurrent requests never mix", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai());
  await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      gate.run({ user: `user_${i % 3}` }, async () => {
        for (let turn = 0; turn <= i % 3; turn++) {
          await new Promise((resolve) => setTimeout(resolve, (i * 7) % 5));
          await client.chat.completions.create(params());
        }
      }),
    ),
  );
  assert.equal(await spentBy(gate, "user_0"), "0.0125");
  assert.equal(await spentBy(gate, "user_1"), "0.025");
  assert.equal(await spentBy(gate, "user_2"), "0.0375");
});

test("explicit attributes win over those around, and inner ones over outer ones", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const base = await openai();
  const mine = gate.wrap(base, { userId: "mine" });
  const anybody = gate.wrap(base);
  await gate.run({ user: "outer", tier: "free" }, () =>
    gate.run({ user: "inner" }, async () => {
      await mine.chat.completions.create(params());
      await anybody.chat.completions.create(params());
      assert.deepEqual(gate.calls.subject(undefined), { user: "inner", tier: "free" });
    }),
  );
  assert.equal(await spentBy(gate, "mine"), "0.00125");
  assert.equal(await spentBy(gate, "inner"), "0.00125");
  assert.equal(await spentBy(gate, "outer"), "0");
});

for (const name of OPENAI) {
  test(`${name}: the given client stays as it was`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("0") });
    const base = await openai(name);
    const create = base.chat.completions.create;
    const wrapped = gate.wrap(base, { user: "u" });
    assert.ok(wrapped instanceof base.constructor);
    assert.notEqual(wrapped, base);
    assert.equal(base.chat.completions.create, create);
    await base.chat.completions.create(params());
    assert.equal(await requests(), 1);
    await assert.rejects(wrapped.chat.completions.create(params()), { code: "llm_budget_exceeded" });
  });
}

test("two wraps with different users never mix, and wrapping twice charges once", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const base = await openai();
  const [a, b] = ["a", "b"].map((user) => gate.wrap(base, { user }));
  const again = gate.wrap(gate.wrap(a), { feature: "chat" });
  await Promise.all([a.chat.completions.create(params()), b.chat.completions.create(params()), b.chat.completions.create(params())]);
  await again.chat.completions.create(params());
  assert.equal(await spentBy(gate, "a"), "0.0025");
  assert.equal(await spentBy(gate, "b"), "0.0025");
  assert.equal(await requests(), 4);
});

test("plan is tier, group is feature, whole numbers are ids", async () => {
  const gate = gateOf({});
  assert.deepEqual(gate.calls.subject({ plan: "pro", group: "search", userId: 42, org: 7n }), { user: "42", tier: "pro", org: "7", feature: "search" });
});

test("switched off, a client behaves as if never wrapped", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("0") });
  const client = gate.wrap(await openai(), { user: "u" });
  await assert.rejects(client.chat.completions.create(params()), { code: "llm_budget_exceeded" });
  gate.enabled = false;
  const promise = client.chat.completions.create(params());
  assert.equal(promise.constructor.name, "APIPromise");
  await promise;
  gate.enabled = true;
  await assert.rejects(client.chat.completions.create(params()), { code: "llm_budget_exceeded" });
  assert.equal(gateOf({ policy: perUser("0"), enabled: false }).enabled, false);
});

test("of two wraps the later attributes count, whatever they are called", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(gate.wrap(await openai(), { user: "first", feature: "chat" }), { userId: "second" });
  await client.chat.completions.create(params());
  assert.equal(await spentBy(gate, "second"), "0.00125");
  assert.equal((await gate.report()).feature[0].value, "chat");
});

test("a copy of a wrapped client, and a client that cannot be copied, are wrapped again", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const copy = gate.wrap(await openai(), { user: "first" }).withOptions({ timeout: 5_000 });
  await gate.wrap(copy, { user: "second" }).chat.completions.create(params());
  assert.equal(await spentBy(gate, "first"), "0");
  assert.equal(await spentBy(gate, "second"), "0.00125");
  const create = async () => ({ usage: { prompt_tokens: 100, completion_tokens: 100 } });
  const own = gate.wrap(gate.wrap({ chat: { completions: { create } } }, { user: "third" }), { user: "fourth" });
  await own.chat.completions.create(params());
  assert.equal(await spentBy(gate, "third"), "0");
  assert.equal(await spentBy(gate, "fourth"), "0.00125");
  assert.equal(await requests(), 1);
});
