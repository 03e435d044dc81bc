// The package on Node, as an ES module and as CommonJS.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BACKENDS, command, NAME, NODES, PRINTS, program, project, said } from "./installed.mjs";

for (const backend of BACKENDS) {
  test(`${NAME} with the ${backend} engine`, async (t) => {
    const folder = await project(t, { backend });
    for (const [release, node] of Object.entries(NODES)) {
      for (const [format, prints] of Object.entries(PRINTS)) {
        await t.test(`${format} on ${release}`, async () => {
          await program(folder, prints);
          assert.deepEqual(JSON.parse(await command(node, [prints.file], folder)), said(backend));
        });
      }
      await t.test(`${release} is what it says`, async () => {
        assert.match(await command(node, ["--version"], folder), new RegExp(`^v${release.slice(-2)}\\.`));
      });
    }
  });
}
