// A panic in any export is an ordinary error: the process lives, the counters survive, the next call is answered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, SpendgateError } from "@spendgate/node";
import { addon, AT_MS, policy } from "./support.mjs";

const options = { at_ms: AT_MS, policy: policy({ usd: "1" }) };
const engine = new Engine(options);
engine.record({ user: "u" }, { usd: "0.25" }, AT_MS);

/** What a user of the package does, by the export that it comes to. */
const uses = {
  open: () => new Engine(options).close(),
  restore: () => Engine.restore(options, engine.snapshot()).close(),
  attach: () => Engine.attach(engine.handle).close(),
  close: () => new Engine(options).close(),
  run: () => engine.release(engine.reserve({ user: "u", estimate: { usd: "0.1" } }, AT_MS), AT_MS),
  text: () => assert.throws(() => engine.reserve({ user: "" }, AT_MS), { code: "invalid_id" }),
  names: () => {
    engine.set_policy(policy({ usd: "1" }), AT_MS);
    engine.preview({ user: "u" }, AT_MS);
  },
  command: () => engine.usage({ user: "u" }, AT_MS),
  snapshot: () => engine.snapshot(),
};

/** Exports that no user comes to, or once only. */
const bare = {
  connect: () => addon.connect(),
  catalogue: () => addon.catalogue(),
};

function survives() {
  const [counter] = engine.usage({ user: "u" }, AT_MS).counters;
  assert.deepEqual([counter.spent, counter.held], ["0.25", "0"]);
  assert.equal(engine.reserve({ user: "u", estimate: { usd: "0.8" } }, AT_MS).allowed, false);
}

test("every export is among those that are tried", () => {
  const exports = Object.keys(addon).filter((name) => !["VERSION", "fault", "floor", "floorKeys"].includes(name));
  assert.deepEqual([...exports, "run"].sort(), Object.keys({ ...uses, ...bare }).sort());
});

for (const [name, use] of Object.entries(uses)) {
  test(`a panic in ${name} is an error, and nothing is lost`, () => {
    // The hook of the standard library says on stderr where it was.
    addon.fault(name);
    assert.throws(use, (error) => {
      if (name === "text") error = error instanceof assert.AssertionError ? error.actual : error;
      assert.ok(error instanceof SpendgateError && error instanceof Error);
      assert.equal(error.code, "internal");
      assert.match(error.message, new RegExp(`failed in \`${name}\`: a panic on purpose`));
      return true;
    });
    survives();
    use();
    survives();
  });
}

for (const [name, use] of Object.entries(bare)) {
  test(`a panic in ${name} is an error`, () => {
    addon.fault(name);
    assert.throws(use, { code: "internal", message: /a panic on purpose/ });
    use();
    survives();
  });
}

test("a panic in one thread leaves no lock behind for another", async () => {
  const { Worker } = await import("node:worker_threads");
  const { once } = await import("node:events");
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), {
    workerData: { handle: engine.handle, at_ms: AT_MS },
  });
  await once(worker, "message");
  addon.fault("run");
  assert.throws(uses.run, { code: "internal" });
  worker.postMessage({ ask: true });
  const [answer] = await once(worker, "message");
  assert.equal(answer.spent, "0.25");
  await worker.terminate();
  survives();
});
