// The size of the module is a promise to those who load it over a network.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const require = createRequire(import.meta.url);
const LIMIT_KB = 338;

test(`the module takes at most ${LIMIT_KB} KB as gzip`, () => {
  const bytes = gzipSync(readFileSync(require.resolve("@spendgate/wasm/spendgate.wasm")), { level: 9 }).length;
  assert.ok(bytes <= LIMIT_KB * 1000, `${bytes} bytes`);
});

test("nothing of the failures on purpose is in it", () => {
  const module = new WebAssembly.Module(readFileSync(require.resolve("@spendgate/wasm/spendgate.wasm")));
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.ok(names.includes("run") && !names.includes("inject"), names.join(", "));
});
