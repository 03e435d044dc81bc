// Policies and prices from files and URLs: read again, never for the worse.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { counter, eventually, fixed, gateOf, openai, params, perUser, requests } from "./support.mjs";

const folder = await mkdtemp(join(tmpdir(), "spendgate-"));
after(() => rm(folder, { recursive: true }));

const call = async (gate) => gate.wrap(await openai(), { user: "u" }).chat.completions.create(params()).catch((e) => e);

test("a file is in force at once, and again when it changes; a bad one changes nothing", async () => {
  fixed();
  const file = join(folder, "policy.json");
  await writeFile(file, JSON.stringify(perUser("0")));
  const gate = gateOf({ policy: file });
  assert.equal((await call(gate)).code, "llm_budget_exceeded");
  await writeFile(file, '{"budgets": [{"id": "each", "scope": {"user": "*"}, "limit": {"usd": "-5"}}]}');
  await eventually(() => assert.ok(gate.said.some(({ kind, error }) => kind === "policy_failed" && error.path === "budgets[0].limit.usd")));
  assert.equal((await call(gate)).code, "llm_budget_exceeded");
  await writeFile(file, JSON.stringify(perUser("1.00")));
  await eventually(async () => assert.equal((await call(gate)).object, "chat.completion"));
});

test("a file that is missing or bad at the start is a diagnostic, and `ready` rejects", async () => {
  fixed();
  const bad = join(folder, "bad.json");
  await writeFile(bad, "{");
  for (const policy of [join(folder, "missing.json"), bad]) {
    const gate = gateOf({ policy });
    await assert.rejects(gate.ready());
    assert.equal((await call(gate)).object, "chat.completion");
    assert.deepEqual(gate.said.map(({ kind }) => kind), ["policy_failed"]);
  }
});

test("an object that is refused is an error where it is given", async () => {
  const bad = { budgets: [{ id: "a", scope: { user: "*" }, limit: { usd: "1" }, window: "daily", action: "blok" }] };
  assert.throws(() => gateOf({ policy: bad }), { code: "invalid_policy", path: "budgets[0].action" });
  assert.throws(() => gateOf({ prices: { mine: { input: "x" } } }), { code: "invalid_policy", path: /^prices\.mine/ });
});

test("a URL is awaited by the first calls, asked for again with its ETag, and kept when it fails", async () => {
  fixed();
  const asked = [];
  let answer = { status: 200, etag: '"1"', body: JSON.stringify(perUser("0")) };
  const server = createServer((request, response) => {
    asked.push(request.headers["if-none-match"]);
    if (request.headers["if-none-match"] === answer.etag && answer.status === 200) {
      response.writeHead(304).end();
      return;
    }
    setTimeout(() => response.writeHead(answer.status, { etag: answer.etag }).end(answer.body), 50);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/policy.json`;
  const gate = gateOf({ policy: { url, intervalMs: 50 } });
  const cold = await Promise.all(Array.from({ length: 5 }, () => call(gate)));
  assert.ok(cold.every(({ code }) => code === "llm_budget_exceeded"));
  assert.equal(await requests(), 0);
  await eventually(() => assert.ok(asked.filter((etag) => etag === '"1"').length >= 2));
  answer = { status: 500, etag: '"x"', body: "oops" };
  await eventually(() => assert.ok(gate.said.some(({ kind }) => kind === "policy_failed")));
  assert.equal((await call(gate)).code, "llm_budget_exceeded");
  answer = { status: 200, etag: '"2"', body: JSON.stringify(perUser("1")) };
  await eventually(async () => assert.equal((await call(gate)).object, "chat.completion"));
  gate.close();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

test("a URL that cannot be reached lets calls go on", async () => {
  fixed();
  const gate = gateOf({ policy: "http://127.0.0.1:9/policy.json" });
  assert.equal((await call(gate)).object, "chat.completion");
  await assert.rejects(gate.ready());
  assert.ok(gate.said.some(({ kind }) => kind === "policy_failed"));
});

test("prices of a file stand over the built-in table, and follow the file", async () => {
  fixed();
  const file = join(folder, "prices.json");
  await writeFile(file, '{"gpt-4o": {"input": "10", "output": "10"}, "house-model": {"input": "1", "output": "1"}}');
  const gate = gateOf({ policy: perUser("1"), prices: file });
  await call(gate);
  assert.equal((await counter(gate)).spent, "0.002");
  await writeFile(file, '{"gpt-4o": {"input": "100", "output": "100"}, "house-model": {"input": "1", "output": "1"}}  ');
  await eventually(async () => {
    const before = Number((await counter(gate)).spent);
    await call(gate);
    assert.ok(Number((await counter(gate)).spent) - before > 0.01);
  });
  await writeFile(file, '{"gpt-4o": {"input": "-1"}}');
  await eventually(() => assert.ok(gate.said.some(({ kind }) => kind === "prices_failed" || kind === "policy_failed")));
});
