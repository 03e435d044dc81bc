import { readFileSync } from "node:fs";
import { use } from "../wasm/load.js";

use({ now: () => new WebAssembly.Module(readFileSync(new URL("./spendgate.wasm", import.meta.url))) });

export * from "../index.js";
