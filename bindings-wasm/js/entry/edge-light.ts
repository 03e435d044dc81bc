// Vercel's edge functions compile nothing at run time: the module comes compiled with the function.
import module from "./spendgate.wasm?module";
import { use } from "../wasm/load.js";

use({ now: () => module });

export * from "../index.js";
