// OpenAI's client, both majors: each of its methods that asks a model.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isBudgetError } from "spendgate";
import { counter, eventually, fixed, gateOf, mock, OPENAI, openai, params, perUser, PROMPT, requests } from "./support.mjs";

const TEXT = "All happy families are alike; each unhappy family is unhappy in its own way.";
/** A call of gpt-4o by the script of `fixed`. */
const COST = 0.00125;

async function setUp(name, usd = "1", { script = {}, gate: options = {}, client = {} } = {}) {
  fixed(script);
  const gate = gateOf({ policy: perUser(usd), ...options });
  const base = await openai(name, client);
  return { gate, base, client: gate.wrap(base, { user: "u" }) };
}

/** A client whose provider answers all with the same. */
const answering = (answer, seen = []) => ({
  fetch: async (url, init) => {
    seen.push({ url: String(url), body: typeof init.body === "string" ? JSON.parse(init.body) : null });
    return typeof answer === "function" ? answer() : Response.json(answer);
  },
});

const spent = async (gate) => Number((await counter(gate)).spent);
const ask = (more = {}) => ({ model: "gpt-4o", max_output_tokens: 100, input: PROMPT, ...more });
const nano = (usd) => Number(usd.toFixed(9));

const tool = (ran) => ({
  type: "function",
  function: {
    name: "weather",
    parameters: { type: "object", properties: { city: { type: "string" } } },
    parse: JSON.parse,
    function: (input) => {
      ran.push(input);
      return "sunny";
    },
  },
});

