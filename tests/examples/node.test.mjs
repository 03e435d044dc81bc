// The examples that run on Node: a script, an Express application, a route of Next.js.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { appOf } from "../../examples/express/app.mjs";
import { answers, example, mock, OpenAI, perUser, received } from "./support.mjs";

const run = promisify(execFile);

test("the script asks until its budget is used up", async () => {
  answers();
  const env = { ...process.env, OPENAI_API_KEY: "test", OPENAI_BASE_URL: `${mock.url}/v1` };
  const { stdout } = await run(process.execPath, [fileURLToPath(example("plain-script/main.mjs")), "one?", "two?", "three?", "four?"], { env });
  const said = "one two three four five six seven eight";
  const lines = stdout.trim().split("\n");
  assert.deepEqual(lines.slice(0, 2), [said, said]);
  assert.match(lines[2], /^stopped: 0\.0025 of 0\.003 USD are spent, until \d{4}-/);
  assert.equal(lines[3], "spent: 0.0025 USD");
  assert.equal((await received()).requests, 2);
});

test("Express: users do not mix, and a refusal is a 402 with its headers", async (t) => {
  answers();
  const server = appOf(new OpenAI({ apiKey: "test", baseURL: `${mock.url}/v1` }), perUser({ requests: 2 })).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const ask = (user) =>
    fetch(`http://127.0.0.1:${server.address().port}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-demo-user": user },
      body: JSON.stringify({ message: "Hello" }),
    });
  const users = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? "ada" : "grace"));
  const responses = await Promise.all(users.map(ask));
  for (const user of ["ada", "grace"]) {
    const statuses = responses.filter((_, at) => users[at] === user).map(({ status }) => status);
    assert.deepEqual(statuses.toSorted(), [200, 200, 402, 402, 402, 402]);
  }
  const refused = responses.find(({ status }) => status === 402);
  assert.equal(refused.headers.get("ratelimit-policy"), '"each";q=2;qu="requests"');
  assert.equal((await refused.json()).error.limit, "2");
  assert.equal((await received()).requests, 4);
});

test("Next.js: the route streams, refuses with 402, and asks for a session", async (t) => {
  answers();
  const outfile = fileURLToPath(new URL("../../target/examples/route.mjs", import.meta.url));
  await build({ entryPoints: [fileURLToPath(example("nextjs-route/app/api/chat/route.ts"))], outfile, bundle: true, format: "esm", packages: "external" });
  Object.assign(process.env, {
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: `${mock.url}/v1`,
    SPENDGATE_POLICY: fileURLToPath(example("plain-script/policy.json")),
  });
  t.after(() => ["OPENAI_API_KEY", "OPENAI_BASE_URL", "SPENDGATE_POLICY"].forEach((name) => delete process.env[name]));
  const { POST } = await import(outfile);
  const ask = (cookie) =>
    POST(new Request("http://localhost/api/chat", { method: "POST", headers: cookie === null ? {} : { cookie }, body: JSON.stringify({ message: "Hello" }) }));
  assert.equal((await ask(null)).status, 401);
  for (let call = 0; call < 2; call++) {
    const lines = (await (await ask("session=ada:free")).text()).trim().split("\n");
    assert.equal(lines.map((line) => JSON.parse(line).choices[0].delta.content ?? "").join(""), "one two three four five six seven eight");
  }
  const refused = await ask("session=ada:free");
  assert.equal(refused.status, 402);
  assert.equal((await refused.json()).error.spent, "0.0025");
  assert.equal((await ask("session=grace:free")).status, 200);
});
