// The portable suite on this Node, with the engine that the environment chose.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import * as edge from "spendgate/edge";
import * as spendgate from "spendgate";
import { run } from "./portable/suite.mjs";
import { mock, OPENAI } from "./support.mjs";

const require = createRequire(import.meta.url);
const packages = {
  "ES modules": { spendgate, edge },
  CommonJS: { spendgate: require("spendgate"), edge: require("spendgate/edge") },
};

for (const name of OPENAI) {
  const { default: OpenAI } = await import(name);
  for (const [format, entries] of Object.entries(packages)) {
    test(`the portable suite with ${name}, as ${format}`, async (t) => {
      const results = await run({ ...entries, OpenAI, mockUrl: mock.url, key: `${name}-${format}`, hasContext: true });
      for (const { name: what, error } of results) await t.test(what.replaceAll("_", " "), () => assert.equal(error, null));
    });
  }
}
