// The class over the addon: each command by its method, the same answers as text, the life of a handle.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as spendgate from "@spendgate/node";
import { addon, AT_MS, policy } from "./support.mjs";

const { Engine, SpendgateError } = spendgate;

test("the addon that was built here answers", () => {
  const info = spendgate.engineInfo();
  assert.equal(info.backend, "native");
  assert.match(info.loaded, /spendgate\.node$/);
  assert.deepEqual(info.tried, []);
  info.tried.push("x");
  assert.deepEqual(spendgate.engineInfo().tried, []);
});

test("the lists of words are those of the compiled engine", () => {
  const compiled = JSON.parse(addon.catalogue());
  for (const [name, words] of Object.entries(compiled)) assert.deepEqual(spendgate[name.toUpperCase()], words, name);
  assert.equal(Object.keys(compiled).length, 9);
});

test("a call is held, settled and counted", () => {
  const engine = new Engine({ at_ms: AT_MS, policy: policy({ usd: "1" }) });
  assert.equal(engine.backend, "native");
  const first = engine.reserve({ user: "u", model: "gpt-4o", estimate: { usd: "0.75" } }, AT_MS);
  assert.equal(first.allowed, true);
  assert.equal(first.reservation, "r1");
  assert.equal(first.model, "gpt-4o");
  const second = engine.reserve({ user: "u", estimate: { usd: 0.5 } }, AT_MS + 1);
  assert.deepEqual(
    [second.allowed, second.reason, second.held, second.remaining, second.subject, second.scope],
    [false, "in_flight", "0.75", "0.25", "u", "user"],
  );
  assert.deepEqual(second.window, { start: "2026-05-01T00:00:00Z", end: "2026-06-01T00:00:00Z" });
  assert.deepEqual(second.triggered, [{ budget: "each", action: "block" }]);
  const settled = engine.settle(first, { usd: "0.25" }, AT_MS + 2, { ok: true, latency_ms: 12 });
  assert.deepEqual(settled.toJSON(), { outcome: "settled", usd: "0.25" });
  assert.equal(engine.settle("r1", { usd: "0.25" }, AT_MS + 3).outcome, "replayed");
  const third = engine.reserve({ user: "u", estimate: { usd: 0.5 } }, AT_MS + 4);
  assert.deepEqual(engine.release(third.reservation, AT_MS + 5), { outcome: "released" });
  const { counters } = engine.usage({ user: "u" }, AT_MS + 6);
  assert.deepEqual([counters[0].spent, counters[0].held], ["0.25", "0"]);
  engine.close();
});

test("every control command has a method", () => {
  const engine = new Engine({
    at_ms: AT_MS,
    policy: policy({ usd: "1" }),
    prices: { m: { input: "1", output: "2" } },
  });
  assert.equal(engine.preview({ user: "u" }, AT_MS).reservation, null);
  assert.equal(engine.record({ user: "u" }, { usd: "0.1" }, AT_MS).outcome, "recorded");
  assert.equal(engine.explain({ user: "u" }, AT_MS).candidates[0].applies, true);
  assert.equal(engine.window("daily", AT_MS).start, "2026-05-10T00:00:00Z");
  assert.equal(
    engine.cost({ model: "m", usage: { provider: "openai", prompt_tokens: 1000, completion_tokens: 500 } }, AT_MS).usd,
    "0.002",
  );
  assert.equal(engine.adjust({ user: "u", budget: "each" }, "-0.1", AT_MS, "a gift").spent, "0");
  assert.deepEqual(engine.expire(AT_MS), { expired: 0 });
  assert.equal(engine.store("down", AT_MS).outcome, "unavailable");
  assert.equal(engine.store("up", AT_MS).outcome, "available");
  assert.equal(engine.set_policy(JSON.stringify(policy({ usd: "2" })), AT_MS).outcome, "accepted");
  assert.equal(engine.preview({ user: "u" }, AT_MS).limit, "2");
  assert.ok(engine.events(AT_MS).some((event) => event.kind === "policy_changed"));
  assert.throws(() => engine.breaker({ open: "none" }, AT_MS), { code: "unknown_breaker" });
  assert.deepEqual(engine.command({ expire: true, at_ms: AT_MS }), { expired: 0 });
  assert.equal(engine.command_text(`{"expire":true,"at_ms":${AT_MS}}`), '{"expired":0}');
  engine.close();
});

test("a restored engine goes on", () => {
  const engine = new Engine({ at_ms: AT_MS, policy: policy({ usd: "1" }) });
  engine.reserve({ user: "u", estimate: { usd: "0.75" } }, AT_MS);
  const state = engine.snapshot();
  assert.ok(state instanceof Uint8Array);
  const again = Engine.restore({ at_ms: AT_MS, policy: policy({ usd: "1" }) }, state);
  const call = { user: "u", estimate: { usd: "0.5" } };
  assert.equal(JSON.stringify(again.reserve(call, AT_MS)), JSON.stringify(engine.reserve(call, AT_MS)));
  assert.throws(() => Engine.restore({ at_ms: AT_MS }, new Uint8Array([1, 2, 3])), { code: "invalid_snapshot" });
  assert.throws(() => Engine.restore({ at_ms: AT_MS }, "state"), { code: "invalid_snapshot" });
  const shared = new Uint8Array(new SharedArrayBuffer(state.length));
  shared.set(state);
  assert.equal(Engine.restore({ at_ms: AT_MS }, shared).usage({ user: "u" }, AT_MS).counters.length, 0);
});

test("the last holder ends the engine, and its handle leads nowhere after", () => {
  const engine = new Engine({ at_ms: AT_MS });
  const { handle } = engine;
  const other = Engine.attach(handle);
  engine.close();
  engine.close();
  assert.throws(() => engine.reserve({ user: "u" }, AT_MS), { code: "engine_closed", name: "SpendgateError" });
  assert.equal(other.reserve({ user: "u" }, AT_MS).reason, "no_budget");
  other.close();
  const next = new Engine({ at_ms: AT_MS });
  assert.notEqual(next.handle, handle);
  for (const stale of [handle, 0, -1, 0.5, NaN, Infinity, 2 ** 60, "1", null, undefined, {}]) {
    assert.throws(() => Engine.attach(stale), (error) => error instanceof SpendgateError && error.code === "engine_closed");
  }
  next.close();
});

test("the addon refuses handles that its environment does not hold", () => {
  const engine = new Engine({ at_ms: AT_MS });
  const { handle } = engine;
  engine.close();
  for (const stale of [handle, 0, -1, 0.5, NaN, Infinity, 2 ** 60]) {
    assert.throws(() => addon.command(stale, "{}"), { code: "engine_closed" });
    assert.throws(() => addon.names(stale), { code: "engine_closed" });
    assert.throws(() => addon.snapshot(stale), { code: "engine_closed" });
    assert.equal(addon.close(stale), undefined);
  }
  assert.throws(() => addon.command("1", "{}"), Error);
  assert.throws(() => addon.open(), Error);
});
