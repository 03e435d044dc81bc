// Agents of LangChain, with one handler for any number of runs: budgets of a session, parallel runs, streams.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAgent, tool } from "langchain";
import { budgetErrorOf, isBudgetError } from "spendgate";
import { spendgateHandler } from "spendgate/langchain";
import { LANGCHAIN, chatOpenAI, quietly } from "./frameworks.mjs";
import { counter, fixed, gateOf, mock, perUser, requests } from "./support.mjs";

const perSession = (limit) => ({ budgets: [{ id: "run", scope: { session: "*" }, limit, window: "lifetime", action: "block" }] });
const call = { tool_calls: [{ name: "look", arguments: { at: "x" } }] };
const input = { messages: [{ role: "user", content: "Go on" }] };
const schema = { type: "object", properties: { at: { type: "string" } }, required: ["at"] };

for (const name of LANGCHAIN.filter((name) => name !== "spendgate-langchain-0")) {
  async function looking() {
    const seen = { times: 0 };
    const look = tool(async () => `seen ${++seen.times}`, { name: "look", description: "Looks at a place", schema });
    return { seen, agent: createAgent({ model: await chatOpenAI(name), tools: [look] }) };
  }

  test(`${name}: an agent stops at the budget of its session, and other sessions go on`, async () => {
    fixed(call);
    const gate = gateOf({ policy: perSession({ requests: 3 }) });
    const { seen, agent } = await looking();
    const callbacks = [spendgateHandler(gate, { user: "u" })];
    const error = await quietly(() => agent.invoke(input, { callbacks, metadata: { session: "a" } }).catch((e) => e));
    assert.ok(isBudgetError(error), error.stack);
    const { budget, scope, decision } = budgetErrorOf(error);
    assert.deepEqual([budget, scope, decision.subject], ["run", "session", "a"]);
    assert.deepEqual([seen.times, await requests()], [3, 3]);
    mock.script({ default: {}, queue: [call] });
    const { messages } = await agent.invoke(input, { callbacks, metadata: { session: "b" } });
    assert.ok(messages.at(-1).content.length > 0);
    assert.deepEqual([seen.times, await requests()], [4, 5]);
  });

  test(`${name}: a thread of LangGraph is a session`, async () => {
    fixed(call);
    const gate = gateOf({ policy: perSession({ requests: 2 }) });
    const { agent } = await looking();
    const config = { callbacks: [spendgateHandler(gate)], configurable: { thread_id: "t" } };
    const error = await quietly(() => agent.invoke(input, config).catch((e) => e));
    assert.equal(budgetErrorOf(error)?.decision.subject, "t");
    assert.equal(await requests(), 2);
  });

  test(`${name}: parallel runs of one agent are told apart, and none passes its limit`, async () => {
    fixed(call);
    const gate = gateOf({ policy: perUser("0.006"), estimate: () => ({ usd: "0.00125" }) });
    const { agent } = await looking();
    const callbacks = [spendgateHandler(gate)];
    const users = ["a", "b", "c", "d", "e", "f"];
    const errors = await quietly(() => Promise.all(users.map((user) => agent.invoke(input, { callbacks, metadata: { user } }).catch((e) => e))));
    assert.deepEqual(errors.map((error) => budgetErrorOf(error)?.user), users);
    for (const user of users) {
      const { spent, held } = await counter(gate, user);
      assert.deepEqual({ spent, held }, { spent: "0.005", held: "0" }, user);
    }
    assert.equal(await requests(), 4 * users.length);
  });

  test(`${name}: a streamed agent is charged for each turn, and its stream ends with the budget's error`, async () => {
    fixed(call);
    const gate = gateOf({ policy: { budgets: [...perSession({ requests: 2 }).budgets, ...perUser("1").budgets] } });
    const { agent } = await looking();
    const config = { callbacks: [spendgateHandler(gate, { user: "u" })], metadata: { session: "s" }, streamMode: "messages" };
    const error = await quietly(async () => {
      try {
        for await (const _ of await agent.stream(input, config));
      } catch (thrown) {
        return thrown;
      }
    });
    assert.ok(isBudgetError(error), error?.stack);
    const { spent, held } = (await gate.usage({ user: "u" })).counters.find(({ budget }) => budget === "each");
    assert.deepEqual({ spent, held }, { spent: "0.0025", held: "0" });
  });
}
