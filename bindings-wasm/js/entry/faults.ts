import { readFileSync } from "node:fs";
import * as glue from "../../glue/spendgate.js";
import { use } from "../wasm/load.js";

use({ now: () => new WebAssembly.Module(readFileSync(new URL("./spendgate.wasm", import.meta.url))) });

/** Makes the next call of an export fail: see `fault` in the crate. Only a module with `fault-injection` has it. */
export const inject = (glue as unknown as { inject: (place: number, kind: number) => void }).inject;

export * from "../index.js";
