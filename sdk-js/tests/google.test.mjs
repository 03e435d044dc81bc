// Google's client, both majors: each of its methods is enforced, and charged as Google counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isBudgetError, trackedCall, trackedStream } from "spendgate";
import { counter, eventually, fixed, GENAI, genai, gateOf, mock, perUser, PROMPT, refusals, requests } from "./support.mjs";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const TEXT = "All happy families are alike; each unhappy family is unhappy in its own way.";

/** A call that costs 0.00028 USD by the script of `fixed`: 100 tokens in at 0.30 USD a million, 100 out at 2.50. */
const ask = ({ config, ...more } = {}) => ({ model: "gemini-2.5-flash", contents: PROMPT, config: { maxOutputTokens: 100, ...config }, ...more });
const COST = 0.00028;

async function setUp(name, usd = "1", { script = {}, gate: options = {}, client = {} } = {}) {
  fixed(script);
  const gate = gateOf({ policy: perUser(usd), ...options });
  const base = await genai(name, client);
  return { gate, base, client: gate.wrap(base, { user: "u" }) };
}

const spent = async (gate, user) => Number((await counter(gate, user)).spent);

const nano = (usd) => Number(usd.toFixed(9));

const read = async (stream) => {
  let text = "";
  for await (const chunk of stream) text += chunk.text ?? "";
  return text;
};

/** A function of the application that the client calls by itself. */
const weather = (ran) => ({
  tool: async () => ({ functionDeclarations: [{ name: "weather", description: "The weather of a city" }] }),
  callTool: async (calls) => {
    ran.push(...calls.map(({ args }) => args));
    return calls.map(({ name }) => ({ functionResponse: { name, response: { sky: "blue" } } }));
  },
});

const CALLS = { usage: { input: 100, output: 100 }, tool_calls: [{ name: "weather", arguments: { city: "Oslo" } }] };

