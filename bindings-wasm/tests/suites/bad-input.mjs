// What nobody should hand in, across the border, over any package with the class `Engine`: an error with a code and,
// where it is about a member, its path; never a crash, never a silent default.

import assert from "node:assert/strict";
import { test } from "node:test";
import { POLICY } from "../random.mjs";

const AT_MS = Date.UTC(2026, 4, 10, 12);
const LONE = "\ud800";

export function badInput({ Engine, SpendgateError }) {
  const open = (policy = POLICY) => new Engine({ at_ms: AT_MS, policy });

  /** Asserts a refusal, and that it changed nothing. */
  const refused = (engine, command, code, path) => {
    const before = engine.usage({ user: "ada" }, AT_MS);
    assert.throws(
      () => command(engine),
      (error) => {
        assert.ok(error instanceof SpendgateError && error instanceof Error, `${error}`);
        assert.equal(error.code, code, error.message);
        if (path !== undefined) assert.equal(error.path, path, error.message);
        return true;
      },
    );
    assert.deepEqual(engine.usage({ user: "ada" }, AT_MS), before);
  };

  test("options of a wrong type are refused", () => {
    for (const [options, code] of [
      [undefined, "invalid_call"],
      [null, "invalid_call"],
      [5, "invalid_call"],
      [[], "invalid_call"],
      [{}, "invalid_time"],
      [{ at_ms: "now" }, "invalid_time"],
      [{ at_ms: NaN }, "invalid_time"],
      [{ at_ms: AT_MS, polcy: {} }, "invalid_call"],
      [{ at_ms: AT_MS, policy: 5 }, "invalid_policy"],
      [{ at_ms: AT_MS, policy: { budgets: [{ id: LONE }] } }, "invalid_call"],
      [{ at_ms: AT_MS, policy: { budgets: () => [] } }, "invalid_call"],
      [{ at_ms: AT_MS, prices: { a: { input: -1, output: 1 } } }, "invalid_policy"],
      [{ at_ms: AT_MS, hash_seed: -1 }, "invalid_call"],
      [{ at_ms: AT_MS, hash_seed: 1.5 }, "invalid_call"],
      [{ at_ms: AT_MS, max_counters: Infinity }, "invalid_call"],
    ]) {
      assert.throws(() => new Engine(options), (error) => error instanceof SpendgateError && error.code === code, `${code}`);
    }
  });

  test("a call of a wrong type is refused with its path", () => {
    const engine = open();
    for (const [call, code, path] of [
      [undefined, "invalid_call", ""],
      [null, "invalid_call", ""],
      ["ada", "invalid_call", ""],
      [[], "invalid_call", ""],
      [() => 1, "invalid_call"],
      [{ user: 5 }, "invalid_call", "user"],
      [{ user: {} }, "invalid_call", "user"],
      [{ user: new String("ada") , model: Symbol("m") }, "invalid_call"],
      [{ user: "" }, "invalid_id", "user"],
      [{ user: "a\u0000" }, "invalid_id", "user"],
      [{ user: LONE }, "invalid_call"],
      [{ user: "u", [LONE]: 1 }, "invalid_call"],
      [{ user: "x".repeat(257) }, "invalid_id", "user"],
      [{ user: "é".repeat(129) }, "invalid_id", "user"],
      [{ user: "x".repeat(10_000_000) }, "invalid_id", "user"],
      [{ user: "ada", plan: "free" }, "invalid_call", "plan"],
      [{ user: "ada", estimate: 5 }, "invalid_call", "estimate"],
      [{ user: "ada", estimate: [] }, "invalid_call", "estimate"],
      [{ user: "ada", estimate: { eur: 1 } }, "invalid_call", "estimate.eur"],
      [JSON.parse('{"user": "ada", "__proto__": {"tier": "free"}}'), "invalid_call", "__proto__"],
    ]) {
      refused(engine, () => engine.reserve(call, AT_MS), code, path);
      refused(engine, () => engine.preview(call, AT_MS), code, path);
    }
  });

  test("amounts that are none are refused, and what is exact is exact", () => {
    const engine = open();
    for (const usd of [NaN, Infinity, -Infinity, -1, -0.5, 2 ** 53 + 2, 1e300, "1e3", " 1", "0x1", "1.0000000001", "", "NaN", -1n, 10n ** 30n]) {
      refused(engine, () => engine.reserve({ user: "ada", estimate: { usd } }, AT_MS), "invalid_amount", "estimate.usd");
    }
    for (const usd of [true, {}, []]) {
      refused(engine, () => engine.reserve({ user: "ada", estimate: { usd } }, AT_MS), "invalid_call", "estimate.usd");
    }
    refused(engine, () => engine.reserve({ user: "ada", estimate: { tokens: 1.5 } }, AT_MS), "invalid_amount", "estimate.tokens");
    const exact = open({ budgets: [{ id: "t", scope: { user: "*" }, limit: { tokens: "9223372036854775807" }, window: "daily", action: "block" }] });
    for (const [tokens, held] of [[9007199254740993n, "9007199254740993"], ["9007199254740993", "18014398509481986"]]) {
      exact.reserve({ user: "ada", estimate: { tokens } }, AT_MS);
      assert.equal(exact.usage({ user: "ada" }, AT_MS).counters[0].held, held);
    }
  });

  test("times that are none are refused", () => {
    const engine = open();
    for (const atMs of [NaN, Infinity, -Infinity, "now", null, undefined, {}, 1.5, 2 ** 53 * 4, 1e300]) {
      refused(engine, () => engine.reserve({ user: "ada" }, atMs), "invalid_time");
      refused(engine, () => engine.settle("r1", {}, atMs), "invalid_time");
      refused(engine, () => engine.events(atMs), "invalid_time");
    }
    for (const ttlMs of [NaN, Infinity, "60", {}, 1.5]) {
      refused(engine, () => engine.reserve({ user: "ada" }, AT_MS, ttlMs), "invalid_call", "ttl_ms");
    }
  });

  test("ends of a wrong type are refused", () => {
    const engine = open();
    const { reservation } = engine.reserve({ user: "ada", estimate: { usd: 1 } }, AT_MS);
    for (const name of [undefined, null, 5, {}, [], Symbol("r1")]) {
      refused(engine, () => engine.settle(name, {}, AT_MS), "invalid_call");
      refused(engine, () => engine.release(name, AT_MS), "invalid_call");
    }
    for (const name of ["", "r", "r0", "R1", "r1 ", "rffffffffffffffff", "r99999999999999999999", "nobody"]) {
      refused(engine, () => engine.settle(name, {}, AT_MS), "unknown_reservation");
    }
    for (const [actual, code] of [
      [5, "invalid_call"],
      ["x", "invalid_call"],
      [[], "invalid_call"],
      [{ eur: 1 }, "invalid_call"],
      [{ tokens: true }, "invalid_call"],
      [{ usd: "x" }, "invalid_amount"],
      [{ usage: 5 }, "invalid_amount"],
    ]) {
      refused(engine, () => engine.settle(reservation, actual, AT_MS), code);
    }
    for (const report of [5, true, "x", [], { ok: "yes" }, { latency_ms: "5" }, { latency_ms: -1 }, { latency_ms: NaN }, { latency: 5 }]) {
      refused(engine, () => engine.settle(reservation, { usd: 1 }, AT_MS, report), "invalid_call");
      refused(engine, () => engine.release(reservation, AT_MS, report), "invalid_call");
    }
    assert.equal(engine.settle(reservation, { usd: 1 }, AT_MS).outcome, "settled");
  });

  test("objects that answer for themselves are read once, or refused", () => {
    const engine = open();
    class Subject {
      get user() {
        return "ada";
      }
    }
    const inherited = Object.create({ user: "ada" });
    for (const call of [new Subject(), inherited, Object.freeze({ user: "ada" }), Object.assign(Object.create(null), { user: "ada" })]) {
      assert.equal(engine.preview(call, AT_MS).subject, "ada");
    }
    const throwing = new Proxy({}, { get: () => assert.fail("no"), ownKeys: () => assert.fail("no") });
    const late = { user: "ada", get estimate() { throw new RangeError("no"); } };
    for (const call of [throwing, late, { user: "ada", estimate: throwing }]) {
      refused(engine, () => engine.reserve(call, AT_MS), "invalid_call");
      refused(engine, () => engine.usage(call, AT_MS), "invalid_call");
    }
    refused(engine, () => engine.settle(throwing, {}, AT_MS), "invalid_call");
    refused(engine, () => engine.settle("r1", throwing, AT_MS), "invalid_call");
    refused(engine, () => engine.settle("r1", {}, AT_MS, throwing), "invalid_call");
    const round = { user: "ada" };
    round.estimate = round;
    refused(engine, () => engine.reserve(round, AT_MS), "invalid_call");
  });

  test("a getter that uses the engine itself changes no call but its own", () => {
    const engine = open();
    const inner = () => engine.reserve({ user: "bob", tier: "free", estimate: { usd: 0.1 } }, AT_MS);
    const estimate = { get usd() { inner(); return 0.5; } };
    const outer = engine.reserve({ user: "ada", get tier() { inner(); return "pro"; }, estimate }, AT_MS);
    assert.deepEqual([outer.subject, outer.estimate], ["ada", "0.5"]);
    assert.equal(engine.usage({ user: "ada" }, AT_MS).counters[0].held, "0.5");
    const actual = { usd: 0.25 };
    const report = { get ok() { engine.settle(inner(), { usd: 0.2 }, AT_MS); return true; } };
    assert.equal(engine.settle(outer, actual, AT_MS, report).usd, "0.25");
  });

  test("a call that is changed after it was decided changes no decision", () => {
    const engine = open();
    const call = { user: "ada", model: "gpt-4o", estimate: { usd: 0.5 } };
    const decision = engine.reserve(call, AT_MS);
    const before = JSON.stringify(decision);
    call.user = "bob";
    call.model = "other";
    call.estimate.usd = 5;
    engine.reserve(call, AT_MS);
    assert.equal(JSON.stringify(decision), before);
  });

  test("a policy of 10 MB is taken, or refused with its place", () => {
    const budget = (index) => ({ id: `budget-${index}`, scope: { user: `user-${index}` }, limit: { usd: "1" }, window: "daily", action: "block" });
    const budgets = Array.from({ length: 90_000 }, (_, index) => budget(index));
    const text = JSON.stringify({ budgets });
    assert.ok(text.length > 9_000_000);
    const engine = open();
    engine.set_policy(text, AT_MS);
    assert.equal(engine.preview({ user: "user-89999", estimate: { usd: 2 } }, AT_MS).budget, "budget-89999");
    budgets.push({ ...budget(0), id: "last", limit: { usd: "-1" } });
    refused(engine, () => engine.set_policy({ budgets }, AT_MS), "invalid_policy", "budgets[90000].limit.usd");
    engine.close();
  });

  test("text that is no command is refused", () => {
    const engine = open();
    for (const step of [5, null, undefined, LONE, {}]) {
      refused(engine, () => engine.command_text(step), "invalid_call");
    }
    for (const step of ["", "{", "[]", '{"at_ms": 1, "at_ms": 2, "events": true}', "[".repeat(100_000)]) {
      assert.match(engine.command_text(step), /"error":"invalid_call"/);
    }
    refused(engine, () => engine.command({ at_ms: AT_MS }), "invalid_call");
    refused(engine, () => engine.command(undefined), "invalid_call");
  });
}