for (const name of OPENAI) {
  test(`${name}: the helpers of chat: parse, stream, runTools`, async () => {
    const { client, gate } = await setUp(name, "1", { script: { json: { answer: 4 } } });
    const schema = { type: "object", properties: { answer: { type: "number" } }, required: ["answer"], additionalProperties: false };
    const format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
    const parsed = await client.chat.completions.parse(params({ response_format: format }));
    assert.equal(parsed.choices[0].message.content, '{"answer":4}');
    const stream = client.chat.completions.stream(params({ response_format: format }));
    assert.equal((await stream.finalChatCompletion()).choices[0].message.content, '{"answer":4}');
    assert.equal(await spent(gate), 2 * COST);
    for (const isStream of [false, true]) {
      fixed({ text: TEXT });
      mock.script({ queue: [{ usage: { input: 100, output: 100 }, tool_calls: [{ name: "weather", arguments: { city: "Oslo" } }] }] });
      const before = await spent(gate);
      const ran = [];
      const runner = client.chat.completions.runTools(params({ stream: isStream, tools: [tool(ran)] }));
      assert.equal(await runner.finalContent(), TEXT);
      assert.deepEqual(ran, [{ city: "Oslo" }]);
      assert.equal(await requests(), 2);
      assert.equal(await spent(gate), nano(before + 2 * COST));
    }
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: a loop of tools stops at its budget`, async () => {
    const { client, gate } = await setUp(name, "0.002", { script: { tool_calls: [{ name: "weather", arguments: {} }] } });
    const runner = client.chat.completions.runTools(params({ tools: [tool([])] }));
    await assert.rejects(runner.finalContent(), isBudgetError);
    assert.equal(await requests(), 1);
    assert.equal(await spent(gate), COST);
  });

  test(`${name}: responses, whole and in pieces, of the API and of its beta`, async () => {
    const { client, gate } = await setUp(name, "1", { script: { text: TEXT, chunks: 8 } });
    assert.equal((await client.responses.create(ask())).output_text, TEXT);
    let text = "";
    for await (const event of await client.responses.create(ask({ stream: true }))) {
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    assert.equal(text, TEXT);
    assert.equal((await client.responses.stream(ask()).finalResponse()).output_text, TEXT);
    assert.equal((await client.responses.parse(ask())).output_text, TEXT);
    assert.equal((await client.beta.responses.create(ask())).object, "response");
    assert.equal(await spent(gate), nano(5 * COST));
    let seen = 0;
    for await (const event of await client.responses.create(ask({ stream: true }))) {
      if (event.type === "response.output_text.delta" && ++seen === 3) break;
    }
    const left = (await spent(gate)) - 5 * COST;
    assert.ok(left > 0.00025 && left < COST, String(left));
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: a response in the background is charged with its estimate`, async () => {
    const usage = null;
    const seen = [];
    const queued = { id: "resp_1", object: "response", status: "queued", model: "gpt-4o", output: [], usage };
    const { client, gate } = await setUp(name, "1", { client: answering(queued, seen) });
    const response = await client.responses.create(ask({ background: true }));
    assert.equal(response.status, "queued");
    const { spent: charged, held } = await counter(gate);
    assert.ok(Number(charged) >= COST && Number(charged) < COST * 1.1, charged);
    assert.equal(held, "0");
    await client.responses.retrieve("resp_1");
    assert.equal((await counter(gate)).spent, charged);
    assert.equal(seen.length, 2);
  });

  test(`${name}: a response that is compacted`, async () => {
    const usage = { input_tokens: 100, output_tokens: 100, total_tokens: 200 };
    const { client, gate } = await setUp(name, "1", { client: answering({ object: "response.compaction", output: [], usage }) });
    await client.responses.compact(ask());
    assert.equal(await spent(gate), COST);
  });

  test(`${name}: embeddings and completions of a text`, async () => {
    const { client, gate } = await setUp(name);
    const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input: [PROMPT, PROMPT] });
    assert.equal(data.length, 2);
    // 100 tokens as told, at 0.02 USD a million.
    assert.equal(await spent(gate), 0.000002);
    const usage = { prompt_tokens: 100, completion_tokens: 100, total_tokens: 200 };
    const other = await openai(name, answering({ object: "text_completion", choices: [{ text: "Hello" }], usage }));
    await gate.wrap(other, { user: "u" }).completions.create({ model: "gpt-3.5-turbo-instruct", max_tokens: 100, prompt: PROMPT });
    assert.equal(await spent(gate), 0.000352);
  });

  test(`${name}: images are charged by their tokens, or with their estimate where they have none`, async () => {
    const { client, gate } = await setUp(name, "10", { script: { usage: { input: 100, output: 1_000, image_output: 1_000 } } });
    const picture = { model: "gpt-image-1", prompt: PROMPT };
    await client.images.generate(picture);
    const one = await spent(gate);
    // 1,000 tokens of an image at 40 USD a million, and 100 of text at 5.
    assert.equal(one, 0.0405);
    for await (const _ of await client.images.generate({ ...picture, stream: true, partial_images: 2 }));
    assert.equal(await spent(gate), 2 * one);
    const { counters } = await gate.usage({ user: "u" });
    assert.equal(counters[0].held, "0");
    const strict = gateOf({ policy: { ...perUser("10"), on_unpriced: "block" } });
    await assert.rejects(strict.wrap(await openai(name), { user: "u" }).images.generate({ model: "no-such-model", prompt: "A cat" }), {
      code: "llm_budget_exceeded",
      reason: "unpriced",
    });
    assert.equal(await requests(), 2);
  });

  test(`${name}: a file that is sent is one picture, whatever it is given as`, async (t) => {
    const usage = { input_tokens: 100, output_tokens: 1_000, total_tokens: 1_100, output_tokens_details: { image_tokens: 1_000 } };
    const { client, gate } = await setUp(name, "10", { client: answering({ created: 1, data: [], usage }) });
    const file = createReadStream(fileURLToPath(import.meta.url));
    t.after(() => file.destroy());
    const files = [file, new File(["picture"], "a.png"), new Response("picture")];
    for (const image of files) await client.images.edit({ model: "gpt-image-1", prompt: PROMPT, image });
    assert.equal(await spent(gate), 3 * 0.0405);
    assert.deepEqual(gate.said, []);
  });

  test(`${name}: speech stays a binary response, and is charged`, async () => {
    const { client, gate } = await setUp(name);
    const speech = { model: "gpt-4o-mini-tts", voice: "alloy", input: PROMPT };
    const sound = await client.audio.speech.create(speech);
    assert.equal((await sound.arrayBuffer()).byteLength, 256);
    const one = await spent(gate);
    assert.ok(one > 0);
    const raw = await client.audio.speech.create(speech).asResponse();
    assert.equal((await raw.arrayBuffer()).byteLength, 256);
    assert.equal(await spent(gate), 2 * one);
    const events = await client.audio.speech.create({ ...speech, stream_format: "sse" });
    assert.match(await events.text(), /speech\.audio\.done/);
    await eventually(async () => assert.equal((await counter(gate)).held, "0"));
    assert.ok((await spent(gate)) > 2 * one);
  });

  test(`${name}: transcriptions, told in tokens or in seconds`, async () => {
    const { client, gate } = await setUp(name, "1");
    const { toFile } = await import(name);
    const file = () => toFile(Buffer.alloc(64), "a.wav", { type: "audio/wav" });
    const told = await client.audio.transcriptions.create({ model: "gpt-4o-transcribe", file: await file() });
    assert.equal(told.usage.type, "tokens");
    const one = await spent(gate);
    assert.ok(one > 0);
    const timed = await client.audio.transcriptions.create({ model: "gpt-4o-transcribe", file: await file(), response_format: "verbose_json" });
    assert.equal(timed.usage.type, "duration");
    assert.ok((await spent(gate)) > one);
    assert.equal((await counter(gate)).held, "0");
    assert.deepEqual(gate.said, []);
  });

  test(`${name}: Azure's client`, async () => {
    fixed();
    const { AzureOpenAI } = await import(name);
    const paths = [];
    const fetched = (url, init) => {
      const { pathname, search } = new URL(url);
      paths.push(pathname);
      return fetch(`${mock.url}/v1/${pathname.split("/").slice(4).join("/")}${search}`, init);
    };
    const azure = new AzureOpenAI({ apiKey: "test", endpoint: "https://mine.openai.azure.com", apiVersion: "2025-04-01-preview", fetch: fetched });
    const gate = gateOf({ policy: perUser("0.0027") });
    const client = gate.wrap(azure, { user: "u" });
    assert.ok(client instanceof AzureOpenAI);
    await client.chat.completions.create(params());
    assert.ok(client !== azure);
    // The copies of the older client lack its version.
    const copy = name === "openai-6" ? client : client.withOptions({});
    for await (const _ of await copy.chat.completions.create(params({ stream: true })));
    await assert.rejects(client.chat.completions.create(params()), { code: "llm_budget_exceeded" });
    assert.deepEqual(paths, Array(2).fill("/openai/deployments/gpt-4o/chat/completions"));
    assert.equal(await spent(gate), 2 * COST);
  });

  test(`${name}: who counts in another way is charged so`, async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 120, completion_tokens_details: { reasoning_tokens: 100 } };
    const answer = { object: "chat.completion", choices: [], usage };
    const gate = gateOf({ policy: { ...perUser("1"), prices: { "my-grok": { input: "1", output: "1" } } } });
    const grok = await openai(name, { baseURL: "https://api.x.ai/v1", ...answering(answer) });
    await gate.wrap(grok, { user: "u" }).chat.completions.create(params({ model: "my-grok" }));
    // xAI's reasoning stands beside its completion.
    assert.equal(await spent(gate), 0.00012);
  });

  test(`${name}: what is not enforced says so, what is free does not`, async () => {
    const { client, base, gate } = await setUp(name, "1", { client: { maxRetries: 0 } });
    await client.models.list();
    await client.moderations.create({ input: "Hello" });
    assert.deepEqual(gate.said, []);
    await assert.rejects(client.batches.create({ input_file_id: "f", endpoint: "/v1/chat/completions", completion_window: "24h" }));
    assert.deepEqual(gate.said.map(({ kind }) => kind), ["not_enforced"]);
    const strict = gateOf({ policy: perUser("1"), strict: true });
    assert.throws(() => strict.wrap(base).beta.threads.createAndRunPoll({ assistant_id: "a" }), { name: "SpendGateCoverageError" });
  });
}

test("openai-7: decisions", { skip: !OPENAI.includes("openai-7") && "needs a later Node" }, async () => {
  const usage = { input_tokens: 100, output_tokens: 100, total_tokens: 200 };
  const { client, gate } = await setUp("openai-7", "1", { client: answering({ object: "decision", answers: [], model: "gpt-4o", usage }) });
  await client.decisions.create({ model: "gpt-4o", input: PROMPT, questions: [] });
  assert.equal(await spent(gate), COST);
});
