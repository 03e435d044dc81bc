// The errors: found through wrappings, the same in ESM and CommonJS, answers for HTTP.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { budgetErrorOf, isBudgetError, isCircuitError, LLMBudgetExceededError, LLMCircuitOpenError } from "spendgate";
import { fixed, gateOf, OPENAI, openai, params, perUser, requests } from "./support.mjs";

const blocked = async (options = {}) => {
  const gate = gateOf({ policy: perUser("0"), ...options });
  const client = gate.wrap(await openai(), { user: "u", tier: "free" });
  return client.chat.completions.create(params()).catch((e) => e);
};

for (const name of OPENAI) {
  test(`${name}: an error that a helper of the client has wrapped is still found`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("0") });
    const client = gate.wrap(await openai(name), { user: "u" });
    const error = await client.chat.completions.stream(params()).finalContent().catch((e) => e);
    assert.notEqual(error.code, "llm_budget_exceeded");
    assert.ok(isBudgetError(error));
    assert.equal(budgetErrorOf(error).user, "u");
    assert.equal(await requests(), 0);
  });
}

test("both forms of the package know each other's errors", async () => {
  const common = createRequire(import.meta.url)("spendgate");
  assert.notEqual(common.LLMBudgetExceededError, LLMBudgetExceededError);
  const error = await blocked();
  assert.ok(error instanceof LLMBudgetExceededError && error instanceof common.LLMBudgetExceededError && error instanceof Error);
  assert.ok(!(error instanceof LLMCircuitOpenError) && !(new Error("other") instanceof LLMBudgetExceededError));
  assert.ok(common.isBudgetError(new Error("outer", { cause: error })) && !common.isCircuitError(error));
  assert.ok(!isBudgetError(undefined) && !isBudgetError("text") && !isCircuitError({ code: 1 }));
});

test("causes that lead in a circle are followed to an end", () => {
  const a = new Error("a");
  const b = new Error("b", { cause: a });
  a.cause = b;
  assert.equal(isBudgetError(a), false);
});

test("a budget's response: 402, when to come again, and figures of the caller alone", async () => {
  const error = await blocked({ policy: perUser("0.5") }).then(() => blocked());
  const response = error.toResponse();
  assert.equal(response.status, 402);
  assert.match(response.headers.get("content-type"), /json/);
  assert.ok(Number(response.headers.get("retry-after")) > 0);
  assert.match(response.headers.get("ratelimit-policy"), /^"each";q=0/);
  assert.match(response.headers.get("ratelimit"), /^"each";r=0;t=\d+$/);
  const { error: body } = await response.json();
  assert.deepEqual(
    { code: body.code, budget: body.budget, limit: body.limit, spent: body.spent, remaining: body.remaining, retryable: body.retryable },
    { code: "llm_budget_exceeded", budget: "each", limit: "0", spent: "0", remaining: "0", retryable: false },
  );
});

test("a budget of all says nothing of what others have used", async () => {
  const budgets = [{ id: "all", scope: { global: true }, limit: { usd: "1" }, window: "daily", action: "block" }];
  const gate = gateOf({ policy: { budgets } });
  await gate.record({ user: "somebody else" }, { usd: "1" });
  const client = gate.wrap(await openai(), { user: "u" });
  const error = await client.chat.completions.create(params()).catch((e) => e);
  const response = error.toResponse();
  const text = await response.text();
  assert.doesNotMatch(text, /spent|limit"|remaining|somebody/);
  assert.equal(response.headers.get("ratelimit"), null);
  assert.equal(error.spent, "1");
});

test("the error answers in the words of others as well", async () => {
  const error = await blocked();
  const { userId, limitUsd, spendUsd, windowType, windowStart, action } = error;
  assert.deepEqual({ userId, limitUsd, spendUsd, windowType, action }, { userId: "u", limitUsd: 0, spendUsd: 0, windowType: "month", action: "block" });
  assert.ok(windowStart instanceof Date && windowStart.getUTCDate() === 1);
  assert.equal(JSON.parse(JSON.stringify(error)).budget, "each");
});

test("a circuit's response: 503", async () => {
  const breakers = [{ id: "hand", scope: { global: true }, trip: { calls: 1000, within: "1m" }, cooldown: "1m", action: "block" }];
  const gate = gateOf({ policy: { breakers } });
  gate.breaker("hand").open("on purpose");
  const client = gate.wrap(await openai(), { user: "u" });
  const error = await client.chat.completions.create(params()).catch((e) => e);
  assert.ok(error instanceof LLMCircuitOpenError && isCircuitError(error) && !isBudgetError(error));
  assert.equal(error.toResponse().status, 503);
});
