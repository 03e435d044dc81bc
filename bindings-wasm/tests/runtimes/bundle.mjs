import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const require = createRequire(import.meta.url);

/** Bundles a program of this folder into `folder` with a runtime's export condition, the module beside it. */
export async function bundle(entry, condition, folder) {
  await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile: join(folder, "bundle.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: [condition],
    external: ["*.wasm"],
    logLevel: "warning",
  });
  copyFileSync(require.resolve("@spendgate/wasm/spendgate.wasm"), join(folder, "spendgate.wasm"));
}
