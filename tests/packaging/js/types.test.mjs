// The package's types, as TypeScript's ways of resolution find them. What is compiled is run as well.

import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { BACKENDS, command, NAME, NODES, project, said, source } from "./installed.mjs";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** By what resolution and into what: in a package of which type, with which options. */
const WAYS = {
  "node16 as an ES module": { type: "module", module: "node16", moduleResolution: "node16" },
  "node16 as CommonJS": { type: "commonjs", module: "node16", moduleResolution: "node16" },
  bundler: { type: "module", module: "esnext", moduleResolution: "bundler" },
  node10: { type: "commonjs", module: "commonjs", moduleResolution: "node10" },
};

async function compile(folder, options, ...files) {
  // No types but the language's own: the package's need neither a browser's nor Node's.
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, lib: ["es2022"], types: [] };
  const compilerOptions = { ...strict, target: "es2022", noEmitOnError: true, ...options };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  return command(process.execPath, [tsc, "--pretty", "false", "-p", "."], folder);
}

/** The lines of a file in which tsc found faults. */
async function faults(folder, options, file) {
  try {
    await compile(folder, options, file);
    return [];
  } catch (error) {
    const found = error.message.matchAll(new RegExp(`^${file}\\((\\d+),`, "gm"));
    return [...new Set([...found].map(([, line]) => Number(line)))];
  }
}

for (const [way, { type, ...options }] of Object.entries(WAYS)) {
  test(`${NAME} in TypeScript, ${way}`, async (t) => {
    const folder = await project(t, { type });

    await t.test("a program compiles and runs", async () => {
      await writeFile(join(folder, "usage.ts"), await source("usage.ts"));
      await compile(folder, options, "usage.ts");
      // A package of that type: the extension says nothing.
      const main = type === "module" ? 'import { use } from "./usage.js";' : 'const { use } = require("./usage.js");';
      await writeFile(join(folder, "main.js"), `${main}\nconsole.log(JSON.stringify(use()));\n`);
      for (const node of Object.values(NODES)) {
        assert.deepEqual(JSON.parse(await command(node, ["main.js"], folder)), said(BACKENDS[0]));
      }
    });

    await t.test("a wrong program does not compile", async () => {
      const text = await source("wrong.ts");
      await writeFile(join(folder, "wrong.ts"), text);
      const marked = text.split("\n").flatMap((line, index) => (line.endsWith("// wrong") ? [index + 1] : []));
      assert.deepEqual(await faults(folder, options, "wrong.ts"), marked);
    });
  });
}

test(`${NAME} declares what it exports at run time, and no more`, async (t) => {
  const folder = await project(t);
  const names = JSON.parse(
    await command(
      NODES["Node 24"],
      ["--input-type=module", "-e", `import * as all from "${NAME}"; console.log(JSON.stringify(Object.keys(all)))`],
      folder,
    ),
  );
  const declared = await command(process.execPath, [await lister(folder), NAME, tsc], folder);
  // What Node itself adds to modules over CommonJS.
  const own = names.filter((name) => name !== "default" && name !== "module.exports");
  assert.deepEqual(JSON.parse(declared), own.sort());
});

/** A program that lists the values that a package's types declare. */
async function lister(folder) {
  const to = join(folder, "declared.cjs");
  await copyFile(new URL("declared.cjs", import.meta.url), to);
  return to;
}
