// Which compiled engine is taken, and what is said where none is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcess } from "./support.mjs";

const ask = (engine) =>
  JSON.parse(
    inProcess(
      `import { Engine, engineInfo } from "@spendgate/node";
       const said = { info: engineInfo() };
       try {
         const engine = new Engine({ at_ms: 0 });
         said.backend = engine.backend;
         said.reason = engine.reserve({ user: "u" }, 0).reason;
       } catch (error) {
         said.error = error.code;
         said.message = error.message;
       }
       console.log(JSON.stringify(said));`,
      { env: { SPENDGATE_ENGINE: engine } },
    ),
  );

test("the addon is asked for and taken", () => {
  for (const wanted of ["", "native"]) {
    const { info, backend, reason } = ask(wanted);
    assert.deepEqual([info.backend, backend, reason], ["native", "native", "no_budget"]);
  }
});

test("a word that is neither engine is an error, no silent default", () => {
  const { info, error, message } = ask("nativ");
  assert.deepEqual([info.backend, info.loaded, error], [null, null, "unavailable"]);
  assert.match(message, /SPENDGATE_ENGINE: `nativ` is neither `native` nor `wasm`/);
});

test("WASM is asked for and taken, and it is said that it was asked for", () => {
  const { info, backend, reason } = ask("wasm");
  assert.deepEqual([info.backend, info.loaded, backend, reason], ["wasm", "@spendgate/wasm", "wasm", "no_budget"]);
  assert.deepEqual(info.tried, [{ what: "native", why: "SPENDGATE_ENGINE is `wasm`" }]);
});
