import { defineConfig, type Options } from "tsup";

const common: Options = {
  // Beside the sources: what bundles the package in this repository is to find no `paths`.
  tsconfig: "src/tsconfig.json",
  target: "es2022",
  platform: "neutral",
  external: [/^node:/, /^#host$/, /^@spendgate\//],
  removeNodeProtocol: false,
};

const entry = { index: "src/index.ts", testing: "src/testing.ts", ai: "src/frameworks/ai.ts", langchain: "src/frameworks/langchain.ts" };
const edge = { edge: "src/edge/index.ts" };

// The host is a file of its own: which one is taken is for the export conditions (`imports` in package.json) to say.
export default defineConfig([
  {
    ...common,
    entry,
    format: ["esm", "cjs"],
    splitting: true,
    dts: { entry: { ...entry, ...edge }, compilerOptions: { paths: { "#host": ["./src/host/node.ts"] } } },
  },
  // Alone: what it shares with the rest is small and has no state, and a chunk for it would be an import that bundlers warn of.
  {
    ...common,
    entry: edge,
    format: ["esm", "cjs"],
    splitting: false,
  },
  {
    ...common,
    entry: {
      "host/node": "src/host/node.ts",
      "host/server": "src/host/server.ts",
      "host/edge": "src/host/edge.ts",
      "host/browser": "src/host/browser.ts",
    },
    format: "esm",
  },
  { ...common, entry: { "host/node": "src/host/node.ts" }, format: "cjs" },
]);
