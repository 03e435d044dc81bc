// The portable suite on the hosts beside Node, each by its own export condition.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { build as buildWithVite } from "vite";
import { bundle } from "../../../bindings-wasm/tests/runtimes/bundle.mjs";
import { openPage } from "../../../bindings-wasm/tests/runtimes/chromium.mjs";
import { programs } from "../../../bindings-wasm/tests/runtimes/programs.mjs";
import { startWorkerd } from "../../../bindings-wasm/tests/runtimes/workerd.mjs";
import { mock } from "../support.mjs";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const entryOf = (name) => new URL(name, import.meta.url).href;

/** Each case of the suite is a test of its own. */
async function passed(t, results) {
  assert.ok(results.length > 0);
  for (const { name, error } of results) await t.test(name.replaceAll("_", " "), () => assert.equal(error, null));
}

async function emptyFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), "spendgate-host-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const DENO = ["run", "--quiet", "--no-prompt", "--cached-only", "--node-modules-dir=manual", "--allow-net=127.0.0.1", "--allow-env"];
const BUN = ["run", "--bun", "--no-install"];

/** As CommonJS the package is read from the disk, which Deno has to allow. */
const FORMS = [
  ["Deno", "deno", [...DENO, fileOf("main.mjs")]],
  ["Deno, as CommonJS", "deno", [...DENO, "--allow-read", fileOf("main.cjs")]],
  ["Bun", "bun", [...BUN, fileOf("main.mjs")]],
  ["Bun, as CommonJS", "bun", [...BUN, fileOf("main.cjs")]],
];

for (const [name, program, args] of FORMS) {
  test(name, async (t) => {
    const { stdout } = await run(programs[program](), [...args, mock.url, name]);
    await passed(t, JSON.parse(stdout));
  });
}

/** AsyncLocalStorage comes with a flag, which later dates have by themselves; the oldest of these has no FinalizationRegistry either. */
const WORKERS = {
  workerd: { hasContext: true },
  "workerd as of 2025 with nodejs_compat": { date: "2025-06-01", flags: ["nodejs_compat"], hasContext: true },
  "workerd as of 2024": { date: "2024-03-01", hasContext: false },
};

for (const [name, { hasContext, ...options }] of Object.entries(WORKERS)) {
  test(name, async (t) => {
    const folder = await emptyFolder(t);
    await bundle(entryOf("worker.mjs"), "workerd", folder);
    const worker = await startWorkerd(folder, options);
    t.after(() => worker.close());
    const query = new URLSearchParams({ mock: mock.url, key: name, ...(hasContext ? { context: "1" } : {}) });
    const response = await fetch(`${worker.url}?${query}`);
    assert.equal(response.status, 200, await response.clone().text());
    await passed(t, await response.json());
  });
}

/** A page may ask no other origin unless that says so, and the mock provider does not. */
const ANY_ORIGIN = ["--disable-web-security", "--disable-features=IsolateOrigins,site-per-process"];

test("Chromium, bundled by esbuild", async (t) => {
  const folder = await emptyFolder(t);
  await bundle(entryOf("page.mjs"), "browser", folder);
  await passed(t, await onPage(folder, "chromium"));
});

test("Chromium, built by Vite", async (t) => {
  const folder = await emptyFolder(t);
  const lib = { entry: fileOf("page.mjs"), formats: ["es"], fileName: () => "bundle.js" };
  await buildWithVite({ root: fileOf("."), configFile: false, logLevel: "warn", build: { outDir: folder, lib } });
  await passed(t, await onPage(folder, "vite"));
});

async function onPage(folder, key) {
  const { page, close } = await openPage(folder, ANY_ORIGIN);
  try {
    await page.waitForFunction(() => "suite" in globalThis);
    return await page.evaluate((host) => globalThis.suite(host), { mockUrl: mock.url, key, hasContext: false });
  } finally {
    await close();
  }
}

test("a bundle for Vercel's edge has no module of Node, and imports the engine by `?module`", async (t) => {
  const folder = await emptyFolder(t);
  const outfile = join(folder, "bundle.js");
  await build({
    entryPoints: [fileOf("worker.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    conditions: ["edge-light"],
    external: ["*.wasm?module"],
    logLevel: "error",
  });
  const text = await readFile(outfile, "utf8");
  assert.match(text, /import \w+ from "\.\/spendgate\.wasm\?module"/);
  assert.doesNotMatch(text, /(from|import|require\()\s*"node:/);
});

test("a host that no condition names gets an entry that needs nothing of Node", () => {
  const { imports } = require("spendgate/package.json");
  assert.equal(Object.keys(imports["#host"]).at(-1), "default");
  assert.equal(imports["#host"].default, "./dist/host/browser.js");
});
