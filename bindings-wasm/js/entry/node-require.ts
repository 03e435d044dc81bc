import { readFileSync } from "node:fs";
import { join } from "node:path";
import { use } from "../wasm/load.js";

use({ now: () => new WebAssembly.Module(readFileSync(join(__dirname, "spendgate.wasm"))) });

export * from "../index.js";
