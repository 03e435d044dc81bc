// The module itself, not an instance of it, and without a permission to read files. TypeScript does not know
// this import yet, so this entry is JavaScript.
import source module from "./spendgate.wasm";
import { use } from "../wasm/load.js";

use({ now: () => module });

export * from "../index.js";
