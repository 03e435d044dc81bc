import { readFile } from "node:fs/promises";
import { defineConfig } from "tsup";

const { version } = JSON.parse(await readFile("package.json", "utf8"));

// The package is CommonJS inside: then its classes exist once, however it is imported, and `require` finds the addon.
// scripts/module.mjs adds what a module imports.
export default defineConfig({
  entry: ["js/index.ts"],
  format: ["cjs"],
  target: "node20",
  platform: "node",
  dts: true,
  clean: true,
  define: { __VERSION__: JSON.stringify(version) },
});
