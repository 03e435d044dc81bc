// Anthropic's client, both majors: each of its methods is enforced, and charged as Anthropic counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isBudgetError, trackedCall, trackedStream } from "spendgate";
import { ANTHROPIC, anthropic, counter, eventually, fixed, gateOf, mock, perUser, PROMPT, refusals, requests } from "./support.mjs";

const TEXT = "All happy families are alike; each unhappy family is unhappy in its own way.";
const SCHEMA = { type: "object", properties: { answer: { type: "number" } }, required: ["answer"] };

/** A call that costs 0.0018 USD by the script of `fixed`: 100 tokens in at 3 USD a million, 100 out at 15. */
const ask = (more = {}) => ({ model: "claude-sonnet-4-6", max_tokens: 100, messages: [{ role: "user", content: PROMPT }], ...more });
const COST = 0.0018;

async function setUp(name, usd = "1", { script = {}, gate: options = {}, client = {} } = {}) {
  fixed(script);
  const gate = gateOf({ policy: perUser(usd), ...options });
  const base = await anthropic(name, client);
  return { gate, base, client: gate.wrap(base, { user: "u" }) };
}

const spent = async (gate) => Number((await counter(gate)).spent);

/** A tool that the model calls once: the runner makes two calls. */
const weather = (ran) => ({
  name: "weather",
  description: "The weather of a city",
  input_schema: { type: "object", properties: { city: { type: "string" } } },
  run: (input) => {
    ran.push(input);
    return "sunny";
  },
  parse: (input) => input,
});

