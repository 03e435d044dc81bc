// The package on the runtimes beside Node, each by its own export condition.

import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { build as bundle } from "esbuild";
import { build as buildWithVite } from "vite";
import { openPage } from "../../../bindings-wasm/tests/runtimes/chromium.mjs";
import { programs } from "../../../bindings-wasm/tests/runtimes/programs.mjs";
import { startWorkerd } from "../../../bindings-wasm/tests/runtimes/workerd.mjs";
import { command, NAME, PRINTS, program, project, said } from "./installed.mjs";

const PAGE = 'import { use } from "./usage.js";\nimport { init } from "@spendgate/wasm";\nawait init();\nglobalThis.said = use();\n';
const WORKER = 'import { use } from "./usage.js";\nexport default { fetch: () => Response.json(use()) };\n';

for (const [format, prints] of Object.entries(PRINTS)) {
  test(`${NAME} on Deno, ${format}`, async (t) => {
    const folder = await project(t);
    await program(folder, prints);
    // As CommonJS the package reads its module from the disk; as an ES module it needs no permission.
    const permissions = format === "cjs" ? ["--allow-read"] : [];
    const args = ["run", "--quiet", "--no-prompt", "--cached-only", "--node-modules-dir=manual", ...permissions, prints.file];
    const environment = { DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" };
    assert.deepEqual(JSON.parse(await command(programs.deno(), args, folder, environment)), said("wasm"));
  });

  test(`${NAME} on Bun, ${format}`, async (t) => {
    const folder = await project(t);
    await program(folder, prints);
    const args = ["run", "--bun", "--no-install", prints.file];
    assert.deepEqual(JSON.parse(await command(programs.bun(), args, folder)), said("wasm"));
  });
}

test(`${NAME} on workerd, bundled by esbuild`, async (t) => {
  const folder = await project(t);
  await program(folder, { format: "esm", file: "worker.mjs", text: WORKER });
  await bundle({
    absWorkingDir: folder,
    entryPoints: ["worker.mjs"],
    outfile: "bundle.js",
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd"],
    // It stays a module of the worker, compiled ahead of time.
    external: ["*.wasm"],
    logLevel: "warning",
  });
  await copyFile(join(folder, "node_modules", NAME, "dist/spendgate.wasm"), join(folder, "spendgate.wasm"));
  const worker = await startWorkerd(folder);
  try {
    const response = await fetch(worker.url);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), said("wasm"));
  } finally {
    await worker.close();
  }
});

/** What a page in a folder says; the page runs the folder's `bundle.js`. */
async function saidByPage(folder) {
  const { page, close } = await openPage(folder);
  try {
    await page.waitForFunction(() => "said" in globalThis);
    return await page.evaluate(() => globalThis.said);
  } finally {
    await close();
  }
}

test(`${NAME} in Chromium, built by Vite`, async (t) => {
  const folder = await project(t);
  await program(folder, { format: "esm", file: "main.mjs", text: PAGE });
  await buildWithVite({
    root: folder,
    configFile: false,
    logLevel: "warn",
    build: {
      outDir: "built",
      rolldownOptions: { input: join(folder, "main.mjs"), output: { entryFileNames: "bundle.js" } },
    },
  });
  assert.deepEqual(await saidByPage(join(folder, "built")), said("wasm"));
});

test(`${NAME} in Chromium, without a bundler`, async (t) => {
  const folder = await project(t);
  await program(folder, { format: "esm", file: "bundle.js", text: PAGE });
  await withoutNames(folder, "bundle.js", "usage.js");
  assert.deepEqual(await saidByPage(folder), said("wasm"));
});

/** Imports by path what the files import by name, as a page without an import map has to. */
async function withoutNames(folder, ...files) {
  for (const file of files) {
    const text = await readFile(join(folder, file), "utf8");
    await writeFile(join(folder, file), text.replaceAll(`"${NAME}"`, `"/node_modules/${NAME}/dist/browser.js"`));
  }
}
