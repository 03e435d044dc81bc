// One engine in several threads at once: exact sums, whatever happens meanwhile.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { Engine } from "@spendgate/node";
import { AT_MS, policy } from "./support.mjs";

const script = new URL("./worker.mjs", import.meta.url);

/** Starts a worker that holds the engine. */
async function start(handle) {
  const worker = new Worker(script, { workerData: { handle, at_ms: AT_MS } });
  const [message] = await once(worker, "message");
  assert.equal(message, "ready");
  return worker;
}

test("four workers share a budget for exactly so many calls, while the policy changes", async () => {
  const calls = 12_000;
  const limits = { id: "all", scope: { global: true }, limit: { requests: String(calls) }, window: "monthly", action: "block" };
  const costs = { id: "cost", scope: { global: true }, limit: { usd: "1000" }, window: "monthly", action: "warn" };
  const engine = new Engine({ at_ms: AT_MS, policy: { budgets: [limits, costs] } });
  const workers = await Promise.all([1, 2, 3, 4].map(() => start(engine.handle)));
  const answers = workers.map((worker) => once(worker, "message"));
  for (const worker of workers) worker.postMessage({ hammer: 5000 });
  // The order of the budgets changes, and with it the names that each thread knows.
  let changes = 0;
  const done = Promise.all(answers).then((all) => all.map(([sums]) => sums));
  let sums;
  void done.then((all) => (sums = all));
  while (sums === undefined) {
    changes++;
    const extra = { ...costs, id: `extra${changes % 3}` };
    engine.set_policy({ budgets: changes % 2 ? [extra, costs, limits] : [limits, costs] }, AT_MS);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.ok(changes > 0);
  assert.equal(sums.reduce((sum, { allowed }) => sum + allowed, 0), calls);
  assert.equal(sums.reduce((sum, { refused }) => sum + refused, 0), 20_000 - calls);
  assert.deepEqual(sums.flatMap(({ wrong }) => wrong), []);
  engine.set_policy({ budgets: [limits, costs] }, AT_MS);
  const [requests, usd] = engine.usage({}, AT_MS).counters;
  assert.deepEqual([requests.spent, requests.held, usd.spent, usd.held], [String(calls), "0", "12.000012", "0"]);
  await Promise.all(workers.map((worker) => worker.terminate()));
  engine.close();
});

test("a worker that is terminated in the middle of its calls lets go of the engine", async () => {
  const engine = new Engine({ at_ms: AT_MS, policy: policy({ usd: "1000000" }) });
  const { handle } = engine;
  for (let round = 0; round < 5; round++) {
    const worker = await start(handle);
    worker.postMessage({ forever: true });
    await once(worker, "message");
    await worker.terminate();
  }
  const before = engine.usage({ user: "u" }, AT_MS).counters[0];
  assert.ok(Number(before.spent) > 0);
  const held = engine.reserve({ user: "u", estimate: { usd: "1" } }, AT_MS);
  assert.equal(engine.settle(held, { usd: "1" }, AT_MS).outcome, "settled");
  // This thread is the only holder left.
  engine.close();
  assert.throws(() => Engine.attach(handle), { code: "engine_closed" });
});

test("an engine lives on in a worker when the thread that opened it lets go", async () => {
  const engine = new Engine({ at_ms: AT_MS, policy: policy({ usd: "1" }) });
  const { handle } = engine;
  const worker = await start(handle);
  engine.close();
  const again = Engine.attach(handle);
  assert.equal(again.reserve({ user: "u", estimate: { usd: "1" } }, AT_MS).allowed, true);
  again.close();
  worker.postMessage({ ask: true });
  const [answer] = await once(worker, "message");
  assert.equal(answer.held, "1");
  await worker.terminate();
  assert.throws(() => Engine.attach(handle), { code: "engine_closed" });
});
