// Measures the goals P5 and P6 on Node: prints a line of JSON for each.
//
//   scripts/bench-node.sh
//
// Each figure is the median of rounds in which the rivals take turns, so that what else the machine does hits all.
import { createRequire } from "node:module";
import { Engine, engineInfo } from "@spendgate/node";
import { RateLimiterMemory, RateLimiterUnion } from "rate-limiter-flexible";
import { median, print } from "./goals.mjs";

const addon = createRequire(import.meta.url)("../../../bindings-node/spendgate.node");
if (addon.floor === undefined) throw new Error("the addon is built without the feature `bench`: scripts/bench-node.sh");
if (engineInfo().backend !== "native") throw new Error("the addon is not what answers");

const ROUNDS = 3000;
const WARM_UP = 1000;
/** As many calls are in flight at once: their decisions live as long as a call does, not as long as a run. */
const BATCH = 200;
const USERS = 1000;
const AT_MS = Date.UTC(2026, 4, 10);
const users = Array.from({ length: USERS }, (_, index) => `user_${String(index).padStart(13, "0")}`);

let turn = 0;
/** The user of the next call. */
const next = () => (turn = (turn + 1) % USERS);

/** Nanoseconds a call, medians over rounds in which the works take turns. */
async function race(works) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(works)) {
      const begun = process.hrtime.bigint();
      const pending = work();
      if (pending !== undefined) await pending;
      const took = Number(process.hrtime.bigint() - begun) / BATCH;
      if (round >= 0) times[name].push(took);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

const ns = (nanoseconds) => `${Math.round(nanoseconds)} ns`;

function open(limit, windows) {
  const budgets = windows.map((window) => ({ id: window, scope: { user: "*" }, limit, window, action: "block" }));
  return new Engine({ at_ms: AT_MS, policy: { budgets } });
}

/** P5: a decision object, against a look-up by a text that crosses the border raw. */
async function border() {
  addon.floorKeys(users);
  const engine = open({ usd: "1000000" }, ["monthly"]);
  const calls = users.map((user) => ({ user, estimate: { usd: 0.01 } }));
  const held = [];
  let seen = 0;
  const nanoseconds = await race({
    floor() {
      for (let n = 0; n < BATCH; n++) seen += addon.floor(users[next()]);
    },
    reserve() {
      for (let n = 0; n < BATCH; n++) held.push(engine.reserve(calls[next()], AT_MS));
    },
    release() {
      for (const decision of held) engine.release(decision, AT_MS);
      held.length = 0;
    },
  });
  if (seen === 0 || engine.usage({ user: users[0] }, AT_MS).counters[0].held !== "0") throw new Error("nothing was done");
  const { reserve, floor } = nanoseconds;
  print("P5 Node reserve / raw Node-API floor", reserve / floor, {
    pass: 4,
    stretch: 2,
    detail: `${ns(reserve)} / ${ns(floor)}, Node ${process.version}`,
  });
}

/**
 * P6: the question whether a call may go, counted at once, against one `consume`. The rival does no more than that; what
 * the settle costs afterwards, which a limiter has not, stands beside it.
 */
async function limiter(name, windows, rival, goal) {
  const engine = open({ requests: "1000000000" }, windows);
  const calls = users.map((user) => ({ user }));
  const held = [];
  let settled = 0;
  const nanoseconds = await race({
    async consume() {
      for (let n = 0; n < BATCH; n++) await rival.consume(users[next()]);
    },
    reserve() {
      for (let n = 0; n < BATCH; n++) held.push(engine.reserve(calls[next()], AT_MS));
    },
    settle() {
      for (const decision of held) if (engine.settle(decision, undefined, AT_MS).outcome === "settled") settled++;
      held.length = 0;
    },
  });
  if (settled !== (ROUNDS + WARM_UP) * BATCH) throw new Error("a call was refused");
  const { consume, reserve, settle } = nanoseconds;
  print(`P6 rate-limiter-flexible / Node reserve, ${name}`, consume / reserve, {
    ...goal,
    detail: `${ns(consume)} / ${ns(reserve)}; with the settle, which a limiter has not, ${(consume / (reserve + settle)).toPrecision(3)}`,
  });
}

const memory = (name, days) =>
  new RateLimiterMemory({ keyPrefix: name, points: 1_000_000_000, duration: days * 86_400 });

await border();
await limiter("one window", ["monthly"], memory("month", 30), { pass: 2, stretch: 3 });
await limiter(
  "three windows",
  ["daily", "weekly", "monthly"],
  new RateLimiterUnion(memory("day", 1), memory("week", 7), memory("month", 24)),
  { pass: 8, stretch: 15 },
);
// The limiters keep timers.
process.exit(0);
