// Measures the goals P5 and P6 on Node: prints one JSON object, figures in nanoseconds and their ratios.
//
//   scripts/bench-node.sh
//
// Each figure is the median of rounds in which the rivals take turns, so that what else the machine does hits both.
import { createRequire } from "node:module";
import { Engine, engineInfo } from "@spendgate/node";
import { RateLimiterMemory, RateLimiterUnion } from "rate-limiter-flexible";

const require = createRequire(import.meta.url);
const addon = require("../../../bindings-node/spendgate.node");
if (addon.floor === undefined) throw new Error("the addon is built without the feature `bench`");

const ROUNDS = 21;
const CALLS = 20_000;
const USERS = 1000;
const AT_MS = Date.UTC(2026, 4, 10);
const users = Array.from({ length: USERS }, (_, index) => `user_${String(index).padStart(13, "0")}`);

/** Nanoseconds a call of each rival, medians over rounds in which they take turns. */
async function race(rivals) {
  const times = Object.fromEntries(Object.keys(rivals).map((name) => [name, []]));
  for (let round = -3; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(rivals)) {
      const begun = process.hrtime.bigint();
      const pending = work(round + 3);
      if (pending !== undefined) await pending;
      const took = Number(process.hrtime.bigint() - begun) / CALLS;
      if (round >= 0) times[name].push(took);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const policy = (windows) => ({
  budgets: windows.map((window) => ({
    id: String(window), scope: { user: "*" }, limit: { requests: "1000000000" }, window, action: "block",
  })),
});
const engine = (document) => new Engine({ at_ms: AT_MS, policy: document });

/** P5: a decision object, and the hold is let go of beside the clock. */
async function floor() {
  addon.floorKeys(users);
  const spend = engine({
    budgets: [{ id: "all", scope: { user: "*" }, limit: { usd: "1000000" }, window: "monthly", action: "block" }],
  });
  let seen = 0;
  const calls = users.map((user) => ({ user, estimate: { usd: 0.01 } }));
  const held = [];
  let at = AT_MS;
  const release = () => {
    for (const decision of held) spend.release(decision, at);
    held.length = 0;
  };
  const result = await race({
    floor() {
      for (let n = 0; n < CALLS; n++) seen += addon.floor(users[n % USERS]);
    },
    reserve() {
      at++;
      for (let n = 0; n < CALLS; n++) {
        const decision = spend.reserve(calls[n % USERS], at);
        if (decision.allowed) seen++;
        held.push(decision);
      }
    },
    release,
    preview() {
      at++;
      for (let n = 0; n < CALLS; n++) if (spend.preview(calls[n % USERS], at).allowed) seen++;
    },
  });
  if (seen === 0) throw new Error("nothing was done");
  return { ...result, ratio: result.reserve / result.floor };
}

console.log(JSON.stringify({ node: process.version, p5: await floor() }, null, 2));
