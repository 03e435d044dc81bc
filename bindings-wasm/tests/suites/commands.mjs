// What a user does with an engine, over any package with the class `Engine`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { POLICY } from "../random.mjs";

const AT_MS = Date.UTC(2026, 4, 10, 12);

export function commands(binding) {
  const { Engine, SpendgateError } = binding;
  const open = (options = {}) => new Engine({ at_ms: AT_MS, policy: POLICY, ...options });

  test("a call is held, then charged with what it used", () => {
    const engine = open();
    const decision = engine.reserve({ user: "ada", model: "gpt-4o", estimate: { usd: "0.05" } }, AT_MS, 60_000);
    assert.equal(decision.allowed, true);
    assert.equal(decision.model, "gpt-4o");
    assert.equal(decision.reservation, "r1");
    assert.deepEqual(decision.window, { start: "2026-05-01T00:00:00Z", end: "2026-06-01T00:00:00Z" });
    const settled = engine.settle(decision, { usd: 0.07 }, AT_MS + 5, { ok: true, latency_ms: 5 });
    assert.deepEqual({ ...settled.toJSON() }, { outcome: "settled", usd: "0.07", overage: "0.02" });
    const [each, all] = engine.usage({ user: "ada" }, AT_MS + 5).counters;
    assert.deepEqual([each.budget, each.spent, each.held], ["each", "0.07", "0"]);
    assert.equal(all.budget, "all");
    assert.deepEqual(engine.events(AT_MS + 5).map((event) => event.kind), ["overage"]);
  });

  test("a decision is its wire form as JSON, a copy, and for `console.log`", () => {
    const engine = open();
    const decision = engine.reserve({ user: "ada", tier: "free", estimate: { usd: 1 } }, AT_MS);
    const text = JSON.parse(
      open().command_text(JSON.stringify({ at_ms: AT_MS, reserve: { user: "ada", tier: "free", estimate: { usd: 1 } } })),
    );
    assert.deepEqual(JSON.parse(JSON.stringify(decision)), text);
    assert.deepEqual(decision.toJSON(), text);
  });

  test("every command has its method", () => {
    const engine = open({ prices: { mine: { input: "1", output: "2" } } });
    assert.equal(engine.preview({ user: "ada" }, AT_MS).reservation, null);
    const { reservation } = engine.reserve({ user: "ada" }, AT_MS);
    assert.deepEqual(engine.release(reservation, AT_MS), { outcome: "released" });
    assert.deepEqual(engine.release(reservation, AT_MS, { ok: false }), { outcome: "replayed" });
    assert.deepEqual(engine.record({ user: "ada" }, { usd: "0.5" }, AT_MS), { outcome: "recorded", usd: "0.5" });
    assert.deepEqual(engine.adjust({ budget: "each", user: "ada" }, "-0.25", AT_MS, "a refund"), {
      outcome: "adjusted",
      spent: "0.25",
    });
    assert.equal(engine.explain({ user: "ada" }, AT_MS).candidates.length, 2);
    assert.deepEqual(engine.window("daily", AT_MS), { start: "2026-05-10T00:00:00Z", end: "2026-05-11T00:00:00Z" });
    const usage = { provider: "openai", prompt_tokens: 1000, completion_tokens: 500 };
    assert.deepEqual(engine.cost({ model: "mine", usage }, AT_MS), { usd: "0.002" });
    assert.deepEqual(engine.estimate({ model: "mine", input_bytes: 401n, max_output_tokens: 1e12, mode: undefined }, AT_MS), {
      input_tokens: "101",
      output_tokens: "500",
    });
    assert.throws(() => engine.estimate({ n: -1 }, AT_MS), { code: "invalid_amount", path: "estimate.n" });
    assert.deepEqual(engine.expire(AT_MS), { expired: 0 });
    assert.deepEqual(engine.store("down", AT_MS), { outcome: "unavailable" });
    assert.deepEqual(engine.store("up", AT_MS), { outcome: "available" });
    assert.throws(() => engine.breaker({ open: "none" }, AT_MS), { code: "unknown_breaker" });
    assert.deepEqual(engine.set_policy(JSON.stringify({ version: 2 }), AT_MS), { outcome: "accepted" });
    assert.equal(engine.reserve({ user: "ada" }, AT_MS).policy_version, 2);
    assert.ok(engine.command({ events: true, at_ms: AT_MS }).length > 0);
  });

  test("a running call asks whether what it has used still fits, its own hold aside", () => {
    const policy = { budgets: [{ id: "all", scope: { global: true }, limit: { usd: 1 }, window: "daily", action: "block" }] };
    const engine = open({ policy });
    const decision = engine.reserve({ user: "ada", estimate: { usd: "0.75" } }, AT_MS);
    const used = { user: "ada", estimate: { usd: "0.875" } };
    assert.equal(engine.preview(used, AT_MS).allowed, false);
    assert.equal(engine.preview(used, AT_MS, null).allowed, false);
    const { allowed, held } = engine.preview(used, AT_MS, decision);
    assert.deepEqual([allowed, held], [true, "0"]);
    assert.equal(engine.preview(used, AT_MS, decision.reservation).allowed, true);
    assert.equal(engine.usage({ user: "ada" }, AT_MS).counters[0].held, "0.75");
    assert.throws(() => engine.preview(used, AT_MS, "r99"), { code: "unknown_reservation" });
  });

  test("prices come with a policy, and stay until others do", () => {
    const engine = open({ prices: { mine: { input: "1", output: "1" } } });
    const cost = () => engine.cost({ model: "mine", usage: { prompt_tokens: 1_000_000, completion_tokens: 0 } }, AT_MS).usd;
    engine.set_policy({}, AT_MS, { mine: { input: "2", output: "2" } });
    assert.equal(cost(), "2");
    assert.throws(() => engine.set_policy({}, AT_MS, { mine: { input: "-2" } }), { code: "invalid_policy", path: "prices.mine.input" });
    engine.set_policy({}, AT_MS);
    assert.equal(cost(), "2");
    engine.set_policy({}, AT_MS, null);
    assert.equal(cost(), null);
  });

  test("totals are kept where rows are asked for", () => {
    const engine = open({ report_rows: 2 });
    for (const [user, usd] of [["ada", 1], ["bob", 2], ["cyd", 4]]) engine.record({ user, tier: "free" }, { usd }, AT_MS);
    const { since, total, user, tier } = engine.report(AT_MS + 5);
    assert.equal(since, "2026-05-10T12:00:00Z");
    assert.deepEqual([total.calls, total.spent_usd, total.average_usd], [3, "7", "2.333333334"]);
    assert.deepEqual(user.map((row) => [row.value, row.spent_usd]), [[null, "4"], ["bob", "2"], ["ada", "1"]]);
    assert.deepEqual(tier.map((row) => row.calls), [3]);
    assert.match(engine.metrics(AT_MS + 5), /^spendgate_spend_usd_total 7$/m);
    const plain = open();
    plain.record({ user: "ada" }, { usd: 1 }, AT_MS);
    assert.deepEqual([plain.report(AT_MS).since, plain.report(AT_MS).user], [null, []]);
    assert.doesNotMatch(plain.metrics(AT_MS), /spend_usd_total/);
    assert.throws(() => open({ report_rows: -1 }), { code: "invalid_call", path: "report_rows" });
  });

  test("an engine goes on from its snapshot", () => {
    const engine = open();
    engine.reserve({ user: "ada", estimate: { usd: 1 } }, AT_MS);
    const bytes = engine.snapshot();
    const again = Engine.restore({ at_ms: AT_MS, policy: POLICY }, bytes);
    bytes.fill(0);
    const next = (one) => one.reserve({ user: "ada", estimate: { usd: 1 } }, AT_MS).toJSON();
    assert.deepEqual(next(again), next(engine));
    assert.throws(() => Engine.restore({ at_ms: AT_MS }, bytes), { code: "invalid_snapshot" });
    assert.throws(() => Engine.restore({ at_ms: AT_MS }, "bytes"), { code: "invalid_snapshot" });
  });

  test("names are those of the policy that decided", () => {
    const engine = open();
    const policy = (id) => ({ budgets: [{ id, scope: { global: true }, limit: { usd: 1 }, window: "daily", action: "block" }] });
    const before = engine.preview({ estimate: { usd: 2 } }, AT_MS);
    engine.set_policy(policy("new"), AT_MS);
    assert.equal(engine.preview({ estimate: { usd: 2 } }, AT_MS).budget, "new");
    engine.set_policy(policy("newer"), AT_MS);
    assert.equal(engine.preview({ estimate: { usd: 2 } }, AT_MS).budget, "newer");
    assert.equal(before.budget, "each");
  });

  test("many engines stand side by side", () => {
    const engines = Array.from({ length: 50 }, () => open());
    engines.forEach((engine, index) => engine.record({ user: "ada" }, { usd: index }, AT_MS));
    engines.forEach((engine, index) => {
      assert.equal(engine.usage({ user: "ada" }, AT_MS).counters[0].spent, String(index));
      engine.close();
    });
  });

  test("what is closed says so, and another engine is never meant", () => {
    const engine = open();
    engine.close();
    engine.close();
    const other = open();
    const closed = { code: "engine_closed" };
    for (const use of [
      () => engine.reserve({ user: "ada" }, AT_MS),
      () => engine.settle("r1", {}, AT_MS),
      () => engine.release("r1", AT_MS),
      () => engine.usage({}, AT_MS),
      () => engine.command({ at_ms: AT_MS, events: true }),
      () => engine.command_text("{}"),
      () => engine.snapshot(),
      () => engine.handle,
    ]) {
      assert.throws(use, (error) => error instanceof SpendgateError && error.code === closed.code);
    }
    assert.equal(other.reserve({ user: "ada" }, AT_MS).reservation, "r1");
  });
}