for (const name of ANTHROPIC) {
  test(`${name}: twenty calls at once and a budget for two: two requests`, async () => {
    const { client, base, gate } = await setUp(name, "0.0040");
    const calls = Array.from({ length: 20 }, () => client.messages.create(ask()));
    assert.equal(await refusals(calls), 18);
    assert.equal(await requests(), 2);
    assert.equal(await spent(gate), 2 * COST);
    // The client that was given is as it was.
    assert.equal((await base.messages.create(ask())).role, "assistant");
    assert.equal(await requests(), 3);
    assert.equal(await spent(gate), 2 * COST);
  });

  test(`${name}: messages, in pieces and whole, of the API and of its beta`, async () => {
    const { client, gate } = await setUp(name, "1", { script: { text: TEXT, chunks: 8 } });
    for (const { messages } of [client, client.beta]) {
      const before = await spent(gate);
      const whole = await messages.create(ask());
      assert.equal(whole.content[0].text, TEXT);
      const events = [];
      const stream = await messages.create(ask({ stream: true }));
      assert.ok(stream instanceof (await import(`${name}/streaming`)).Stream);
      for await (const event of stream) events.push(event);
      assert.equal(events.filter(({ type }) => type === "content_block_delta").length, 8);
      const final = await messages.stream(ask()).finalMessage();
      assert.equal(final.content[0].text, TEXT);
      const texts = [];
      const helper = messages.stream(ask()).on("text", (text) => texts.push(text));
      await helper.done();
      assert.equal(texts.join(""), TEXT);
      assert.equal(await spent(gate), Number((before + 4 * COST).toFixed(9)));
    }
    assert.equal(await requests(), 8);
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: parse`, async () => {
    const { client, gate } = await setUp(name, "1", { script: { json: { answer: 4 } } });
    const format = { type: "json_schema", schema: SCHEMA, parse: (text) => JSON.parse(text) };
    const plain = await client.messages.parse(ask({ output_config: { format } }));
    assert.deepEqual(plain.parsed_output, { answer: 4 });
    const beta = await client.beta.messages.parse(ask({ output_format: format }));
    assert.deepEqual(beta.parsed_output, { answer: 4 });
    assert.equal(await requests(), 2);
    assert.equal(await spent(gate), 2 * COST);
  });

  for (const stream of [false, true]) {
    test(`${name}: each turn of a tool runner is a call, ${stream ? "in pieces" : "whole"}`, async () => {
      const { client, gate } = await setUp(name);
      mock.script({ queue: [{ usage: { input: 100, output: 100 }, tool_calls: [{ name: "weather", arguments: { city: "Oslo" } }] }] });
      const ran = [];
      const runner = client.beta.messages.toolRunner(ask({ tools: [weather(ran)], stream }));
      let turns = 0;
      for await (const turn of runner) {
        turns++;
        if (stream) for await (const _ of turn);
      }
      assert.equal(turns, 2);
      assert.deepEqual(ran, [{ city: "Oslo" }]);
      assert.equal(await requests(), 2);
      await eventually(async () => assert.equal(await spent(gate), 2 * COST));
      assert.equal((await counter(gate)).held, "0");
    });
  }

  test(`${name}: a tool runner is for whoever asked for it, wherever it is run`, async () => {
    const { base, gate } = await setUp(name);
    const client = gate.wrap(base);
    const runner = gate.run({ user: "a" }, () => client.beta.messages.toolRunner(ask({ tools: [weather([])] })));
    const final = await gate.run({ user: "b" }, () => runner.runUntilDone());
    assert.equal(final.role, "assistant");
    assert.equal(Number((await counter(gate, "a")).spent), COST);
    assert.equal(Number((await counter(gate, "b")).spent), 0);
  });

  test(`${name}: a tool runner stops at its budget`, async () => {
    const { client, gate } = await setUp(name, "0.0022");
    mock.script({ default: { usage: { input: 100, output: 100 }, tool_calls: [{ name: "weather", arguments: { city: "Oslo" } }] } });
    const runner = client.beta.messages.toolRunner(ask({ tools: [weather([])], max_iterations: 5 }));
    await assert.rejects(async () => {
      for await (const _ of runner);
    }, isBudgetError);
    assert.equal(await requests(), 1);
    assert.equal(await spent(gate), COST);
  });

  test(`${name}: raw responses are charged as they are read`, async () => {
    const { client, gate } = await setUp(name, "1", { script: { text: TEXT, chunks: 8 } });
    const response = await client.messages.create(ask()).asResponse();
    assert.equal((await response.json()).content[0].text, TEXT);
    await eventually(async () => assert.equal(await spent(gate), COST));
    const events = await client.messages.create(ask({ stream: true })).asResponse();
    assert.match(await events.text(), /message_stop/);
    await eventually(async () => assert.equal(await spent(gate), 2 * COST));
    const { data, response: beside } = await client.messages.create(ask()).withResponse();
    assert.equal(data.content[0].text, TEXT);
    assert.equal(beside.status, 200);
    const { data: stream } = await client.messages.create(ask({ stream: true })).withResponse();
    for await (const _ of stream);
    assert.equal(await spent(gate), 4 * COST);
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: copies of the client are guarded, and wrapping twice charges once`, async () => {
    const { client, base, gate } = await setUp(name);
    await client.withOptions({ maxRetries: 0 }).messages.create(ask());
    await client.withOptions({}).withOptions({}).beta.messages.create(ask());
    await gate.wrap(gate.wrap(base), { user: "u" }).messages.create(ask());
    assert.equal(await requests(), 3);
    assert.equal(await spent(gate), Number((3 * COST).toFixed(9)));
  });

  test(`${name}: the helpers' errors have the budget's error in them`, async () => {
    const { client } = await setUp(name, "0.000001");
    await assert.rejects(client.messages.stream(ask()).finalMessage(), (error) => isBudgetError(error));
    await assert.rejects(client.messages.create(ask({ stream: true })), { code: "llm_budget_exceeded" });
    await assert.rejects(client.messages.create(ask()).asResponse(), { code: "llm_budget_exceeded" });
    assert.equal(await requests(), 0);
  });

  test(`${name}: what was read from and written to the cache has its own prices`, async () => {
    const usage = { input: 10_000, cached: 6_000, cache_write: 2_000, cache_write_1h: 1_000, output: 100, web_searches: 3 };
    const { client, gate } = await setUp(name, "10", { script: { usage } });
    // 1,000 at 3, 6,000 at 0.30, 2,000 at 3.75, 1,000 at 6, 100 at 15 USD a million, and 3 searches at 0.01.
    const cost = 0.003 + 0.0018 + 0.0075 + 0.006 + 0.0015 + 0.03;
    await client.messages.create(ask());
    assert.equal(await spent(gate), cost);
    for await (const _ of await client.messages.create(ask({ stream: true })));
    assert.equal(await spent(gate), 2 * cost);
    await client.beta.messages.stream(ask()).done();
    assert.equal(await spent(gate), Number((3 * cost).toFixed(9)));
  });

  test(`${name}: compaction of a beta is charged beside the message`, async () => {
    const iterations = [
      { type: "compaction", input_tokens: 1_000, output_tokens: 100 },
      { type: "message", input_tokens: 100, output_tokens: 100 },
    ];
    const { client, gate } = await setUp(name, "10", { script: { usage: { input: 100, output: 100, iterations } } });
    const cost = COST + 0.003 + 0.0015;
    await client.beta.messages.create(ask());
    assert.equal(await spent(gate), cost);
    for await (const _ of await client.beta.messages.create(ask({ stream: true })));
    assert.equal(await spent(gate), 2 * cost);
  });

  test(`${name}: a stream that is left costs its input as told, and the output that came`, async () => {
    const usage = { input: 10_000, cached: 9_000, output: 10_000 };
    const { client, gate } = await setUp(name, "10", { script: { usage, text: TEXT, chunks: 8 } });
    const input = 0.003 + 0.0027;
    let seen = 0;
    for await (const event of await client.messages.create(ask({ stream: true }))) {
      if (event.type === "content_block_delta" && ++seen === 4) break;
    }
    const one = await spent(gate);
    assert.ok(one > input && one < input + 0.0003, String(one));
    const stream = client.messages.stream(ask());
    stream.once("text", () => stream.abort());
    await assert.rejects(stream.done());
    const two = await eventually(async () => {
      const now = await spent(gate);
      assert.ok(now > one);
      return now;
    });
    assert.ok(two - one > input && two - one < input + 0.0003, String(two - one));
    const response = await client.messages.create(ask({ stream: true })).asResponse();
    const reader = response.body.getReader();
    await reader.read();
    await reader.cancel();
    await eventually(async () => assert.ok((await spent(gate)) - two > input));
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: refusals of the provider are given back, its failures in a stream are not`, async () => {
    const { client, gate } = await setUp(name, "1", { client: { maxRetries: 0 } });
    mock.script({ queue: [{ error: { status: 400 } }, { error: { status: 529 } }] });
    await assert.rejects(client.messages.create(ask()), { status: 400 });
    assert.equal(await spent(gate), 0);
    await assert.rejects(client.messages.create(ask()), { status: 529 });
    const failed = await spent(gate);
    assert.ok(failed > 0 && failed < COST);
    mock.script({ queue: [{ usage: { input: 100, output: 100 }, text: TEXT, chunks: 8, error: { status: 529, type: "overloaded_error" }, after_chunks: 2 }] });
    await assert.rejects(async () => {
      for await (const _ of await client.messages.create(ask({ stream: true })));
    });
    assert.ok((await spent(gate)) > failed);
    assert.equal((await counter(gate)).held, "0");
  });

  test(`${name}: downgrades, and leaves the parameters as they were`, async () => {
    const policy = {
      ...perUser("0.0025", { action: "downgrade" }),
      downgrades: { "claude-sonnet-4-6": "claude-haiku-4-5" },
    };
    const { client } = await setUp(name, "1", { gate: { policy } });
    const params = ask();
    await client.messages.create(params);
    await client.messages.create(params);
    await client.messages.stream(params).done();
    const { list } = await mock.received();
    assert.deepEqual(list.map(({ body }) => body.model), ["claude-sonnet-4-6", "claude-haiku-4-5", "claude-haiku-4-5"]);
    assert.equal(params.model, "claude-sonnet-4-6");
  });

  test(`${name}: trackedCall and trackedStream`, async () => {
    const { base, gate } = await setUp(name, "1", { script: { text: TEXT, chunks: 8 } });
    const message = await trackedCall({ client: base, params: ask(), userId: "u", gate });
    assert.equal(message.content[0].text, TEXT);
    const stream = await trackedStream({ client: base, params: ask(), userId: "u", gate });
    assert.equal(await stream.finalText(), TEXT);
    assert.equal(await spent(gate), 2 * COST);
  });

  test(`${name}: what is not enforced says so, what is free does not`, async () => {
    const { client, base, gate } = await setUp(name);
    await client.messages.countTokens({ model: "claude-sonnet-4-6", messages: ask().messages });
    assert.deepEqual(gate.said, []);
    await assert.rejects(client.messages.batches.create({ requests: [] }));
    assert.deepEqual(gate.said.map(({ kind }) => kind), ["not_enforced"]);
    const strict = gateOf({ policy: perUser("1"), strict: true });
    assert.throws(() => strict.wrap(base).messages.batches.create({ requests: [] }), { name: "SpendGateCoverageError" });
  });
}

test("anthropic-1: a message thread goes through the gate, and stops at its budget", async () => {
  const { client, gate } = await setUp("anthropic-1", "0.0040");
  const thread = client.beta.messages.thread({ model: "claude-sonnet-4-6", max_tokens: 100 });
  await thread.send({ role: "user", content: PROMPT });
  await thread.stream({ role: "user", content: "Go on." }).done();
  await assert.rejects(Promise.resolve(thread.send({ role: "user", content: "Go on." })), isBudgetError);
  assert.equal(await requests(), 2);
  await eventually(async () => assert.equal(await spent(gate), 2 * COST));
});

test("anthropic-0: completions of a text are enforced, and charged with their estimate", async () => {
  let sent = 0;
  const fetch = async () => {
    sent++;
    return Response.json({ type: "completion", id: "c", completion: " Hello.", stop_reason: "stop_sequence", model: "claude-sonnet-4-6" });
  };
  const { client, gate } = await setUp("anthropic-0", "0.004", { client: { fetch } });
  const params = { model: "claude-sonnet-4-6", max_tokens_to_sample: 100, prompt: PROMPT };
  assert.equal((await client.completions.create(params)).completion, " Hello.");
  assert.equal(await spent(gate), COST);
  await client.completions.create(params);
  await assert.rejects(client.completions.create(params), { code: "llm_budget_exceeded" });
  assert.equal(sent, 2);
});

test("Vertex' client, which speaks the same and is priced by its host", async () => {
  fixed({ text: TEXT });
  const { AnthropicVertex } = await import("anthropic-vertex");
  const paths = [];
  const fetched = (url, init) => {
    const { pathname } = new URL(url);
    paths.push(pathname.split(":").at(-1));
    return fetch(`${mock.url}/v1/messages`, { ...init, body: JSON.stringify({ ...JSON.parse(init.body), model: "claude-sonnet-4-6" }) });
  };
  const authClient = { projectId: "p", getRequestHeaders: async () => new Headers({ authorization: "Bearer test" }) };
  const decisions = [];
  const gate = gateOf({ policy: perUser("0.0058"), estimate: ({ provider }) => void decisions.push(provider) ?? { usd: "0.0018" } });
  const client = gate.wrap(new AnthropicVertex({ region: "us-east5", projectId: "p", authClient, fetch: fetched }), { user: "u" });
  assert.ok(client instanceof AnthropicVertex);
  await client.messages.create(ask());
  assert.equal(await client.messages.stream(ask()).finalText(), TEXT);
  for await (const _ of await client.withOptions({}).beta.messages.create(ask({ stream: true })));
  await assert.rejects(client.messages.create(ask()), { code: "llm_budget_exceeded" });
  assert.deepEqual(paths, ["rawPredict", "streamRawPredict", "streamRawPredict"]);
  assert.deepEqual(decisions, Array(4).fill("google"));
  assert.equal(await spent(gate), 3 * COST);
});
