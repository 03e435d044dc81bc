// The class `Engine` over the WASM module on Node.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import * as wasm from "@spendgate/wasm";
import { badInput } from "./suites/bad-input.mjs";
import { commands } from "./suites/commands.mjs";
import { seen } from "./suites/seen.mjs";
import { twins } from "./suites/twins.mjs";

commands(wasm);
seen(wasm);
twins(wasm);
badInput(wasm);

test("the package's catalogues are those that are compiled in", () => {
  const compiled = JSON.parse(wasm.backend().catalogue());
  for (const name of Object.keys(compiled)) {
    assert.deepEqual(wasm[name.toUpperCase()], compiled[name], name);
  }
});

test("`require` gives the same engine", () => {
  const required = createRequire(import.meta.url)("@spendgate/wasm");
  assert.equal(new required.Engine({ at_ms: 0 }).reserve({ user: "ada" }, 5).allowed, true);
  assert.deepEqual(Object.keys(required).sort(), Object.keys(wasm).sort());
});
