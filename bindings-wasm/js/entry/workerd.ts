// Workers compile nothing at run time: the module comes compiled with the worker.
import module from "./spendgate.wasm";
import { use } from "../wasm/load.js";

use({ now: () => module });

export * from "../index.js";
