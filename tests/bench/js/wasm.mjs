// P7, P13 and P14: what the WASM engine costs, against things timed or packed in the same run.
//
//   node wasm.mjs [P7] [P13] [P14]
//
// Prints a line of JSON for each goal. `run.sh` builds what this needs.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { Engine } from "@spendgate/wasm";
import { Cap } from "./cap.mjs";
import { interleaved, median, print, ratio, ratioOfAll } from "./goals.mjs";

const NOW_MS = 1_778_414_400_000;
const USD = 0.01;
const POLICY = {
  budgets: [{ id: "free", scope: { tier: "free" }, limit: { usd: "9000000" }, window: "daily", action: "block" }],
};
/** So many calls are in flight at once. */
const CHUNK = 100;
/** Calls that are timed at a time: few, so that other programs of the machine seldom come between. */
const CALLS = 4_000;

const run = promisify(execFile);
const sink = new Array(CHUNK);

/** Ids of 18 bytes. */
function ids(count) {
  return Array.from({ length: count }, (_, number) => `user-${String(number).padStart(13, "0")}`);
}

/** Whole numbers below `end`, random and the same in each run. */
function random(end) {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
}

/** The text as a string that nobody has hashed yet, as it comes out of a request. */
function fresh(text) {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** Nanoseconds a call of `work`, which takes CHUNK users; `after` follows each chunk and is not timed. */
function timed(chunks, work, after = () => {}) {
  let taken = 0n;
  for (const users of chunks) {
    const begun = process.hrtime.bigint();
    work(users);
    taken += process.hrtime.bigint() - begun;
    after();
  }
  return Number(taken) / (chunks.length * CHUNK);
}

async function p7(count, label) {
  const engine = new Engine({ at_ms: NOW_MS, policy: POLICY, max_counters: 2 * count });
  const cap = new Cap(9e6);
  const users = ids(count);
  const next = random(count);

  const reserve = (chunk) => {
    for (let at = 0; at < CHUNK; at++) {
      sink[at] = engine.reserve({ user: chunk[at], tier: "free", estimate: { usd: USD } }, NOW_MS);
    }
  };
  const settle = () => {
    for (let at = 0; at < CHUNK; at++) engine.settle(sink[at], { usd: USD }, NOW_MS);
  };
  const spend = (chunk) => {
    for (let at = 0; at < CHUNK; at++) sink[at] = cap.spend(chunk[at], USD, NOW_MS);
  };

  // Everybody was there before. The ring of reservations grows over the first 131,072 as well.
  for (let passes = Math.ceil(200_000 / count); passes > 0; passes--) {
    for (let from = 0; from < count; from += CHUNK) {
      const chunk = users.slice(from, from + CHUNK);
      reserve(chunk);
      settle();
      spend(chunk);
    }
  }

  const chunks = (of) =>
    Array.from({ length: CALLS / CHUNK }, () => Array.from({ length: CHUNK }, () => of(users[next()])));
  const known = (user) => user;
  const times = await interleaved(
    {
      ours: () => timed(chunks(known), reserve, settle),
      naive: () => timed(chunks(known), spend),
      oursFresh: () => timed(chunks(fresh), reserve, settle),
      naiveFresh: () => timed(chunks(fresh), spend),
    },
    { rounds: 31, best: 5 },
  );
  const ns = (name) => `${Math.round(median(times[name].least))} ns`;
  print(`P7 WASM reserve / naive Map cap, ${label} users`, ratio(times.ours, times.naive), {
    pass: 2.5,
    stretch: 1.6,
    detail:
      `${ns("ours")} / ${ns("naive")}; with collections of garbage and periodic snapshots ` +
      `${ratioOfAll(times.ours, times.naive).toPrecision(3)}; with ids that are new strings ` +
      `${ratio(times.oursFresh, times.naiveFresh).toPrecision(3)}: ${ns("oursFresh")} / ${ns("naiveFresh")}`,
  });
  engine.close();
}

function p13() {
  const module = readFileSync(new URL(import.meta.resolve("@spendgate/wasm/spendgate.wasm")));
  const size = gzipSync(module, { level: 9 }).length / 1000;
  print("P13 WASM module, KB as gzip", size, { pass: 200, stretch: 150, detail: `${module.length} bytes as it is` });
}

/** A package like ours whose module has one function, which adds: what any module costs at least. */
const BARE = {
  "bare.wasm": new Uint8Array([
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0],
    ...[10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11],
  ]),
  "bare.mjs": `import { readFileSync } from "node:fs";
const module = new WebAssembly.Module(readFileSync(new URL("./bare.wasm", import.meta.url)));
export const { add } = new WebAssembly.Instance(module).exports;
`,
};

async function p14() {
  const folder = mkdtempSync(join(tmpdir(), "spendgate-bench-"));
  const start = fileURLToPath(new URL("start.mjs", import.meta.url));
  try {
    for (const [name, content] of Object.entries(BARE)) writeFileSync(join(folder, name), content);
    const whole = { ours: [], bare: [] };
    /** Milliseconds that a fresh process says it took; those of the process itself are kept. */
    const once = (what, path) => async () => {
      const begun = performance.now();
      const { stdout } = await run(process.execPath, [start, what, path]);
      whole[what].push(performance.now() - begun);
      return Number(stdout);
    };
    const bare = pathToFileURL(join(folder, "bare.mjs")).href;
    const contestants = { ours: once("ours", import.meta.resolve("@spendgate/wasm")), bare: once("bare", bare) };
    const times = await interleaved(contestants, { rounds: 11, best: 3 });
    const ms = (list) => `${median(list).toPrecision(3)} ms`;
    print("P14 WASM load and first decision / a bare module's, in a fresh process", ratio(times.ours, times.bare), {
      pass: 3,
      stretch: 2,
      detail:
        `${ms(times.ours.least)} / ${ms(times.bare.least)}; the process as a whole, its start included, ` +
        `${(median(whole.ours) / median(whole.bare)).toPrecision(3)}: ${ms(whole.ours)} / ${ms(whole.bare)}`,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const asked = process.argv.slice(2);
const wants = (goal) => asked.length === 0 || asked.includes(goal);
if (wants("P7")) await p7(1_000, "1,000");
if (wants("P7")) await p7(1_000_000, "1,000,000");
if (wants("P13")) p13();
if (wants("P14")) await p14();
