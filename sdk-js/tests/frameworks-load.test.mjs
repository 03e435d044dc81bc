// Many calls through the frameworks at once, whole, in streams and aborted at odd points: nothing stays held, nothing is charged twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spendgateHandler } from "spendgate/langchain";
import { AI, LANGCHAIN, chatOpenAI, guarded, sdk } from "./frameworks.mjs";
import { PROMPT, eventually, fixed, gateOf, mock, perUser } from "./support.mjs";

const CALLS = 300;
const TEXT = "All happy families are alike; each unhappy family is unhappy in its own way.";

/** Runs `one` for each number, a few at a time. */
async function several(one) {
  let next = 0;
  const lane = async () => {
    while (next < CALLS) await one(next++);
  };
  await Promise.all(Array.from({ length: 20 }, lane));
}

/** Of a gate: what is spent and held by all, in USD. */
async function sums(gate, users) {
  let [spent, held] = [0, 0];
  for (const user of users) {
    const { counters } = await gate.usage({ user });
    spent += Number(counters[0].spent);
    held += Number(counters[0].held);
  }
  return { spent: Number(spent.toFixed(9)), held };
}

const users = ["a", "b", "c"];
const of = (i) => users[i % users.length];

/** Three ways in turn: whole, a stream, a stream that is aborted after some chunks. */
async function check(gate, whole, stream) {
  fixed({ text: TEXT, chunks: 12 });
  let aborted = 0;
  await several(async (i) => {
    if (i % 3 === 0) return whole(of(i));
    const stop = new AbortController();
    let left = i % 3 === 1 ? Infinity : i % 7;
    await stream(of(i), stop.signal, () => {
      if (left-- <= 0) stop.abort();
    }).catch((error) => assert.ok(stop.signal.aborted, error.stack));
    if (stop.signal.aborted) aborted++;
  });
  assert.ok(aborted > CALLS / 5, String(aborted));
  const { requests } = await mock.received({ list: false, idle_ms: 10_000 });
  assert.equal(requests, CALLS);
  await eventually(async () => assert.equal((await sums(gate, users)).held, 0));
  const { spent } = await sums(gate, users);
  // Whole calls cost what the provider says; the others their input at least, and no more than a whole one.
  const full = (CALLS - aborted) * 0.00125;
  assert.ok(spent >= full + aborted * 0.00025 && spent <= full + aborted * 0.00125, `${spent}, ${aborted} aborted`);
  assert.deepEqual(gate.said, []);
}

for (const major of AI) {
  test(`ai ${major}: ${CALLS} calls, a third of them aborted`, async () => {
    const { generateText, streamText, wrapLanguageModel, openai } = await sdk(major);
    const gate = gateOf({ policy: perUser("100") });
    const model = guarded({ wrapLanguageModel, openai }, gate);
    const ask = (user, more) => ({ model, prompt: PROMPT, maxOutputTokens: 100, maxRetries: 0, providerOptions: { spendgate: { user } }, ...more });
    await check(
      gate,
      (user) => generateText(ask(user)),
      async (user, abortSignal, seen) => {
        for await (const _ of streamText(ask(user, { abortSignal, onError: () => {} })).textStream) seen();
      },
    );
  });
}

for (const name of LANGCHAIN) {
  test(`${name}: ${CALLS} calls, a third of them aborted`, async () => {
    const gate = gateOf({ policy: perUser("100") });
    const callbacks = [spendgateHandler(gate)];
    const model = await chatOpenAI(name);
    await check(
      gate,
      (user) => model.invoke(PROMPT, { callbacks, metadata: { user } }),
      async (user, signal, seen) => {
        for await (const _ of await model.stream(PROMPT, { callbacks, metadata: { user }, signal })) seen();
      },
    );
  });
}
