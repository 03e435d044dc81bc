import type { Plugin } from "esbuild";
import { defineConfig, type Options } from "tsup";

const outDir = process.env.SPENDGATE_DIST ?? "dist";

/** The class over any engine is one file of the package, which the entries share: there is one `SpendgateError`. */
const shareEngine: Plugin = {
  name: "share-engine",
  setup(build) {
    const extension = build.initialOptions.format === "cjs" ? "cjs" : "js";
    build.onResolve({ filter: /\/engine\/index\.js$/ }, () => ({ path: `./engine.${extension}`, external: true }));
    build.onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path, external: true }));
  },
};

const common: Options = {
  outDir,
  target: "es2022",
  platform: "neutral",
  splitting: false,
  external: [/^node:/],
  removeNodeProtocol: false,
  esbuildOptions(options) {
    options.legalComments = "none";
  },
};

const sharing: Options = { ...common, esbuildPlugins: [shareEngine] };

const published: Options[] = [
  { ...common, entry: { engine: "js/engine/index.ts" }, format: ["esm", "cjs"] },
  {
    ...sharing,
    entry: {
      node: "js/entry/node.ts",
      workerd: "js/entry/workerd.ts",
      "edge-light": "js/entry/edge-light.ts",
      browser: "js/entry/browser.ts",
    },
    format: "esm",
  },
  // How these two import the module is newer than the others' target.
  { ...sharing, entry: { bun: "js/entry/bun.ts", deno: "js/entry/deno.js" }, format: "esm", target: "esnext" },
  { ...sharing, entry: { node: "js/entry/node-require.ts" }, format: "cjs", platform: "node" },
  { ...common, entry: { index: "js/index.ts", engine: "js/engine/index.ts" }, format: ["esm", "cjs"], dts: { only: true } },
];

/** With failures on purpose, for the tests alone. */
const faults: Options[] = [
  { ...common, entry: { engine: "js/engine/index.ts" }, format: "esm" },
  { ...sharing, entry: { faults: "js/entry/faults.ts" }, format: "esm" },
];

export default defineConfig(process.env.SPENDGATE_FAULTS ? faults : published);
