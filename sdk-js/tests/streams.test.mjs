// Streams: unchanged for their reader, charged however they end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, eventually, fixed, gateOf, mock, OPENAI, openai, params, perUser, requests } from "./support.mjs";

const TEXT = "All happy families are alike; each unhappy family is unhappy in its own way.";
const stream = (more) => params({ stream: true, ...more });

for (const name of OPENAI) {
  test(`${name}: a stream is the one the client gives, without the chunk that nobody asked for`, async () => {
    fixed({ text: TEXT, chunks: 8 });
    const base = await openai(name);
    const gate = gateOf({ policy: perUser("1") });
    const client = gate.wrap(base, { user: "u" });
    const plain = [];
    for await (const chunk of await base.chat.completions.create(stream())) plain.push(chunk);
    const wrapped = await client.chat.completions.create(stream());
    const { Stream } = await import(`${name}/streaming`);
    assert.ok(wrapped instanceof Stream);
    const chunks = [];
    for await (const chunk of wrapped) chunks.push(chunk);
    assert.equal(chunks.length, plain.length);
    assert.equal(chunks.map((c) => c.choices[0].delta.content ?? "").join(""), TEXT);
    assert.equal((await counter(gate)).spent, "0.00125");
    const asked = [];
    for await (const chunk of await client.chat.completions.create(stream({ stream_options: { include_usage: true } }))) asked.push(chunk);
    assert.equal(asked.length, plain.length + 1);
    assert.equal(asked.at(-1).usage.total_tokens, 200);
  });

  test(`${name}: eight abandoned streams are charged for what came`, async () => {
    fixed({ text: TEXT, chunks: 8 });
    const gate = gateOf({ policy: perUser("1") });
    const client = gate.wrap(await openai(name), { user: "u" });
    for (let i = 0; i < 8; i++) {
      let seen = 0;
      for await (const _ of await client.chat.completions.create(stream())) if (++seen === 3) break;
    }
    const { spent, held } = await counter(gate);
    assert.equal(held, "0");
    // The input of eight calls at least, and less than eight whole ones.
    assert.ok(Number(spent) > 8 * 0.00025 && Number(spent) < 8 * 0.00125, spent);
  });

  test(`${name}: tee, toReadableStream and abort keep working, and charge once`, async () => {
    fixed({ text: TEXT, chunks: 8 });
    const gate = gateOf({ policy: perUser("1") });
    const client = gate.wrap(await openai(name), { user: "u" });
    const [left, right] = (await client.chat.completions.create(stream())).tee();
    const texts = await Promise.all([left, right].map(async (half) => {
      let text = "";
      for await (const chunk of half) text += chunk.choices[0].delta.content ?? "";
      return text;
    }));
    assert.deepEqual(texts, [TEXT, TEXT]);
    assert.equal((await counter(gate)).spent, "0.00125");
    const lines = await new Response((await client.chat.completions.create(stream())).toReadableStream()).text();
    assert.ok(lines.trim().split("\n").length >= 8);
    assert.equal((await counter(gate)).spent, "0.0025");
    const aborted = await client.chat.completions.create(stream());
    aborted.controller.abort();
    const { spent, held } = await counter(gate);
    assert.equal(held, "0");
    assert.ok(Number(spent) > 0.0025 && Number(spent) < 0.0035, spent);
  });
}

test("a stream that nobody ever reads is charged when it is gone", { skip: globalThis.gc === undefined && "needs --expose-gc" }, async () => {
  fixed({ text: TEXT, chunks: 4 });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  await (async () => void (await client.chat.completions.create(stream())))();
  await eventually(async () => {
    globalThis.gc();
    assert.equal((await counter(gate)).held, "0");
  });
  assert.ok(Number((await counter(gate)).spent) > 0);
});

test("a stream that is read slowly lives through collections of garbage", { skip: globalThis.gc === undefined && "needs --expose-gc" }, async () => {
  fixed({ text: TEXT, chunks: 8, chunk_delay_ms: 10 });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  for await (const _ of await client.chat.completions.create(stream())) globalThis.gc();
  assert.equal((await counter(gate)).spent, "0.00125");
});

test("a stream that breaks costs the input and what came", async () => {
  fixed({ text: TEXT, chunks: 8, fault: "reset", after_chunks: 4 });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(undefined, { maxRetries: 0 }), { user: "u" });
  await assert.rejects(async () => {
    for await (const _ of await client.chat.completions.create(stream()));
  });
  const { spent, held } = await counter(gate);
  assert.equal(held, "0");
  assert.ok(Number(spent) > 0.00025 && Number(spent) < 0.00125, spent);
});

test("a raw response of a stream is charged as it is read, or left", async () => {
  fixed({ text: TEXT, chunks: 8 });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  const whole = await client.chat.completions.create(stream()).asResponse();
  assert.equal(whole.status, 200);
  assert.match(whole.url, /chat\/completions$/);
  assert.match(await whole.text(), /\[DONE\]/);
  assert.equal((await counter(gate)).spent, "0.00125");
  fixed({ text: TEXT, chunks: 8, chunk_delay_ms: 20 });
  const left = await client.chat.completions.create(stream()).asResponse();
  const reader = left.body.getReader();
  await reader.read();
  await reader.cancel();
  const { spent, held } = await counter(gate);
  assert.equal(held, "0");
  assert.ok(Number(spent) > 0.00125 && Number(spent) < 0.0025, spent);
});

test("cutStreams ends a stream after the last chunk that fits", async () => {
  const words = Array.from({ length: 200 }, (_, i) => `word ${String(i).padStart(3, "0")} and `);
  fixed({ chunks: words, usage: { input: 100, output: 700 } });
  // Room for the estimate of ten tokens, and then for some hundred more, but not for seven hundred.
  const policy = perUser("0.003");
  const gate = gateOf({ policy, cutStreams: true });
  const client = gate.wrap(await openai(), { user: "u" });
  let text = "";
  const error = await (async () => {
    for await (const chunk of await client.chat.completions.create(stream({ max_tokens: 10 }))) text += chunk.choices[0].delta.content ?? "";
  })().catch((e) => e);
  assert.equal(error?.code, "llm_budget_exceeded");
  assert.ok(text.length > 400 && text.length < words.join("").length, String(text.length));
  const { spent, held } = await counter(gate);
  assert.equal(held, "0");
  assert.ok(Number(spent) > 0.0025 && Number(spent) <= 0.003, spent);
  assert.ok(gate.said.some(({ kind }) => kind === "stream_cut"));
});

test("without cutStreams a stream runs on, and what is over is recorded", async () => {
  fixed({ text: TEXT, chunks: 8, usage: { input: 100, output: 700 } });
  const gate = gateOf({ policy: perUser("0.003") });
  const client = gate.wrap(await openai(), { user: "u" });
  for await (const _ of await client.chat.completions.create(stream({ max_tokens: 10 })));
  assert.equal((await counter(gate)).spent, "0.00725");
  assert.ok(gate.happened.some(({ kind }) => kind === "overage"));
});

test("a cancelled call costs its input", async () => {
  fixed({ delay_ms: 5_000 });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  const controller = new AbortController();
  const call = client.chat.completions.create(params(), { signal: controller.signal });
  await eventually(async () => assert.equal(await requests(), 1));
  controller.abort();
  await assert.rejects(call, { name: /AbortError|Error/ });
  const { spent, held } = await counter(gate);
  assert.equal(held, "0");
  assert.ok(Number(spent) > 0 && Number(spent) < 0.001, spent);
  mock.reset();
});
