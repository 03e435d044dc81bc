import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
// Bun gives the path of the file, and takes the file along into what it bundles: then it is relative to that.
import path from "./spendgate.wasm" with { type: "file" };
import { use } from "../wasm/load.js";

const here = dirname(fileURLToPath(import.meta.url));

use({ now: () => new WebAssembly.Module(readFileSync(resolve(here, path as unknown as string))) });

export * from "../index.js";
