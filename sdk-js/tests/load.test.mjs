// Many calls at once, a third of them cancelled at any point: nothing is held, nothing is lost, nothing is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fixed, gateOf, mock, openai, params, requests } from "./support.mjs";

const CALLS = Number(process.env.SPENDGATE_CALLS ?? 10_000);
const AT_ONCE = 64;

/** The same numbers in every run. */
function random(seed) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test(`${CALLS} calls, a third cancelled: held is 0, what is spent is what was billed`, { timeout: 300_000 }, async (t) => {
  const faults = [];
  const note = (error) => faults.push(error);
  process.on("unhandledRejection", note);
  process.on("warning", note);
  t.after(() => process.off("unhandledRejection", note).off("warning", note));
  fixed({ text: "one two three four five six", chunks: 6 });
  const token = (id, unit, user) => ({ id, scope: { user }, limit: { [unit]: 1e12 }, window: "lifetime" });
  const budgets = ["whole", "cut"].flatMap((user) => [
    token(`${user} in`, "input_tokens", user),
    token(`${user} out`, "output_tokens", user),
    token(`${user} requests`, "requests", user),
  ]);
  const gate = gateOf({ policy: { budgets } });
  const base = await openai(undefined, { maxRetries: 0 });
  const clients = { whole: gate.wrap(base, { user: "whole" }), cut: gate.wrap(base, { user: "cut" }) };
  const next = random(20_261_127);
  let whole = 0;
  let left = CALLS;
  const worker = async () => {
    while (left-- > 0) {
      const isCut = next() < 1 / 3;
      const isStream = next() < 1 / 2;
      const client = isCut ? clients.cut : clients.whole;
      if (!isCut) whole++;
      await (isCut ? cancelled(client, isStream, next()) : finished(client, isStream));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const read = async (user) => Object.fromEntries((await gate.usage({ user })).counters.map(({ unit, spent, held }) => [unit, { spent: Number(spent), held }]));
  const [kept, cut] = [await read("whole"), await read("cut")];
  for (const counters of [kept, cut]) assert.ok(Object.values(counters).every(({ held }) => held === "0"), JSON.stringify(counters));
  assert.equal(kept.requests.spent, whole);
  assert.equal(kept.input_tokens.spent, whole * 100);
  assert.equal(kept.output_tokens.spent, whole * 100);
  // A cancelled call is charged its input, or what the provider said when it was quicker than the cancellation.
  const cuts = CALLS - whole;
  assert.ok(cut.input_tokens.spent > 0 && cut.input_tokens.spent <= cuts * 130, JSON.stringify(cut));
  assert.ok(cut.output_tokens.spent <= cuts * 100, JSON.stringify(cut));
  assert.ok((await requests()) >= whole);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(faults, []);
  assert.deepEqual(gate.said, []);
  mock.reset();
});

async function finished(client, isStream) {
  const answer = await client.chat.completions.create(params({ stream: isStream }));
  if (isStream) for await (const _ of answer);
}

/** Cancels before the request, while it is under way, between chunks, or leaves the loop. */
async function cancelled(client, isStream, where) {
  const controller = new AbortController();
  const call = client.chat.completions.create(params({ stream: isStream }), { signal: controller.signal });
  if (where < 0.25) controller.abort();
  else if (where < 0.5) setTimeout(() => controller.abort(), where * 4);
  try {
    const answer = await call;
    let chunks = 0;
    if (isStream) {
      for await (const _ of answer) {
        if (++chunks > where * 6) {
          if (where > 0.75) controller.abort();
          else break;
        }
      }
    }
  } catch (error) {
    assert.match(error.name + error.message, /[Aa]bort/);
  }
}
