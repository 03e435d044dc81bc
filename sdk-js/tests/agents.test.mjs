// The OpenAI Agents SDK over a wrapped client: nothing of it is wrapped, for its models call the client they are given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { budgetErrorOf, isBudgetError } from "spendgate";
import { AGENTS } from "./frameworks.mjs";
import { counter, fixed, gateOf, mock, openai, perUser, requests } from "./support.mjs";

const three = { budgets: [{ id: "three", scope: { session: "*" }, limit: { requests: 3 }, window: "lifetime", action: "block" }] };
const instructions = "Look until you have seen it.";

for (const [name, client] of AGENTS) {
  const { Agent, OpenAIProvider, Runner, run, setDefaultOpenAIClient, tool } = await import(name);

  /** A tool that counts how often it is called, and an agent that has it. */
  function looking(more = {}) {
    const seen = { times: 0 };
    const look = tool({
      name: "look",
      description: "Looks at a place",
      parameters: { type: "object", properties: { at: { type: "string" } }, required: ["at"], additionalProperties: false },
      execute: async () => `seen ${++seen.times}`,
    });
    return { seen, agent: new Agent({ name: "looker", model: "gpt-4o", instructions, tools: [look], ...more }) };
  }

  /** A runner over a wrapped client, that sends no traces anywhere. */
  async function runnerOf(gate, attributes, options = {}) {
    const openAIClient = gate.wrap(await openai(client), attributes);
    return new Runner({ modelProvider: new OpenAIProvider({ openAIClient, ...options }), tracingDisabled: true });
  }

  for (const useResponses of [true, false]) {
    const api = useResponses ? "responses" : "chat completions";

    test(`${name}, ${api}: an agent with a tool stops at the budget of its session`, async () => {
      fixed({ tool_calls: [{ name: "look", arguments: { at: "x" } }] });
      const gate = gateOf({ policy: three });
      const { seen, agent } = looking();
      const runner = await runnerOf(gate, undefined, { useResponses });
      const error = await gate.run({ session: "s" }, () => runner.run(agent, "Go on", { maxTurns: 20 })).catch((e) => e);
      assert.ok(isBudgetError(error), error.stack);
      assert.equal(budgetErrorOf(error).budget, "three");
      assert.deepEqual([seen.times, await requests()], [3, 3]);
    });

    test(`${name}, ${api}: each turn of a run is charged, streaming or not`, async () => {
      for (const stream of [false, true]) {
        fixed();
        mock.script({ default: { usage: { input: 100, output: 100 } }, queue: [{ usage: { input: 100, output: 100 }, tool_calls: [{ name: "look", arguments: { at: "x" } }] }] });
        const gate = gateOf({ policy: perUser("1") });
        const { seen, agent } = looking();
        const runner = await runnerOf(gate, { user: "u" }, { useResponses });
        const result = await runner.run(agent, "Go on", { stream });
        if (stream) {
          for await (const _ of result);
          await result.completed;
        }
        assert.ok(result.finalOutput.length > 0);
        assert.equal(seen.times, 1);
        const { spent, held } = await counter(gate);
        assert.deepEqual({ spent, held }, { spent: "0.0025", held: "0" }, `stream: ${stream}`);
      }
    });

    test(`${name}, ${api}: a streamed run ends with the budget's error`, async () => {
      fixed({ tool_calls: [{ name: "look", arguments: { at: "x" } }] });
      const gate = gateOf({ policy: three });
      const { seen, agent } = looking();
      const runner = await runnerOf(gate, { session: "s" }, { useResponses });
      const result = await runner.run(agent, "Go on", { stream: true, maxTurns: 20 });
      const error = await (async () => {
        for await (const _ of result);
        await result.completed;
      })().catch((e) => e);
      await result.completed.catch(() => {});
      assert.ok(isBudgetError(error), error?.stack);
      assert.deepEqual([seen.times, await requests()], [3, 3]);
    });
  }

  test(`${name}: the default client may be a wrapped one`, async () => {
    fixed();
    const gate = gateOf({ policy: perUser("0.001"), estimate: "none" });
    setDefaultOpenAIClient(gate.wrap(await openai(client)));
    const { agent } = looking();
    await gate.run({ user: "u" }, () => run(agent, "Go on"));
    const error = await gate.run({ user: "u" }, () => run(agent, "Go on")).catch((e) => e);
    assert.ok(isBudgetError(error), error.stack);
    assert.equal(await requests(), 1);
  });
}
