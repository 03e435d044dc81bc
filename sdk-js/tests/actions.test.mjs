// What the four actions do to a call, and that no callback reaches it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, fixed, gateOf, mock, openai, params, perUser, requests } from "./support.mjs";

/** A budget that is used up, and what it does then. */
function usedUp(action, more = {}) {
  return { policy: { ...perUser("0.001", { action, alert_at_percent: [] }), ...more } };
}

/** Waits for what was put off until the work in hand was done. */
const soon = () => new Promise((resolve) => setImmediate(resolve));

async function run(options) {
  fixed();
  const gate = gateOf({ ...options, onBudgetWarning: options.onBudgetWarning });
  const client = gate.wrap(await openai(), { user: "u" });
  return { gate, client };
}

test("block: an error before any request, with the arithmetic in it", async () => {
  const { gate, client } = await run(usedUp("block"));
  await gate.record({ user: "u" }, { usd: "0.001" });
  const error = await client.chat.completions.create(params()).catch((e) => e);
  assert.equal(await requests(), 0);
  const { name, code, user, tier, budget, scope, unit, limit, spent, held, remaining, reason, retryable, window, resetsAt } = error;
  assert.deepEqual(
    { name, code, user, tier, budget, scope, unit, limit, spent, held, remaining, reason, retryable },
    {
      name: "LLMBudgetExceededError",
      code: "llm_budget_exceeded",
      user: "u",
      tier: null,
      budget: "each",
      scope: "user",
      unit: "usd",
      limit: "0.001",
      spent: "0.001",
      held: "0",
      remaining: "0",
      reason: "limit_reached",
      retryable: false,
    },
  );
  assert.equal(resetsAt.toISOString(), new Date(window.end).toISOString());
  assert.match(error.message, /budget `each` refuses the call of user `u`/);
});

test("warn: the call is made and the callback is told", async () => {
  const warnings = [];
  const { gate, client } = await run({ ...usedUp("warn"), onBudgetWarning: (warning) => warnings.push(warning) });
  await gate.record({ user: "u" }, { usd: "0.001" });
  await client.chat.completions.create(params());
  await soon();
  assert.equal(await requests(), 1);
  assert.deepEqual(warnings.map(({ kind, budget, user }) => ({ kind, budget, user })), [{ kind: "warned", budget: "each", user: "u" }]);
});

test("dry_run: the call is made, a line on the console, never the callback", async (t) => {
  const lines = [];
  t.mock.method(console, "info", (line) => lines.push(line));
  const warnings = [];
  const { gate, client } = await run({ ...usedUp("dry_run", {}), onBudgetWarning: (warning) => warnings.push(warning) });
  await gate.record({ user: "u" }, { usd: "0.001" });
  await client.chat.completions.create(params());
  await soon();
  assert.equal(await requests(), 1);
  assert.deepEqual(warnings, []);
  assert.equal(lines.length, 1);
  assert.match(lines[0], /dry run: budget each, user u/);
});

test("downgrade: the sibling is called in a copy of the parameters, and priced as what it is", async () => {
  const policy = { ...perUser("0.001", { action: "downgrade", alert_at_percent: [] }), downgrades: { "gpt-4o": "gpt-4o-mini" } };
  const { gate, client } = await run({ policy });
  await gate.record({ user: "u" }, { usd: "0.001" });
  const given = Object.freeze(params());
  const answer = await client.chat.completions.create(given);
  assert.equal(given.model, "gpt-4o");
  assert.equal(answer.model, "gpt-4o-mini");
  // 100 × 0.15 + 100 × 0.60 USD per million, upon the 0.001 there was.
  assert.equal((await counter(gate)).spent, "0.001075");
});

test("a threshold reaches the callback once", async () => {
  const warnings = [];
  const { client } = await run({ policy: perUser("0.002", { alert_at_percent: [50] }), onBudgetWarning: (w) => warnings.push(w) });
  await client.chat.completions.create(params({ max_tokens: 10 }));
  await client.chat.completions.create(params({ max_tokens: 10 })).catch(() => {});
  await soon();
  assert.deepEqual(warnings.map(({ kind, percent }) => ({ kind, percent })), [{ kind: "threshold", percent: 50 }]);
});

const callbacks = {
  throwing: () => {
    throw new Error("on purpose");
  },
  rejecting: () => Promise.reject(new Error("on purpose")),
  hanging: () => new Promise(() => {}),
};

for (const action of ["warn", "block", "downgrade", "dry_run"]) {
  for (const [how, callback] of Object.entries(callbacks)) {
    test(`a ${how} callback leaves a call over ${action} as it is`, async (t) => {
      t.mock.method(console, "info", () => {});
      fixed();
      const said = [];
      const { SpendGate } = await import("spendgate");
      const gate = new SpendGate({
        policy: { ...perUser("0.0001", { action }), downgrades: { "gpt-4o": "gpt-4o-mini" } },
        onBudgetWarning: callback,
        onEvent: callback,
        onDiagnostic: (diagnostic) => {
          said.push(diagnostic.kind);
          return callback();
        },
      });
      const client = gate.wrap(await openai(), { user: "u" });
      await gate.record({ user: "u" }, { usd: "0.0001" });
      const result = await client.chat.completions.create(params()).catch((e) => e);
      if (action === "block") assert.equal(result.code, "llm_budget_exceeded");
      else assert.equal(result.object, "chat.completion");
      assert.equal(await requests(), action === "block" ? 0 : 1);
      await soon();
      if (how !== "hanging") assert.ok(said.every((kind) => kind === "callback_failed") && said.length > 0, String(said));
      gate.close();
    });
  }
}

test("an open circuit refuses with its own error", async () => {
  const breakers = [{ id: "storm", scope: { user: "*" }, trip: { calls: 2, within: "1m" }, cooldown: "10m", action: "block" }];
  const { client } = await run({ policy: { breakers } });
  const errors = [];
  for (let i = 0; i < 5; i++) await client.chat.completions.create(params()).catch((error) => errors.push(error));
  assert.equal(await requests(), 2);
  assert.deepEqual([...new Set(errors.map(({ name, code, reason }) => `${name} ${code} ${reason}`))], ["LLMCircuitOpenError llm_circuit_open circuit_open"]);
});

test("failures of the provider open its circuit; it can be closed by hand", async () => {
  const breakers = [{ id: "errors", scope: { provider: "*" }, trip: { error_rate_percent: 50, within: "5m", min_calls: 3 }, cooldown: "10m", action: "block" }];
  fixed({ error: { status: 500 } });
  const gate = gateOf({ policy: { breakers } });
  const client = gate.wrap(await openai(undefined, { maxRetries: 0 }), { user: "u" });
  for (let i = 0; i < 3; i++) await client.chat.completions.create(params()).catch(() => {});
  assert.equal((await client.chat.completions.create(params()).catch((e) => e)).code, "llm_circuit_open");
  assert.equal(await requests(), 3);
  gate.breaker("errors").close();
  fixed();
  await client.chat.completions.create(params());
  gate.breaker("errors").open("maintenance");
  assert.equal((await client.chat.completions.create(params()).catch((e) => e)).code, "llm_circuit_open");
  mock.reset();
});
