// The conformance server of the package on Node: JSON lines on stdin, answers on stdout.

import * as binding from "@spendgate/node";
import { serveLines } from "../../bindings-wasm/tests/lines.mjs";
import { Server } from "../../bindings-wasm/tests/server.mjs";

const server = new Server(binding);
await serveLines((lines) => lines.map((line) => server.answer(line)));
