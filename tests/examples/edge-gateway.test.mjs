// The gateway in workerd, with the real clients before it and the mock provider behind it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { isBudgetError } from "spendgate";
import { IDENTITY_HEADER, signIdentity } from "spendgate/edge";
import { Anthropic, answers, failures, mock, OpenAI, PARAMS, perUser, received, worker } from "./support.mjs";

const KEY = { keyId: "k1", secret: "a secret of the tests" };
const MESSAGE = { model: "claude-haiku-5-5", max_tokens: 100, messages: PARAMS.messages };

function gateway(t, policy, more = {}) {
  return worker(t, "edge-gateway/src/worker.ts", {
    POLICY: JSON.stringify(policy),
    IDENTITY_SECRETS: JSON.stringify({ [KEY.keyId]: KEY.secret, k2: "the one that comes next" }),
    OPENAI_URL: `${mock.url}/v1`,
    OPENAI_API_KEY: "the-key-of-openai",
    ANTHROPIC_URL: mock.url,
    ANTHROPIC_API_KEY: "the-key-of-anthropic",
    ...more,
  });
}

/** Headers with the identity of a user. */
async function signed(user = "u", more = {}) {
  return { [IDENTITY_HEADER]: await signIdentity({ user, ...more }, KEY) };
}

const openaiAt = (url, defaultHeaders) => new OpenAI({ apiKey: "unused", baseURL: `${url}/openai/v1`, defaultHeaders });
const anthropicAt = (url, defaultHeaders) => new Anthropic({ apiKey: "unused", baseURL: `${url}/anthropic`, defaultHeaders });

/** Calls of either client, so that each test is of both. */
const CLIENTS = {
  openai: (url, headers) => {
    const client = openaiAt(url, headers);
    return { whole: () => client.chat.completions.create(PARAMS), stream: () => client.chat.completions.create({ ...PARAMS, stream: true }) };
  },
  anthropic: (url, headers) => {
    const client = anthropicAt(url, headers);
    return { whole: () => client.messages.create(MESSAGE), stream: () => client.messages.create({ ...MESSAGE, stream: true }) };
  },
};

for (const [name, clientAt] of Object.entries(CLIENTS)) {
  test(`${name}: a budget for two calls lets two of twenty through; the others are 402, and not tried again`, async (t) => {
    answers();
    const client = clientAt(await gateway(t, perUser({ requests: 2 })), await signed());
    const errors = await failures(Array.from({ length: 20 }, client.whole));
    assert.equal(errors.length, 18);
    for (const error of errors) {
      assert.equal(error.status, 402);
      assert.ok(isBudgetError(error));
      assert.equal(error.headers.get("ratelimit-policy"), '"each";q=2;qu="requests"');
    }
    assert.equal((await received()).requests, 2);
  });

  test(`${name}: a stream comes chunk by chunk`, async (t) => {
    // The provider stops after three chunks: a gateway that gathers an answer would give none of them.
    answers({ fault: "hang", after_chunks: 3 });
    const client = clientAt(await gateway(t, perUser({ requests: 1 })), await signed());
    const seen = [];
    for await (const chunk of await client.stream()) {
      const text = name === "openai" ? chunk.choices[0]?.delta.content : chunk.delta?.text;
      if (text) seen.push(text);
      if (seen.length === 3) break;
    }
    assert.equal(seen.length, 3);
  });

  test(`${name}: a client that leaves in the middle is charged for what came`, async (t) => {
    answers({ chunks: 50, chunk_delay_ms: 20, text: "word ".repeat(400) });
    const url = await gateway(t, perUser({ usd: "0.0022" }));
    const client = clientAt(url, await signed());
    const stream = await client.stream();
    let seen = 0;
    for await (const _ of stream) if (++seen === 20) stream.controller.abort();
    assert.equal((await received()).list[0].state, "aborted");
    const refused = await eventuallyRefused(client.whole);
    const details = refused.error.error ?? refused.error;
    assert.ok(Number(details.spent) > 0, JSON.stringify(details));
  });
}

