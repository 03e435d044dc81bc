// The conformance server of the package on Node: JSON lines on stdin, answers on stdout.

import * as binding from "@spendgate/wasm";
import { serveLines } from "./lines.mjs";
import { Server } from "./server.mjs";

const server = new Server(binding);
await serveLines((lines) => lines.map((line) => server.answer(line)));