for (const name of GENAI) {
  test(`${name}: twenty calls at once and a budget for two: two requests`, async () => {
    const { client, base, gate } = await setUp(name, "0.0006");
    const calls = Array.from({ length: 20 }, () => client.models.generateContent(ask()));
    assert.equal(await refusals(calls), 18);
    assert.equal(await requests(), 2);
    assert.equal(await spent(gate), 2 * COST);
    // The client that was given is as it was.
    await base.models.generateContent(ask());
    await base.chats.create({ model: "gemini-2.5-flash" }).sendMessage({ message: "Hello" });
    assert.equal(await requests(), 4);
    assert.equal(await spent(gate), 2 * COST);
    assert.ok(client instanceof base.constructor);
    assert.ok(client.models instanceof base.models.constructor);
  });

  test(`${name}: contents, whole and in pieces`, async () => {
    const { client, base, gate } = await setUp(name, "1", { script: { text: TEXT, chunks: 8 } });
    const plain = [];
    for await (const chunk of await base.models.generateContentStream(ask())) plain.push(chunk);
    assert.equal((await client.models.generateContent(ask())).text, TEXT);
    const chunks = [];
    for await (const chunk of await client.models.generateContentStream(ask())) chunks.push(chunk);
    assert.equal(chunks.length, plain.length);
    assert.deepEqual(chunks.map(({ text }) => text), plain.map(({ text }) => text));
    assert.ok(chunks[0] instanceof plain[0].constructor);
    const [ours, theirs] = await Promise.all([client, base].map(({ models }) => models.generateContentStream(ask())));
    for (const key of ["next", "return", "throw", Symbol.asyncIterator]) assert.equal(typeof ours[key], typeof theirs[key]);
    await read(ours);
    await theirs.return();
    assert.equal(await spent(gate), nano(3 * COST));
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: chats`, async () => {
    const { client, base, gate } = await setUp(name, "1", { script: { text: TEXT, chunks: 8 } });
    const chat = client.chats.create({ model: "gemini-2.5-flash", config: { maxOutputTokens: 100 } });
    assert.equal((await chat.sendMessage({ message: PROMPT })).text, TEXT);
    assert.equal(await read(await chat.sendMessageStream({ message: PROMPT })), TEXT);
    assert.equal(await requests(), 2);
    assert.equal(await spent(gate), 2 * COST);
    const plain = base.chats.create({ model: "gemini-2.5-flash", config: { maxOutputTokens: 100 } });
    await plain.sendMessage({ message: PROMPT });
    await read(await plain.sendMessageStream({ message: PROMPT }));
    assert.deepEqual(chat.getHistory(), plain.getHistory());
  });

  for (const method of ["generateContent", "generateContentStream"]) {
    test(`${name}: each request of automatic function calling is a call: ${method}`, async () => {
      const { client, gate } = await setUp(name, "1", { script: { text: TEXT } });
      mock.script({ queue: [CALLS] });
      const ran = [];
      const answer = await client.models[method](ask({ config: { tools: [weather(ran)] } }));
      assert.equal(method === "generateContent" ? answer.text : await read(answer), TEXT);
      assert.deepEqual(ran, [{ city: "Oslo" }]);
      assert.equal(await requests(), 2);
      assert.equal(await spent(gate), 2 * COST);
    });

    test(`${name}: automatic function calling stops at its budget: ${method}`, async () => {
      const { client, gate } = await setUp(name, "0.0004");
      mock.script({ default: CALLS });
      await assert.rejects(async () => {
        const answer = await client.models[method](ask({ config: { tools: [weather([])] } }));
        if (method !== "generateContent") await read(answer);
      }, { code: "llm_budget_exceeded" });
      assert.equal(await requests(), 1);
      assert.equal(await spent(gate), COST);
    });
  }

  test(`${name}: a stream is for whoever asked for it, wherever it is read`, async () => {
    const { gate, base } = await setUp(name);
    const client = gate.wrap(base);
    const stream = await gate.run({ user: "a" }, () => client.models.generateContentStream(ask()));
    await gate.run({ user: "b" }, () => read(stream));
    const chat = client.chats.create({ model: "gemini-2.5-flash" });
    const said = await gate.run({ user: "a" }, () => chat.sendMessageStream({ message: PROMPT }));
    await gate.run({ user: "b" }, () => read(said));
    assert.equal(await spent(gate, "a"), 2 * COST);
    assert.equal(await spent(gate, "b"), 0);
  });

  test(`${name}: thoughts are output, cached tokens are cheaper`, async () => {
    const usage = { input: 10_000, cached: 9_000, tool_input: 500, output: 1_000, reasoning: 900 };
    const { client, gate } = await setUp(name, "1", { script: { usage } });
    const cost = (500 * 0.3 + 500 * 0.3 + 9_000 * 0.03 + 1_000 * 2.5) / 1e6;
    await client.models.generateContent(ask());
    assert.equal(await spent(gate), cost);
    await read(await client.models.generateContentStream(ask()));
    assert.equal(await spent(gate), 2 * cost);
  });

  test(`${name}: streams that are left or aborted cost the input and what came`, async () => {
    const { client, gate } = await setUp(name, "1", { script: { usage: { input: 10_000, output: 10_000 }, text: TEXT, chunks: 8 } });
    let seen = 0;
    for await (const _ of await client.models.generateContentStream(ask())) if (++seen === 4) break;
    const one = await spent(gate);
    assert.ok(one > 0.003 && one < 0.003 + 0.025, String(one));
    mock.script({ default: { usage: { input: 10_000, output: 10_000 }, text: TEXT, chunks: 8, fault: "hang", after_chunks: 2 } });
    const abort = new AbortController();
    const stream = await client.models.generateContentStream(ask({ config: { abortSignal: abort.signal } }));
    await assert.rejects(async () => {
      for await (const _ of stream) abort.abort();
    });
    const two = await spent(gate);
    assert.ok(two - one > 0.003 && two - one < 0.003 + 0.025, String(two - one));
    // The client does not tell that this one is left unread: its hold ends when it is collected.
    mock.script({ default: { usage: { input: 100, output: 100 }, text: TEXT, chunks: 8 } });
    await client.models.generateContentStream(ask()).then((unread) => unread.return());
    await eventually(async () => {
      gc();
      assert.equal((await counter(gate)).held, "0");
    });
    assert.ok((await spent(gate)) > two);
  });

  test(`${name}: an abort before the answer is charged, refusals are given back, failures are not`, async () => {
    const { client, gate } = await setUp(name);
    mock.script({ queue: [{ fault: "hang" }, { error: { status: 400 } }, { error: { status: 503 } }] });
    const abort = new AbortController();
    const call = client.models.generateContent(ask({ config: { abortSignal: abort.signal } }));
    await eventually(async () => assert.equal(await requests(), 1));
    abort.abort();
    await assert.rejects(call);
    const one = await spent(gate);
    assert.ok(one > 0 && one < COST);
    await assert.rejects(client.models.generateContent(ask()), { status: 400 });
    assert.equal(await spent(gate), one);
    await assert.rejects(client.models.generateContent(ask({ config: { httpOptions: { retryOptions: { attempts: 1 } } } })), { status: 503 });
    assert.ok((await spent(gate)) > one);
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: embeddings are enforced, and charged with their estimate where the client leaves out the usage`, async () => {
    const { client, gate } = await setUp(name);
    const { embeddings } = await client.models.embedContent({ model: "gemini-embedding-001", contents: [PROMPT, PROMPT] });
    assert.equal(embeddings.length, 2);
    // At 0.15 USD a million: the 100 tokens that were told, or about 200 of the texts.
    const cost = await spent(gate);
    if (name === "genai-2") assert.ok(Math.abs(cost - 0.00003) < 0.000003, String(cost));
    else assert.equal(cost, 0.000015);
    assert.equal(await requests(), 1);
  });

  test(`${name}: downgrades, and leaves the parameters as they were`, async () => {
    const policy = { ...perUser("0.0004", { action: "downgrade" }), downgrades: { "gemini-2.5-flash": "gemini-2.5-flash-lite" } };
    const { client } = await setUp(name, "1", { gate: { policy } });
    const params = ask();
    await client.models.generateContent(params);
    await client.models.generateContent(params);
    await read(await client.models.generateContentStream(params));
    const { list } = await mock.received();
    assert.deepEqual(list.map(({ model }) => model), ["gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-flash-lite"]);
    assert.equal(params.model, "gemini-2.5-flash");
  });

  test(`${name}: trackedCall and trackedStream`, async () => {
    const { base, gate } = await setUp(name, "1", { script: { text: TEXT } });
    assert.equal((await trackedCall({ client: base, params: ask(), userId: "u", gate })).text, TEXT);
    assert.equal(await read(await trackedStream({ client: base, params: ask(), userId: "u", gate })), TEXT);
    assert.equal(await spent(gate), 2 * COST);
  });

  test(`${name}: what is not enforced says so, what is free does not, and nothing is made before it is asked for`, async (t) => {
    const warned = t.mock.method(console, "warn", () => {});
    const { client, base, gate } = await setUp(name, "1", { client: { httpOptions: { retryOptions: { attempts: 1 } } } });
    await client.models.countTokens({ model: "gemini-2.5-flash", contents: PROMPT });
    assert.deepEqual(gate.said, []);
    assert.equal(warned.mock.callCount(), 0);
    await assert.rejects(client.caches.create({ model: "gemini-2.5-flash", config: { contents: PROMPT } }));
    assert.deepEqual(gate.said.map(({ kind }) => kind), ["not_enforced"]);
    const strict = gateOf({ policy: perUser("1"), strict: true });
    assert.throws(() => strict.wrap(base).interactions.create({ model: "gemini-2.5-flash", input: "Hello" }), { name: "SpendGateCoverageError" });
    assert.throws(() => strict.wrap(base).live.connect({ model: "gemini-2.5-flash" }), { name: "SpendGateCoverageError" });
    assert.ok(!isBudgetError(await base.interactions.create({ model: "gemini-2.5-flash", input: "Hello" }).catch((error) => error)));
    assert.equal(gate.said.length, 1);
  });

  test(`${name}: Vertex counts and costs the same`, async () => {
    const bodies = [];
    const { client, gate } = await setUp(name, "1", {
      client: { vertexai: true, apiKey: "test", httpOptions: { baseUrl: mock.url } },
    });
    const fetched = globalThis.fetch;
    globalThis.fetch = async (url, init) => {
      const { pathname, search } = new URL(url);
      bodies.push(pathname);
      return fetched(`${mock.url}/v1beta/models/${pathname.split("/models/")[1]}${search}`, init);
    };
    try {
      await client.models.generateContent(ask());
      await read(await client.models.generateContentStream(ask({ model: "publishers/google/models/gemini-2.5-flash" })));
    } finally {
      globalThis.fetch = fetched;
    }
    assert.match(bodies[0], /publishers\/google\/models/);
    assert.equal(await spent(gate), 2 * COST);
  });
}
