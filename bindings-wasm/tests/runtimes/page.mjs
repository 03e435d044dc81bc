// A page that answers lines with lines.

import * as binding from "@spendgate/wasm";
import { Server } from "../server.mjs";

const server = new Server(binding);
await binding.init();
globalThis.answer = (lines) => lines.map((line) => server.answer(line));
