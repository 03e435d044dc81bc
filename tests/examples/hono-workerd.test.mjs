// The Hono application in workerd.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, mock, received, worker } from "./support.mjs";

const started = (t) =>
  worker(t, "hono-workerd/src/worker.ts", { OPENAI_API_KEY: "test", OPENAI_BASE_URL: `${mock.url}/v1` });

const ask = (url, user, how = "whole") =>
  fetch(`${url}/chat/${how}`, { method: "POST", headers: { "x-demo-user": user }, body: JSON.stringify({ message: "Hello" }) });

test("two calls of each user go through, concurrently and apart; the rest is 402", async (t) => {
  answers();
  const url = await started(t);
  const users = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? "ada" : "grace"));
  const responses = await Promise.all(users.map((user) => ask(url, user)));
  const passed = users.filter((_, at) => responses[at].status === 200);
  assert.deepEqual(passed.toSorted(), ["ada", "ada", "grace", "grace"]);
  const refused = responses.filter(({ status }) => status !== 200);
  assert.ok(refused.every(({ status, headers }) => status === 402 && headers.get("ratelimit-policy") === '"free";q=2;qu="requests"'));
  assert.equal((await refused[0].json()).error.code, "llm_budget_exceeded");
  assert.equal((await received()).requests, 4);
});

test("streams are passed on and count", async (t) => {
  answers();
  const url = await started(t);
  for (let call = 0; call < 2; call++) {
    const lines = (await (await ask(url, "ada", "stream")).text()).trim().split("\n");
    const text = lines.map((line) => JSON.parse(line).choices[0].delta.content ?? "").join("");
    assert.equal(text, "one two three four five six seven eight");
  }
  assert.equal((await ask(url, "ada", "stream")).status, 402);
});
