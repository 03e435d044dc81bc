// The conformance server of the package on a runtime of its own: `node serve-on.mjs workerd|deno|bun|chromium`. JSON lines
// on stdin, answers on stdout; the runtime loads the package by its own export condition.

import { bun, deno } from "./runtimes/programs.mjs";
import { onChromium } from "./runtimes/chromium.mjs";
import { onWorkerd } from "./runtimes/workerd.mjs";
import { serveLines } from "./lines.mjs";

const runtimes = { workerd: onWorkerd, chromium: onChromium, deno, bun };
const start = runtimes[process.argv[2]];
if (start === undefined) {
  console.error(`usage: serve-on.mjs ${Object.keys(runtimes).join("|")}`);
  process.exit(2);
}
const { answer, close } = await start();
try {
  // Programs that read stdin themselves have no `answer`.
  if (answer !== undefined) await serveLines(answer);
} finally {
  await close();
}
