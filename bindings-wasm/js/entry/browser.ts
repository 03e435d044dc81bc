import { use } from "../wasm/load.js";

use({ later: () => fetch(new URL("./spendgate.wasm", import.meta.url)) });

export * from "../index.js";
