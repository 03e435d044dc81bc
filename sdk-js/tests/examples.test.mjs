// The examples with frameworks, run as they stand, with the mock provider in the place of OpenAI.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fixed, mock, requests } from "./support.mjs";
import { modelsAsked } from "./frameworks.mjs";

const env = { ...process.env, OPENAI_API_KEY: "test", OPENAI_BASE_URL: `${mock.url}/v1`, PORT: "0" };

/** Starts a program of the examples; what it prints is in `printed`. */
function start(path) {
  const file = fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
  const program = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "pipe"] });
  program.printed = "";
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (data) => (program.printed += data));
  return program;
}

test("vercel-ai-chat: a free user gets answers, then 402; a pro user gets the cheaper model", async () => {
  // 100 tokens in, 900 out: 0.00925 USD at gpt-4o's prices.
  fixed({ text: "Good morning.", usage: { input: 100, output: 900 } });
  const server = start("vercel-ai-chat/server.mjs");
  try {
    while (!server.printed.includes("\n")) await Promise.race([once(server.stdout, "data"), once(server, "exit").then(() => assert.fail(server.printed))]);
    const url = server.printed.trim();
    const messages = [{ id: "1", role: "user", parts: [{ type: "text", text: "Hello" }] }];
    const ask = (user, tier) =>
      fetch(url, { method: "POST", headers: { "content-type": "application/json", "x-user": user, "x-tier": tier }, body: JSON.stringify({ messages }) });
    const said = async (response) => (await response.text()).match(/"delta":"[^"]*"/g)?.map((part) => part.slice(9, -1)).join("");
    const first = await ask("ada", "free");
    assert.deepEqual([first.status, await said(first)], [200, "Good morning."]);
    // What is left does not pay another call: its stream says so.
    const crossing = await (await ask("ada", "free")).text();
    assert.match(crossing, /"errorText":"Your budget for today is used up\."/);
    assert.equal(await requests(), 1);
    fixed({ text: "Good morning.", usage: { input: 100, output: 1900 } });
    const spending = await ask("bob", "free");
    assert.equal(await said(spending), "Good morning.");
    const refused = await ask("bob", "free");
    assert.equal(refused.status, 402);
    assert.equal((await refused.json()).error.code, "llm_budget_exceeded");
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    fixed({ text: "Good morning.", usage: { input: 100, output: 900 } });
    for (let i = 0; i < 2; i++) assert.equal(await said(await ask("carol", "pro")), "Good morning.");
    assert.deepEqual(await modelsAsked(), ["gpt-4o", "gpt-4o-mini"]);
    assert.ok(!/error/i.test(server.printed), server.printed);
  } finally {
    server.kill();
    await once(server, "exit");
  }
});

test("langchain-agent: an agent that would go on for ever stops at the budget of its run", async () => {
  fixed({ tool_calls: [{ name: "search", arguments: { query: "x" } }] });
  const agent = start("langchain-agent/agent.mjs");
  const [code] = await once(agent, "close");
  assert.equal(code, 0, agent.printed);
  assert.match(agent.printed, /^stopped by the budget `run`: 0\.\d+ of 0\.01 USD are spent$/m);
  const calls = await requests();
  assert.ok(calls > 2 && calls <= 8, String(calls));
  const spent = String(Number((calls * 0.00125).toFixed(5)));
  assert.ok(agent.printed.includes(`run: ${spent} of 0.01 USD\n`), agent.printed);
});

test("langchain-agent: an agent that comes to an end answers", async () => {
  fixed();
  mock.script({ default: { text: "Nobody knows." }, queue: [{ tool_calls: [{ name: "search", arguments: { query: "x" } }] }] });
  const agent = start("langchain-agent/agent.mjs");
  const [code] = await once(agent, "close");
  assert.equal(code, 0, agent.printed);
  assert.match(agent.printed, /^answer: Nobody knows\.$/m);
});
