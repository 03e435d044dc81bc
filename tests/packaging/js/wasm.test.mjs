// The packed @spendgate/wasm, installed outside the tree, where it is to run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { openPage } from "../../../bindings-wasm/tests/runtimes/chromium.mjs";
import { programs } from "../../../bindings-wasm/tests/runtimes/programs.mjs";
import { startWorkerd } from "../../../bindings-wasm/tests/runtimes/workerd.mjs";
import { bundleFor, nodes, output, packed, project, typeCheck } from "./harness.mjs";
import { commonjs, esm, said, typescript } from "./usage.mjs";

const NAME = "@spendgate/wasm";
const MODULE = `${NAME}/dist/spendgate.wasm`;
const SAID = said("wasm");
const LOG = "\nconsole.log(said);\n";

const folder = await project({ after }, { [NAME]: packed("spendgate-wasm") }, {
  "use.mjs": esm(NAME) + LOG,
  "where.mjs": `console.log(import.meta.resolve("${NAME}"))`,
  "use.cjs": commonjs(NAME),
  "use.ts": typescript(NAME),
  "use.cts": typescript(NAME),
  "worker.mjs": `import { Engine } from "${NAME}";\nexport default { fetch() {\n${esm(NAME).split("\n").slice(2).join("\n")}\nreturn new Response(said); } };\n`,
  "page.mjs": esm(NAME, "await binding.init();") + "\nglobalThis.said = said;\n",
  "console.d.ts": "declare const console: { log(...what: unknown[]): void };",
  "index.html": '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.mjs"></script>',
});

/** What a page in a folder says. */
async function pageSays(where) {
  const { page, close } = await openPage(where);
  try {
    await page.waitForFunction(() => "said" in globalThis);
    return await page.evaluate(() => globalThis.said);
  } finally {
    await close();
  }
}

for (const [what, node] of Object.entries(nodes)) {
  test(`as a module and by \`require\` on ${what}`, async () => {
    assert.equal(await output(folder, node(), ["use.mjs"]), SAID);
    assert.equal(await output(folder, node(), ["use.cjs"]), SAID);
  });
}

for (const options of [
  ["--module", "node16", "use.ts", "use.cts"],
  ["--module", "nodenext", "use.ts", "use.cts"],
  ["--module", "esnext", "--moduleResolution", "bundler", "use.ts"],
]) {
  for (const lib of ["es2022,dom", "es2022"]) {
    test(`its types, for ${options.slice(0, -1).join(" ")} with ${lib}`, async () => {
      // Without the DOM nobody declares a console.
      const more = lib.includes("dom") ? [] : ["console.d.ts"];
      await typeCheck(folder, ...options, ...more, "--lib", lib);
    });
  }
}

test("on Deno, without a permission", async () => {
  const args = (file) => ["run", "--no-prompt", "--node-modules-dir=manual", "--cached-only", file];
  assert.match(await output(folder, programs.deno(), args("where.mjs")), /\/deno\.js$/);
  assert.equal(await output(folder, programs.deno(), args("use.mjs")), SAID);
});

test("on Bun, and bundled by it", async () => {
  assert.match(await output(folder, programs.bun(), ["where.mjs"]), /\/bun\.js$/);
  assert.equal(await output(folder, programs.bun(), ["use.mjs"]), SAID);
  await output(folder, programs.bun(), ["build", "use.mjs", "--target=bun", "--outdir=bun-out"]);
  assert.equal(await output(join(folder, "bun-out"), programs.bun(), ["use.js"]), SAID);
});

test("on workerd, where the module is imported with the worker", async () => {
  const worker = await startWorkerd(await bundleFor(folder, "worker.mjs", "workerd", MODULE));
  try {
    assert.equal(await (await fetch(worker.url)).text(), SAID);
  } finally {
    await worker.close();
  }
});

test("for Vercel's edge, which imports the module by `?module`", async () => {
  const out = await bundleFor(folder, "worker.mjs", "edge-light", MODULE);
  assert.match(readFileSync(join(out, "bundle.js"), "utf8"), /import \w+ from "\.\/spendgate\.wasm\?module"/);
});

test("in Chromium, bundled by esbuild", async () => {
  assert.equal(await pageSays(await bundleFor(folder, "page.mjs", "browser", MODULE)), SAID);
});

test("in Chromium, built by Vite", async () => {
  const { build } = await import("vite");
  await build({ root: folder, logLevel: "error", build: { outDir: "vite-out" } });
  assert.equal(await pageSays(join(folder, "vite-out")), SAID);
});
