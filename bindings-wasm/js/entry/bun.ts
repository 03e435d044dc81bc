import { readFileSync } from "node:fs";
// Bun gives the path of the file, and takes the file along into what it bundles.
import path from "./spendgate.wasm" with { type: "file" };
import { use } from "../wasm/load.js";

use({ now: () => new WebAssembly.Module(readFileSync(path as unknown as string)) });

export * from "../index.js";
