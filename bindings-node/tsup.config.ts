import { readFile, writeFile } from "node:fs/promises";
import { defineConfig } from "tsup";

const { version } = JSON.parse(await readFile("package.json", "utf8"));

// The package is CommonJS inside: then its classes exist once, however it is imported, and `require` finds the addon.
export default defineConfig({
  entry: ["js/index.ts"],
  format: ["cjs"],
  target: "node20",
  platform: "node",
  dts: true,
  clean: true,
  noExternal: [/wasm/],
  define: { __VERSION__: JSON.stringify(version) },
  async onSuccess() {
    await writeFile("dist/index.js", 'export * from "./index.cjs";\n');
    await writeFile("dist/index.d.ts", 'export * from "./index.cjs";\n');
  },
});