/** The refusal of a call that does not fit; what it would have used is more than is left. */
async function eventuallyRefused(call) {
  for (let left = 200; left > 0; left--) {
    const [error] = await failures([call()]);
    if (error !== undefined && (error.error.error ?? error.error).reason !== "in_flight") return error;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("no call was refused");
}

test("forged, expired, tampered and missing identities are 401, and no request is made", async (t) => {
  answers();
  const url = await gateway(t, perUser({ requests: 100 }));
  const good = await signIdentity({ user: "u" }, KEY);
  const [version, key, expires, ids, mac] = good.split(".");
  const headers = {
    identity_missing: undefined,
    identity_malformed: "v1.k1.u",
    identity_unknown_key: await signIdentity({ user: "u" }, { ...KEY, keyId: "k3" }),
    identity_forged: await signIdentity({ user: "u" }, { ...KEY, secret: "a guess of somebody" }),
    identity_expired: await signIdentity({ user: "u" }, KEY, Date.now() - 301_000),
  };
  const cases = Object.entries(headers);
  cases.push(["identity_forged", [version, key, expires, Buffer.from("v\n\n").toString("base64url"), mac].join(".")]);
  cases.push(["identity_forged", [version, key, String(Number(expires) + 1), ids, mac].join(".")]);
  // Another key's name over a good signature.
  cases.push(["identity_forged", [version, "k2", expires, ids, mac].join(".")]);
  for (const [code, header] of cases) {
    const plain = { "x-user": "u", "x-user-id": "u" };
    const defaultHeaders = header === undefined ? plain : { ...plain, [IDENTITY_HEADER]: header };
    const [error] = await failures([openaiAt(url, defaultHeaders).chat.completions.create({ ...PARAMS, user: "u" })]);
    assert.deepEqual([error.status, error.code], [401, code]);
  }
  const [error] = await failures([anthropicAt(url).messages.create(MESSAGE)]);
  assert.deepEqual([error.status, error.error.error.type], [401, "authentication_error"]);
  assert.equal((await received()).requests, 0);
});

test("a new key is taken beside the old one, and what else names a user is ignored", async (t) => {
  answers();
  const url = await gateway(t, perUser({ requests: 1 }));
  const next = await signIdentity({ user: "u" }, { keyId: "k2", secret: "the one that comes next" });
  await openaiAt(url, { [IDENTITY_HEADER]: next }).chat.completions.create(PARAMS);
  const [error] = await failures([openaiAt(url, { ...(await signed()), "x-user": "v" }).chat.completions.create({ ...PARAMS, user: "v" })]);
  assert.equal(error.status, 402);
  assert.equal((await openaiAt(url, await signed("v")).chat.completions.create(PARAMS)).object, "chat.completion");
});

test("without an identity a call has no user where that is allowed; a wrong one is still refused", async (t) => {
  answers();
  const url = await gateway(t, { ...perUser({ requests: 1 }), on_missing_user: "block" }, { UNSIGNED: "anonymous" });
  const [missing] = await failures([openaiAt(url, {}).chat.completions.create(PARAMS)]);
  assert.deepEqual([missing.status, missing.error.reason], [402, "missing_user"]);
  const [wrong] = await failures([openaiAt(url, { [IDENTITY_HEADER]: "v1.k1.x" }).chat.completions.create(PARAMS)]);
  assert.equal(wrong.status, 401);
});

test("the provider gets its key, and nothing that is the gateway's", async (t) => {
  answers();
  const headers = { ...(await signed()), cookie: "a=b", "x-forwarded-for": "192.0.2.1", "anthropic-beta": "x" };
  const url = await gateway(t, perUser({ requests: 9 }));
  await openaiAt(url, headers).chat.completions.create(PARAMS);
  await anthropicAt(url, headers).messages.create(MESSAGE);
  const [openai, anthropic] = (await received()).list.map((request) => request.headers);
  assert.equal(openai.authorization, "Bearer the-key-of-openai");
  assert.equal(anthropic["x-api-key"], "the-key-of-anthropic");
  assert.equal(anthropic["anthropic-beta"], "x");
  for (const name of [IDENTITY_HEADER, "cookie", "x-forwarded-for"]) assert.ok(!(name in openai) && !(name in anthropic), name);
});

test("the key of the request is passed where that is set", async (t) => {
  answers();
  const url = await gateway(t, perUser({ requests: 9 }), { PROVIDER_KEYS: "request" });
  await openaiAt(url, await signed()).chat.completions.create(PARAMS);
  assert.equal((await received()).list[0].headers.authorization, "Bearer unused");
});

test("a stream is charged by the usage that nobody asked for, and that chunk is not seen", async (t) => {
  answers({ usage: { input: 100, output: 150 } });
  const client = openaiAt(await gateway(t, perUser({ usd: "0.0018" })), await signed());
  const chunks = [];
  for await (const chunk of await client.chat.completions.create({ ...PARAMS, stream: true })) chunks.push(chunk);
  assert.ok(chunks.length > 8 && chunks.every(({ choices }) => choices.length === 1));
  const { list } = await received();
  assert.equal(list[0].body.stream_options.include_usage, true);
  // 100 in and 150 out at gpt-4o's prices.
  const [error] = await failures([client.chat.completions.create(PARAMS)]);
  assert.equal(error.error.spent, "0.00175");
  const asked = openaiAt(await gateway(t, perUser({ requests: 9 })), await signed());
  const last = [];
  for await (const chunk of await asked.chat.completions.create({ ...PARAMS, stream: true, stream_options: { include_usage: true } })) last.push(chunk);
  assert.equal(last.at(-1).usage.completion_tokens, 150);
});

test("responses and embeddings are enforced as well", async (t) => {
  answers();
  const client = openaiAt(await gateway(t, perUser({ requests: 2 })), await signed());
  assert.equal((await client.responses.create({ model: "gpt-4o", input: "Hello" })).object, "response");
  assert.equal((await client.embeddings.create({ model: "text-embedding-3-small", input: "Hello" })).object, "list");
  const errors = await failures([
    client.responses.create({ model: "gpt-4o", input: "Hello" }),
    client.embeddings.create({ model: "text-embedding-3-small", input: "Hello" }),
  ]);
  assert.deepEqual(errors.map(({ status }) => status), [402, 402]);
  assert.equal((await received()).requests, 2);
});

test("a downgrade puts the sibling into the body", async (t) => {
  answers();
  const policy = { ...perUser({ usd: "0" }, { action: "downgrade" }), downgrades: { "gpt-4o": "gpt-4o-mini" } };
  const client = openaiAt(await gateway(t, policy), await signed());
  await client.chat.completions.create(PARAMS);
  for await (const _ of await client.chat.completions.create({ ...PARAMS, stream: true }));
  const { list } = await received();
  assert.deepEqual(list.map(({ body }) => body.model), ["gpt-4o-mini", "gpt-4o-mini"]);
  assert.deepEqual(list[0].body.messages, PARAMS.messages);
});

test("an open circuit is 503, and not tried again", async (t) => {
  answers();
  const breakers = [{ id: "storm", scope: { global: true }, trip: { calls: 1, within: "1m" }, cooldown: "10m", action: "block" }];
  const client = openaiAt(await gateway(t, { budgets: [], breakers }), await signed());
  await client.chat.completions.create(PARAMS);
  const [error] = await failures([client.chat.completions.create(PARAMS)]);
  assert.deepEqual([error.status, error.code], [503, "llm_circuit_open"]);
  assert.equal((await received()).requests, 1);
});

test("paths that cost nothing pass, others are refused, and so is a body that cannot be judged", async (t) => {
  answers();
  const url = await gateway(t, perUser({ requests: 9 }));
  const ask = async (method, path, body) => (await fetch(url + path, { method, body, headers: await signed() })).status;
  assert.notEqual(await ask("GET", "/openai/v1/models"), 403);
  assert.notEqual(await ask("POST", "/anthropic/v1/messages/count_tokens", JSON.stringify(MESSAGE)), 403);
  const { requests } = await received();
  const statuses = [
    await ask("GET", "/openai/v1/files"),
    await ask("GET", "/openai/v1/models/..%2ffiles"),
    await ask("POST", "/openai/v1/batches", "{}"),
    await ask("POST", "/openai/v1/audio/transcriptions", new FormData()),
    await ask("GET", "/openai/v1/chat/completions"),
    await ask("POST", "/openai/v1/chat/completions", "{not json"),
    await ask("POST", "/somewhere/else", "{}"),
  ];
  assert.deepEqual(statuses, [403, 403, 403, 403, 403, 400, 404]);
  assert.equal((await received()).requests, requests);
});

test("what the provider refuses is passed on and not charged; a provider that is not reached is 502", async (t) => {
  answers({ error: { status: 400, message: "no such thing" } });
  const url = await gateway(t, perUser({ requests: 1 }));
  const client = openaiAt(url, await signed());
  const [refused] = await failures([client.chat.completions.create(PARAMS)]);
  assert.deepEqual([refused.status, refused.message], [400, "400 no such thing"]);
  answers();
  assert.equal((await client.chat.completions.create(PARAMS)).object, "chat.completion");
  const nowhere = openaiAt(await gateway(t, perUser({ requests: 1 }), { OPENAI_URL: await mock.refusedUrl() }), await signed());
  const [unreached] = await failures([nowhere.chat.completions.create(PARAMS)]);
  assert.deepEqual([unreached.status, unreached.code], [502, "provider_unreachable"]);
});

test("a stream that would pass its budget ends with an error event", async (t) => {
  answers({ text: "word ".repeat(2_000), chunks: 200, usage: { input: 100, output: 2_000 } });
  const client = openaiAt(await gateway(t, perUser({ usd: "0.005" }), { CUT_STREAMS: "yes" }), await signed());
  let chunks = 0;
  const [error] = await failures([
    (async () => {
      for await (const _ of await client.chat.completions.create({ ...PARAMS, stream: true })) chunks++;
    })(),
  ]);
  assert.ok(isBudgetError(error), String(error));
  assert.ok(chunks > 0 && chunks < 200, String(chunks));
});

test("a policy behind a URL is in force for the first call, also of twenty at once, and followed", async (t) => {
  answers({ delay_ms: 50 });
  let policy = perUser({ requests: 2 });
  const server = createServer((_, response) => response.end(JSON.stringify(policy)));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => server.close());
  const url = await gateway(t, {}, { POLICY_URL: `http://127.0.0.1:${server.address().port}/policy.json`, POLICY_SECONDS: "0.1" });
  const client = openaiAt(url, await signed());
  const call = () => client.chat.completions.create(PARAMS);
  const errors = await failures(Array.from({ length: 20 }, call));
  assert.deepEqual([errors.length, new Set(errors.map(({ status }) => status))], [18, new Set([402])]);
  assert.equal((await received()).requests, 2);
  policy = perUser({ requests: 1_000 });
  const other = openaiAt(url, await signed("v"));
  await eventually(async () => {
    await other.chat.completions.create(PARAMS).catch(() => {});
    assert.deepEqual(await failures([call()]), []);
  });
});

/** Tries again until `check` passes, up to ten seconds. */
async function eventually(check) {
  const until = Date.now() + 10_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

test("a gateway that is not set up says so, and makes no request", async (t) => {
  answers();
  const url = await gateway(t, {}, { IDENTITY_SECRETS: '{"k1": "short"}' });
  const [error] = await failures([openaiAt(url, await signed()).chat.completions.create(PARAMS, { maxRetries: 0 })]);
  assert.deepEqual([error.status, error.code], [500, "misconfigured"]);
  assert.equal((await received()).requests, 0);
});
