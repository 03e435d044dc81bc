// P7, P13 and P14: what the WASM engine costs, against things timed or packed in the same run.
//
//   node wasm.mjs [P7] [P13] [P14]
//
// Prints a line of JSON for each goal. `run.sh` builds what this needs.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { Engine } from "@spendgate/wasm";
import { Cap } from "./cap.mjs";
import { interleaved, median, print, ratio } from "./goals.mjs";

const NOW_MS = 1_778_414_400_000;
const USD = 0.01;
const POLICY = {
  budgets: [{ id: "free", scope: { tier: "free" }, limit: { usd: "9000000" }, window: "daily", action: "block" }],
};
/** So many calls are in flight at once. */
const CHUNK = 100;
/** Calls that are timed at a time. */
const CALLS = 20_000;

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
    { rounds: 11, best: 3 },
  );
  const ns = (name) => `${Math.round(median(times[name]))} ns`;
  print(`P7 WASM reserve / naive Map cap, ${label} users`, ratio(times.ours, times.naive), {
    pass: 2.5,
    stretch: 1.6,
    detail:
      `${ns("ours")} / ${ns("naive")}; with ids that are new strings ` +
      `${ratio(times.oursFresh, times.naiveFresh).toPrecision(3)}: ${ns("oursFresh")} / ${ns("naiveFresh")}`,
  });
  engine.close();
}

function p13() {
  const module = readFileSync(new URL(import.meta.resolve("@spendgate/wasm/spendgate.wasm")));
  const size = gzipSync(module, { level: 9 }).length / 1000;
  print("P13 WASM module, KB as gzip", size, { pass: 200, stretch: 150, detail: `${module.length} bytes as it is` });
}

/** What a fresh process says it took, in milliseconds: within it, and from its start to its end. */
async function started(what) {
  const begun = performance.now();
  const { stdout } = await run(process.execPath, [fileURLToPath(new URL("start.mjs", import.meta.url)), what]);
  return { within: Number(stdout), whole: performance.now() - begun };
}

async function p14() {
  const whole = { ours: [], bare: [] };
  const keep = async (name) => {
    const { within, whole: all } = await started(name);
    whole[name].push(all);
    return within;
  };
  const times = await interleaved({ ours: () => keep("ours"), bare: () => keep("bare") }, { rounds: 11, best: 3 });
  const ms = (list) => `${median(list).toPrecision(3)} ms`;
  print("P14 WASM load and first decision / a bare module's", ratio(times.ours, times.bare), {
    pass: 3,
    stretch: 2,
    detail:
      `${ms(times.ours)} / ${ms(times.bare)} within the process; the whole process ` +
      `${(median(whole.ours) / median(whole.bare)).toPrecision(3)}: ${ms(whole.ours)} / ${ms(whole.bare)}`,
  });
}

const asked = process.argv.slice(2);
const wants = (goal) => asked.length === 0 || asked.includes(goal);
if (wants("P7")) await p7(1_000, "1,000");
if (wants("P7")) await p7(1_000_000, "1,000,000");
if (wants("P13")) p13();
if (wants("P14")) await p14();
