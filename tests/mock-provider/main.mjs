// The mock provider as a program: says its address as a line of JSON, and ends with its standard input or at SIGTERM.
//
//   node main.mjs [--port N] [--keep N]

import { parseArgs } from "node:util";
import { startMockProvider } from "./server.mjs";

const { values } = parseArgs({ options: { port: { type: "string" }, keep: { type: "string" } } });
const number = (/** @type {string | undefined} */ text) => (text === undefined ? undefined : Number(text));
const mock = await startMockProvider({ port: number(values.port), keep: number(values.keep) });

const end = () => {
  mock.close().then(() => process.exit(0));
};
process.on("SIGTERM", end);
process.on("SIGINT", end);
process.stdin.on("end", end);
process.stdin.on("error", end);
process.stdin.resume();
console.log(JSON.stringify({ url: mock.url }));
