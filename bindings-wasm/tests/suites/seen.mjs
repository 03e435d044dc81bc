// Users whom an engine has seen cross as handles; nobody is to notice, over any package with the class `Engine`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../random.mjs";

const START_MS = Date.UTC(2026, 4, 10);
const DAY_MS = 86_400_000;
const NAMES = ["ada", "chloë", "名前", "a name that is longer than a row of counters has room for", "x".repeat(256)];

/** A policy whose calls are ordinary as long as there is room. */
const policy = (usd) => ({
  budgets: [
    { id: "day", scope: { tier: "free" }, limit: { usd }, window: "daily", action: "block" },
    { id: "all", scope: { global: true }, limit: { usd: "100000" }, window: "monthly", action: "block" },
  ],
});

export function seen({ Engine }) {
  test("whoever was seen before is answered as by name, through windows, policies and refusals", () => {
    const next = random(11);
    const [short, long] = [1, 2].map(() => new Engine({ at_ms: START_MS, policy: policy("1") }));
    let at_ms = START_MS;
    for (let round = 0; round < 3000; round++) {
      at_ms += next(100) === 0 ? DAY_MS / 2 : 1000;
      if (next(300) === 0) {
        const document = policy(String(1 + next(2)));
        short.set_policy(document, at_ms);
        long.set_policy(document, at_ms);
      }
      const user = next(3) === 0 ? `user ${next(400)}` : NAMES[next(NAMES.length)];
      const asked = { user, tier: "free", estimate: { usd: next(100) / 1000 } };
      const decision = short.reserve(asked, at_ms);
      const given = JSON.parse(JSON.stringify(decision));
      assert.deepEqual(given, JSON.parse(long.command_text(JSON.stringify({ reserve: asked, at_ms }))), `round ${round}: ${user}`);
      if (!decision.allowed) continue;
      short.settle(decision, { usd: "0.03" }, at_ms);
      long.command({ settle: decision.reservation, actual: { usd: "0.03" }, at_ms });
    }
    assert.deepEqual(short.events(at_ms), long.events(at_ms));
  });

  test("one engine's users are strangers to another", () => {
    const engines = [1, 2].map(() => new Engine({ at_ms: START_MS, policy: policy("1") }));
    const [one, other] = engines;
    const ask = (engine, user) => engine.reserve({ user, tier: "free", estimate: { usd: "0.25" } }, START_MS);
    for (const user of ["ada", "ada", "bob", "bob"]) ask(one, user);
    for (const user of ["bob", "bob", "bob", "ada"]) ask(other, user);
    const held = (engine, user) => engine.usage({ user, tier: "free" }, START_MS).counters[0].held;
    assert.deepEqual([held(one, "ada"), held(one, "bob")], ["0.5", "0.5"]);
    assert.deepEqual([held(other, "ada"), held(other, "bob")], ["0.25", "0.75"]);
    assert.equal(ask(one, "ada").subject, "ada");
  });

  test("more users than are kept are told apart", () => {
    const engine = new Engine({ at_ms: START_MS, policy: policy("1") });
    const users = Array.from({ length: 6000 }, (_, number) => `user ${number}`);
    for (let round = 0; round < 3; round++) {
      for (const user of users) engine.reserve({ user, tier: "free", estimate: { usd: "0.01" } }, START_MS);
    }
    for (const user of ["user 0", "user 4095", "user 4096", "user 5999"]) {
      assert.equal(engine.usage({ user, tier: "free" }, START_MS).counters[0].held, "0.03", user);
    }
  });

  test("a name that is no text names nobody who was seen", () => {
    const engine = new Engine({ at_ms: START_MS, policy: policy("1") });
    for (let round = 0; round < 3; round++) engine.reserve({ user: "1", tier: "free" }, START_MS);
    for (const user of [1, ["1"], {}]) {
      assert.throws(() => engine.reserve({ user, tier: "free" }, START_MS), { name: "SpendgateError" });
    }
    assert.equal(engine.reserve({ user: null, tier: "free" }, START_MS).subject, null);
  });
}
