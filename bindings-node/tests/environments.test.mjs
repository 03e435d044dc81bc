// Environments that begin and end: processes, contexts, second copies of the package and of the addon.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { test } from "node:test";
import vm from "node:vm";
import { Engine } from "@spendgate/node";
import { ADDON, addon, AT_MS, inProcess, policy } from "./support.mjs";

const require = createRequire(import.meta.url);
const prelude = `
  import assert from "node:assert/strict";
  import { Engine } from "@spendgate/node";
  import { addon, AT_MS, policy } from "./support.mjs";
`;

test("a process ends well with engines open, also in the middle of a worker's calls", () => {
  for (const end of ["", "process.exit(0);", "process.on('exit', () => engines[0].reserve({ user: 'u' }, AT_MS));"]) {
    const said = inProcess(`${prelude}
      import { once } from "node:events";
      import { Worker } from "node:worker_threads";
      const engines = [1, 2, 3].map(() => new Engine({ at_ms: AT_MS, policy: policy({ usd: "1000" }) }));
      const worker = new Worker(new URL("./worker.mjs", "file://${import.meta.dirname}/"), {
        workerData: { handle: engines[0].handle, at_ms: AT_MS },
        execArgv: [],
      });
      await once(worker, "message");
      worker.postMessage({ forever: true });
      await once(worker, "message");
      worker.unref();
      console.log("ends");
      ${end}
    `);
    assert.equal(said, "ends");
  }
});

test("engines that nobody holds any more are ended; commands from a finalizer are answered", () => {
  const said = inProcess(
    `${prelude}
      const kept = new Engine({ at_ms: AT_MS });
      const handles = [];
      const registry = new FinalizationRegistry(() => kept.reserve({ user: "u" }, AT_MS));
      for (let n = 0; n < 50; n++) {
        const engine = new Engine({ at_ms: AT_MS });
        registry.register(engine, null);
        handles.push(engine.handle);
      }
      const open = (handle) => {
        try {
          Engine.attach(handle).close();
          return true;
        } catch {
          return false;
        }
      };
      let left = 50;
      for (let round = 0; left > 1 && round < 100; round++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
        left = handles.filter(open).length;
      }
      assert.ok(left <= 1, String(left));
      assert.ok(kept.reserve({ user: "u" }, AT_MS).allowed);
      console.log("ended");
    `,
    { flags: ["--expose-gc"] },
  );
  assert.equal(said, "ended");
});

test("two copies of the package in one environment do not write into each other's calls", () => {
  const path = require.resolve("@spendgate/node");
  const first = require(path);
  // As a test runner does it that gives each file a registry of its own; the addon stays the same one.
  const cached = Object.keys(require.cache).filter((name) => !name.endsWith(".node"));
  for (const name of cached) delete require.cache[name];
  const second = require(path);
  assert.notEqual(first.Engine, second.Engine);
  const one = new first.Engine({ at_ms: AT_MS, policy: policy({ usd: "1" }) });
  const two = second.Engine.attach(one.handle);
  for (let n = 0; n < 100; n++) {
    assert.equal(one.reserve({ user: "a", estimate: { usd: "0.01" } }, AT_MS).subject, "a");
    assert.equal(two.preview({ user: "b", estimate: { usd: "0.01" } }, AT_MS).subject, "b");
  }
  const held = (user) => one.usage({ user }, AT_MS).counters[0].held;
  assert.deepEqual([held("a"), held("b")], ["1", "0"]);
  one.close();
  two.close();
});

test("the addon loaded twice by one thread shares the engines and nothing else", () => {
  const module = { exports: {} };
  process.dlopen(module, ADDON, constants.dlopen.RTLD_NOW);
  const again = module.exports;
  assert.notEqual(again.open, addon.open);
  const { engine } = JSON.parse(again.open(JSON.stringify({ at_ms: AT_MS })));
  // What the one environment holds, the other has to attach to.
  assert.throws(() => addon.names(engine), { code: "engine_closed" });
  assert.equal(addon.attach(engine), true);
  addon.close(engine);
  assert.throws(() => addon.names(engine), { code: "engine_closed" });
  assert.equal(JSON.parse(again.names(engine)).budgets.length, 0);
  again.close(engine);
  assert.equal(addon.attach(engine), false);
});

test("an engine takes what another context made, and works within one", () => {
  const engine = new Engine({ at_ms: AT_MS, policy: policy({ usd: "1" }) });
  const context = vm.createContext({ engine, AT_MS, Engine, ADDON, require });
  const [allowed, reason] = vm.runInContext(
    `const decision = engine.reserve({ user: "u", estimate: { usd: "0.6" } }, AT_MS);
     [decision.allowed, engine.reserve({ user: "u", estimate: { usd: "0.6" } }, AT_MS).reason]`,
    context,
  );
  assert.deepEqual([allowed, reason], [true, "in_flight"]);
  const port = vm.runInContext("require(ADDON).connect()", context);
  assert.equal(port.block.byteLength, 8192);
  const held = vm.runInContext(`new Engine({ at_ms: AT_MS }).reserve({ user: "u" }, AT_MS)`, context);
  assert.equal(held.reason, "no_budget");
});

test("where the host refuses external memory, a block of its own serves", () => {
  const said = inProcess(`
    import { addon, AT_MS, policy } from "./support.mjs";
    addon.fault("external");
    const { Engine } = await import("@spendgate/node");
    const engine = new Engine({ at_ms: AT_MS, policy: policy({ usd: "1" }) });
    const held = [];
    for (let n = 0; n < 20000; n++) held.push(new Uint8Array(100));
    const first = engine.reserve({ user: "u", estimate: { usd: "0.75" } }, AT_MS);
    const second = engine.reserve({ user: "u", estimate: { usd: "0.75" } }, AT_MS);
    console.log(first.allowed, second.reason, engine.settle(first, { usd: "0.1" }, AT_MS).outcome);
  `);
  assert.equal(said, "true in_flight settled");
});

test("a block that was handed on is no block any more, and nothing breaks", () => {
  addon.fault("external");
  const port = addon.connect();
  structuredClone(port.block, { transfer: [port.block] });
  assert.equal(port.block.byteLength, 0);
  assert.throws(() => port.run(), { code: "internal", message: "the block was taken away" });
  const own = addon.connect();
  try {
    structuredClone(own.block, { transfer: [own.block] });
  } catch {
    // Node keeps memory of addons where it is; the engine does not count on it.
  }
  own.block.transfer?.();
  assert.throws(() => own.run(), { code: "engine_closed" });
});
