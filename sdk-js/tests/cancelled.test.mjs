// Calls of each provider's client that are cancelled at any point: nothing is held, nothing is lost, nothing is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ANTHROPIC, anthropic, counter, fixed, GENAI, genai, gateOf, mock, perUser, PROMPT, requests } from "./support.mjs";

const CALLS = 240;
const AT_ONCE = 16;
const CHUNKS = 6;

/** Each way to make a call, to be given up at `where`: after so many chunks, or with the signal. */
const WAYS = {
  anthropic: [
    (client, signal) => client.messages.create(claude(), { signal }),
    async (client, signal, where) => leave(await client.messages.create(claude({ stream: true }), { signal }), where),
    (client, signal) => client.messages.stream(claude(), { signal }).finalMessage(),
    async (client, signal, where) => leave(client.beta.messages.stream(claude(), { signal }), where),
    async (client, signal) => (await client.messages.create(claude({ stream: true }), { signal }).asResponse()).text(),
  ],
  google: [
    (client, signal) => client.models.generateContent(gemini(signal)),
    async (client, signal, where) => leave(await client.models.generateContentStream(gemini(signal)), where),
    async (client, signal, where) => {
      const { model, contents, config } = gemini(signal);
      return leave(await client.chats.create({ model, config }).sendMessageStream({ message: contents }), where);
    },
  ],
};

const claude = (more) => ({ model: "claude-sonnet-4-6", max_tokens: 100, messages: [{ role: "user", content: PROMPT }], ...more });
const gemini = (abortSignal) => ({ model: "gemini-2.5-flash", contents: PROMPT, config: { maxOutputTokens: 100, abortSignal } });

async function leave(stream, where) {
  let seen = 0;
  for await (const _ of stream) if (seen++ === where) return;
}

for (const [kind, names, make] of [["anthropic", ANTHROPIC, anthropic], ["google", GENAI, genai]]) {
  for (const name of names) {
    test(`${name}: ${CALLS} calls, two thirds of them given up`, { timeout: 120_000 }, async (t) => {
      const faults = [];
      const note = (error) => faults.push(error);
      process.on("unhandledRejection", note).on("warning", note);
      t.after(() => process.off("unhandledRejection", note).off("warning", note));
      fixed({ text: "one two three four five six", chunks: CHUNKS });
      const gate = gateOf({ policy: perUser("100") });
      const base = await make(name, kind === "anthropic" ? { maxRetries: 0 } : {});
      const [whole, cut] = ["whole", "cut"].map((user) => gate.wrap(base, { user }));
      const ways = WAYS[kind];
      let done = 0;
      const worker = async (first) => {
        for (let at = first; at < CALLS; at += AT_ONCE) {
          const way = ways[at % ways.length];
          const never = new AbortController().signal;
          if (at % 3 === 0) {
            await way(whole, never, Infinity);
            done++;
          } else if (at % 3 === 1) {
            await way(cut, never, at % (CHUNKS + 2));
          } else {
            const controller = new AbortController();
            setTimeout(() => controller.abort(), at % 7);
            await way(cut, controller.signal, Infinity).catch((error) => assert.match(`${error?.name} ${error?.message}`, /abort/i));
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, (_, first) => worker(first)));
      const [kept, given] = [await counter(gate, "whole"), await counter(gate, "cut")];
      assert.equal(kept.held, "0");
      assert.equal(given.held, "0");
      // What went through is charged as told; what was given up, not more than that.
      const cost = kind === "anthropic" ? 0.0018 : 0.00028;
      assert.equal(kept.spent, String(Number((done * cost).toFixed(9))));
      assert.ok(Number(given.spent) > 0 && Number(given.spent) < (CALLS - done) * cost * 1.1, given.spent);
      assert.ok((await requests()) >= done);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(faults, []);
      assert.deepEqual(gate.said, []);
      mock.reset();
    });

    test(`${name}: a stream that would pass the budget is cut after the last chunk that fits`, async () => {
      const words = Array.from({ length: 200 }, (_, i) => `word ${String(i).padStart(3, "0")} and `);
      // As many tokens as the text has by the rule of four bytes a token, for Google tells them as they come.
      fixed({ chunks: words, usage: { input: 100, output: 650 } });
      const prices = { m: { input: "1", output: "1" } };
      const gate = gateOf({ policy: { ...perUser("0.0005"), prices }, cutStreams: true });
      const client = gate.wrap(await make(name), { user: "u" });
      let text = "";
      const read = {
        anthropic: async () => {
          for await (const event of await client.messages.create(claude({ model: "m", max_tokens: 10, stream: true }))) text += event.delta?.text ?? "";
        },
        google: async () => {
          const stream = await client.models.generateContentStream({ model: "m", contents: PROMPT, config: { maxOutputTokens: 10 } });
          for await (const chunk of stream) text += chunk.text ?? "";
        },
      };
      await assert.rejects(read[kind](), { code: "llm_budget_exceeded" });
      assert.ok(text.length > 400 && text.length < words.join("").length, String(text.length));
      const { spent, held } = await counter(gate);
      assert.equal(held, "0");
      assert.ok(Number(spent) > 0.0004 && Number(spent) <= 0.000505, spent);
      assert.ok(gate.said.some(({ kind: said }) => said === "stream_cut"));
    });
  }
}
