import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { NAMES } from "../lib/script.mjs";
import { CHAT, ask, events, post, withMock } from "./support.mjs";

const PATH = "/v1/chat/completions";
const MAIN = fileURLToPath(new URL("../main.mjs", import.meta.url));
const say = (text) => ({ text });
const heard = async (mock, options) => (await ask(mock, PATH, CHAT, undefined, options)).choices[0].message.content;

test("a queue is followed in order, and then the default", withMock(async (mock) => {
  mock.script({ default: say("always"), queue: [{ ...say("first"), times: 2 }, say("then")] });
  mock.script({ append: [say("last")] });
  const all = [];
  for (let count = 0; count < 5; count++) all.push(await heard(mock));
  assert.deepEqual(all, ["first", "first", "then", "last", "always"]);
}));

test("scopes by header or by key keep scripts and requests apart", withMock(async (mock) => {
  mock.script({ default: say("common") });
  mock.script({ scope: "one", queue: [say("for one")] });
  mock.script({ scope: "key-2", default: say("for two") });
  const one = { headers: { "x-mock-scope": "one", authorization: "Bearer key-2" } };
  const keys = [{ authorization: "Bearer key-2" }, { "x-api-key": "key-2" }, { "x-goog-api-key": "key-2" }];
  assert.equal(await heard(mock, one), "for one");
  assert.notEqual(await heard(mock, one), "common");
  for (const headers of keys) assert.equal(await heard(mock, { headers }), "for two");
  assert.equal(await heard(mock, { headers: { authorization: "Bearer other" } }), "common");
  assert.equal((await mock.received({ scope: "key-2" })).requests, 3);
  assert.deepEqual((await mock.received({ scope: "one" })).list.map((record) => record.number), [0, 1]);
  assert.equal((await mock.received()).requests, 6);
}));

test("a script in a header goes before the queue and leaves it alone", withMock(async (mock) => {
  mock.script({ queue: [say("queued")] });
  assert.equal((await ask(mock, PATH, CHAT, say("header"))).choices[0].message.content, "header");
  assert.equal(await heard(mock), "queued");
}));

test("the same over HTTP", withMock(async (mock) => {
  const send = async (path, body) => {
    const response = await fetch(mock.url + path, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, ...(await response.json()) };
  };
  const received = (query) => fetch(`${mock.url}/_mock/received${query}`).then((response) => response.json());
  assert.equal((await send("/_mock/script", { scope: "a", queue: [say("x"), { ...say("y"), times: 3 }] })).queued, 4);
  assert.equal(await heard(mock, { headers: { "x-mock-scope": "a" } }), "x");
  const { requests, list } = await received("?scope=a&idle_ms=1000");
  assert.deepEqual([requests, list[0].route, list[0].body.model, list[0].headers["x-mock-scope"]], [1, "openai.chat", "gpt-4o", "a"]);
  assert.deepEqual((await received("?list=false")).list, []);
  await send("/_mock/reset", { scope: "a" });
  assert.equal((await received("?scope=a")).requests, 0);
  assert.notEqual(await heard(mock, { headers: { "x-mock-scope": "a" } }), "y");
  assert.equal((await send("/_mock/nothing", {})).status, 404);
}));

test("a key that no script has is refused where it is said", withMock(async (mock) => {
  assert.throws(() => mock.script({ default: { txet: "a" } }), /`txet` is no key of a script/);
  assert.throws(() => mock.script({ default: { usage: { inputs: 1 } } }), /`usage` cannot be/);
  assert.throws(() => mock.script({ queu: [] }), /`queu` is no key of an order/);
  const refused = await fetch(`${mock.url}/_mock/script`, { method: "POST", body: '{"default": {"delay_ms": -1}}' });
  assert.equal(refused.status, 400);
  const response = await post(mock, PATH, CHAT, { txet: "a" });
  assert.equal(response.status, 400);
  assert.match((await response.json()).error.message, /txet/);
}));

test("the README has every key of a script", () => {
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const table = text.slice(text.indexOf("| key | meaning |"), text.indexOf("`usage` has the keys"));
  const missing = NAMES.keys.filter((key) => !table.includes(`\`${key}\``));
  assert.deepEqual([missing, NAMES.counts.filter((key) => !text.includes(`\`${key}\``))], [[], []]);
});

test("what is billed is summed by the model that answers", withMock(async (mock) => {
  mock.script({ queue: [{ model: "gpt-4o-2024-08-06", usage: { input: 10, cached: 4, output: 5 } }, { usage: { input: 1, output: 2 } }, { error: { status: 500 } }] });
  await ask(mock, PATH, CHAT);
  await events(mock, PATH, { ...CHAT, stream: true });
  await ask(mock, PATH, CHAT);
  const { billed, answered, refused, open } = await mock.received({ list: false });
  assert.deepEqual(billed, { "gpt-4o-2024-08-06": { calls: 1, input: 10, cached: 4, output: 5 }, "gpt-4o": { calls: 1, input: 1, output: 2 } });
  assert.deepEqual([answered, refused, open], [2, 1, 0]);
}));

test("a record says what the answer told", withMock(async (mock) => {
  const answer = await ask(mock, PATH, CHAT);
  await events(mock, PATH, { ...CHAT, stream: true });
  const { list } = await mock.received();
  assert.deepEqual(list[0].reported, answer.usage);
  assert.deepEqual(list[0].billed, answer.usage);
  // This stream was not asked to tell its usage.
  assert.deepEqual([list[1].reported, list[1].billed, list[1].chunks], [null, answer.usage, 16]);
}));

test("reset forgets scripts and requests", withMock(async (mock) => {
  mock.script({ default: say("a") });
  await heard(mock);
  mock.reset();
  assert.notEqual(await heard(mock), "a");
  assert.equal((await mock.received()).requests, 1);
}));

/** The program, once it says where it listens. */
async function program() {
  const child = spawn(process.execPath, [MAIN], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return { child, url: JSON.parse(line.toString()).url };
}

test("the program says where it listens, and ends with its input", async () => {
  const { child, url } = await program();
  const answer = await ask({ url }, PATH, CHAT);
  assert.equal(answer.object, "chat.completion");
  child.stdin.end();
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

test("the program ends at SIGTERM, whatever is going on", async () => {
  const { child, url } = await program();
  const hanging = post({ url }, PATH, CHAT, { fault: "hang" }).catch(() => "gone");
  while ((await (await fetch(`${url}/_mock/received`)).json()).open === 0) await new Promise(setImmediate);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  assert.equal(await hanging, "gone");
});
