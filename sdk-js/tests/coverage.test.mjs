// docs/coverage.md says what is true: of the lists, and of the real clients.

import assert from "node:assert/strict";
import { test } from "node:test";
import { coverage, coverageOf } from "spendgate/testing";
import { document, written } from "./coverage-document.mjs";
import { methodsOf } from "./methods.mjs";
import { ANTHROPIC, anthropic, fixed, GENAI, genai, gateOf, OPENAI, openai, requests } from "./support.mjs";

const KINDS = [
  ["openai", OPENAI, openai],
  ["anthropic", ANTHROPIC, anthropic],
  ["google", GENAI, genai],
];

/** Google's client warns of what is experimental when it is looked at. */
const quiet = (t) => t.mock.method(console, "warn", () => {});

/** The object that has a method, and its name there; nothing where this version of the client has it not. */
function place(client, method) {
  const names = method.split(".");
  const last = names.pop();
  const holder = names.reduce((at, name) => at?.[name], client);
  return typeof holder?.[last] === "function" ? [holder, last] : [];
}

for (const [kind, names, make] of KINDS) {
  for (const name of names) {
    test(`${name}: each method stands in one list`, async (t) => {
      quiet(t);
      const client = await make(name);
      const methods = methodsOf(client, kind);
      assert.ok(methods.length > 20);
      const unknown = methods.filter((method) => coverageOf(client, method) === undefined);
      assert.deepEqual(unknown, []);
    });

    test(`${name}: each method that is enforced sends nothing when the budget is used up`, async (t) => {
      quiet(t);
      fixed();
      const gate = gateOf({ policy: { budgets: [{ id: "none", scope: { global: true }, limit: { requests: 0 }, window: "daily", action: "block" }] } });
      const client = gate.wrap(await make(name));
      const sending = coverage().filter((one) => one.client === kind && ["enforced", "metered"].includes(one.coverage) && one.through === undefined);
      let tried = 0;
      for (const { method } of sending) {
        const [holder, last] = place(client, method);
        if (holder === undefined) continue;
        tried++;
        const params = { model: "m", messages: [], input: "", prompt: "", contents: "Hello", max_tokens: 1, max_tokens_to_sample: 1, stream: false };
        await assert.rejects(async () => {
          // Some of Google's send when they are read.
          const answer = await holder[last]({ ...params, referenceImages: [] });
          if (last.endsWith("Stream")) for await (const _ of answer);
        }, { code: "llm_budget_exceeded" }, method);
      }
      assert.ok(tried >= 2);
      assert.equal(await requests(), 0);
    });

    test(`${name}: each method that is not enforced is refused where the application wants it so`, async (t) => {
      quiet(t);
      fixed();
      const client = gateOf({ strict: true }).wrap(await make(name));
      let tried = 0;
      for (const { method } of coverage().filter((one) => one.client === kind && one.coverage === "not enforced")) {
        const [holder, last] = place(client, method);
        if (holder === undefined) continue;
        tried++;
        assert.throws(() => holder[last]({}), { name: "SpendGateCoverageError" }, method);
      }
      assert.ok(tried >= 10);
      assert.equal(await requests(), 0);
    });
  }

  test(`${kind}: no list has what no client has, and no group that is free has what costs`, { skip: names.length < 2 && "needs a later Node" }, async (t) => {
    quiet(t);
    const found = new Set();
    for (const name of names) for (const method of methodsOf(await make(name), kind)) found.add(method);
    const listed = coverage().filter(({ client }) => client === kind);
    const gone = listed.filter(({ method }) => ![...found].some((one) => one === method || one.startsWith(`${method}.`)));
    assert.deepEqual(gone, []);
    const free = listed.filter((one) => one.coverage === "free").map(({ method }) => method);
    const hidden = listed.filter((one) => one.coverage !== "free" && free.some((group) => one.method === group || one.method.startsWith(`${group}.`)));
    assert.deepEqual(hidden, []);
    assert.equal(new Set(listed.map(({ method }) => method)).size, listed.length);
  });
}

test("docs/coverage.md has what the lists say", () => {
  assert.equal(written(), document(), "run `node sdk-js/tests/coverage-document.mjs`");
});

test("a method that nobody has is not covered", async () => {
  assert.equal(coverageOf(await openai("openai-6"), "chat.completions.invent"), undefined);
  assert.equal(coverageOf({}, "chat.completions.create"), undefined);
});
