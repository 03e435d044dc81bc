// The package on the runtimes beside Node, each by its own export condition.

import assert from "node:assert/strict";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { build as bundle } from "esbuild";
import { build as buildWithVite } from "vite";
import { openPage } from "../../../bindings-wasm/tests/runtimes/chromium.mjs";
import { programs } from "../../../bindings-wasm/tests/runtimes/programs.mjs";
import { startWorkerd } from "../../../bindings-wasm/tests/runtimes/workerd.mjs";
import { command, NAME, PRINTS, program, project, said } from "./installed.mjs";

const PAGE = 'import { use } from "./usage.js";\nimport { init } from "@spendgate/wasm";\nawait init();\nglobalThis.said = use();\n';
const WORKER = 'import { use } from "./usage.js";\nexport default { fetch: () => Response.json(use()) };\n';
const WHERE = 'console.log(import.meta.resolve("@spendgate/wasm"));\n';
const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.mjs"></script>\n';

/** As CommonJS the package reads its module from the disk; as an ES module it needs no permission. */
function onDeno(file, folder) {
  const permissions = file.endsWith(".cjs") ? ["--allow-read"] : [];
  const args = ["run", "--quiet", "--no-prompt", "--cached-only", "--node-modules-dir=manual", ...permissions, file];
  return command(programs.deno(), args, folder, { DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" });
}

const onBun = (file, folder) => command(programs.bun(), ["run", "--bun", "--no-install", file], folder);

for (const [host, run, entry] of [["Deno", onDeno, "deno.js"], ["Bun", onBun, "bun.js"]]) {
  test(`${NAME} on ${host}`, async (t) => {
    const folder = await project(t);
    for (const [format, prints] of Object.entries(PRINTS)) {
      await t.test(format, async () => {
        await program(folder, prints);
        assert.deepEqual(JSON.parse(await run(prints.file, folder)), said("wasm"));
      });
    }
    await t.test("by its own entry", async () => {
      await program(folder, { format: "esm", file: "where.mjs", text: WHERE });
      assert.equal(basename((await run("where.mjs", folder)).trim()), entry);
    });
  });
}

test(`${NAME} bundled by Bun`, async (t) => {
  const folder = await project(t);
  await program(folder, PRINTS.esm);
  await command(programs.bun(), ["build", PRINTS.esm.file, "--target=bun", "--outdir=built"], folder);
  // Alone: the bundle has its module beside it.
  await rm(join(folder, "node_modules"), { recursive: true });
  assert.deepEqual(JSON.parse(await onBun("built/main.js", folder)), said("wasm"));
});

/** Bundles `worker.mjs` as esbuild does for a host with that export condition. */
async function bundleFor(folder, condition) {
  await program(folder, { format: "esm", file: "worker.mjs", text: WORKER });
  await bundle({
    absWorkingDir: folder,
    entryPoints: ["worker.mjs"],
    outfile: "bundle.js",
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: [condition],
    // It stays a module of the worker, compiled ahead of time.
    external: ["*.wasm", "*.wasm?module"],
    logLevel: "warning",
  });
}

test(`${NAME} on workerd, bundled by esbuild`, async (t) => {
  const folder = await project(t);
  await bundleFor(folder, "workerd");
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

test(`${NAME} for Vercel's edge imports its module by \`?module\``, async (t) => {
  const folder = await project(t);
  await bundleFor(folder, "edge-light");
  assert.match(await readFile(join(folder, "bundle.js"), "utf8"), /import \w+ from "\.\/spendgate\.wasm\?module"/);
});

/** What a page in a folder says; it is the folder's `index.html`, else one that runs `bundle.js`. */
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
  await writeFile(join(folder, "index.html"), HTML);
  await buildWithVite({ root: folder, configFile: false, logLevel: "warn", build: { outDir: "built" } });
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
