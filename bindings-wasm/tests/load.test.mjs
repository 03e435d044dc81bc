// How the module is loaded, and what is said where it cannot be.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { init as initNode, SpendgateError } from "@spendgate/wasm";

const module = createRequire(import.meta.url).resolve("@spendgate/wasm/spendgate.wasm");
const bytes = readFileSync(module);
const entry = pathToFileURL(module.replace("spendgate.wasm", "browser.js"));
let copies = 0;

/** The entry for browsers, with nothing loaded. */
const fresh = () => import(`${entry}?copy=${copies++}`);

function unavailable(error) {
  return error instanceof SpendgateError && error.code === "unavailable";
}

test("before `init` an engine is unavailable, and the message says what to do", async () => {
  const { Engine } = await fresh();
  assert.throws(() => new Engine({ at_ms: 0 }), (error) => unavailable(error) && /`await init\(\)`/.test(error.message));
});

for (const [what, source] of Object.entries({
  bytes: () => bytes,
  "an ArrayBuffer": () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  "a module": () => new WebAssembly.Module(bytes),
  "a response": () => new Response(bytes, { headers: { "content-type": "application/wasm" } }),
  "a response of another type": () => new Response(bytes),
  "a promise": async () => new Response(bytes),
})) {
  test(`\`init\` takes ${what}, and is done but once`, async () => {
    const { Engine, init } = await fresh();
    await Promise.all([init(source()), init(source())]);
    await init("nothing that is looked at");
    assert.equal(new Engine({ at_ms: 0 }).reserve({ user: "ada" }, 5).allowed, true);
  });
}

test("what is no module is refused, and `init` may try again", async () => {
  const { Engine, init } = await fresh();
  const rejected = async () => {
    throw new Error("no");
  };
  for (const source of [() => new Uint8Array(8), () => "spendgate.wasm", () => ({}), () => new Response("no", { status: 404 }), rejected]) {
    await assert.rejects(() => init(source()), unavailable);
  }
  await init(bytes);
  assert.equal(new Engine({ at_ms: 0 }).reserve({ user: "ada" }, 5).allowed, true);
});

test("where the module loads at once, `init` is not needed and does no harm", async () => {
  await initNode();
  await initNode();
});

test("an engine that nobody holds is closed, also where another one is used meanwhile", () => {
  const program = `
    import { Engine } from "@spendgate/wasm";
    const policy = { budgets: [{ id: "b", scope: { user: "*" }, limit: { usd: "1" }, window: "daily", action: "block" }] };
    const kept = new Engine({ at_ms: 0, policy });
    let calls = 0;
    const registry = new FinalizationRegistry(() => { kept.reserve({ user: "ada" }, ++calls); });
    let handles = 0;
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 50; n++) registry.register(new Engine({ at_ms: 0, policy }), n);
      globalThis.gc();
      await new Promise((go) => setTimeout(go, 0));
    }
    if (calls === 0) throw new Error("nothing was collected");
    console.log(kept.reserve({ user: "ada" }, calls).allowed);
  `;
  const said = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", program], {
    cwd: new URL(".", import.meta.url),
    encoding: "utf8",
  });
  assert.equal(said.trim(), "true");
});
