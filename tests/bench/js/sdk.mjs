// What a wrapped client adds to a call that does not stream: the real `openai` package against the mock provider on loopback, one
// call after the other. The two clients take turns, so that what slows the machine slows both. Time of the processor, not of the wall: the
// provider is another process, and waiting for it is no cost.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import OpenAI from "openai";
import { SpendGate } from "spendgate";

const ROUNDS = 100;
const CALLS = 50;

const provider = spawn(process.execPath, ["tests/mock-provider/main.mjs"], { stdio: ["pipe", "pipe", "inherit"] });
const [line] = await once(createInterface(provider.stdout), "line");
const { url } = JSON.parse(line);

const plain = new OpenAI({ apiKey: "bench", baseURL: `${url}/v1` });
const budgets = ["daily", "weekly", "monthly"].map((window) => ({ id: window, scope: { tier: "pro" }, limit: { usd: "1000" }, window, action: "block" }));
const gate = new SpendGate({ policy: { budgets } });
const wrapped = gate.wrap(plain, { user: "user_1", tier: "pro" });
const params = {
  model: "gpt-4o",
  max_tokens: 200,
  messages: [
    { role: "system", content: "You are a helpful assistant of a company that sells bicycles. ".repeat(8) },
    { role: "user", content: "Which one is the best for a hilly town, and why? ".repeat(4) },
  ],
};

/** Microseconds of this process's processor time for each call. */
async function round(client) {
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await client.chat.completions.create(params);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
for (let i = 0; i < 40; i++) await round(i % 2 ? wrapped : plain);
const [own, all] = [[], []];
for (let i = 0; i < ROUNDS; i++) {
  const first = i % 2 ? [wrapped, all] : [plain, own];
  const second = i % 2 ? [plain, own] : [wrapped, all];
  for (const [client, list] of [first, second]) list.push(await round(client));
}
const percent = (median(all) / median(own) - 1) * 100;
console.log(
  JSON.stringify({
    goal: "SDK: a wrapped call beyond the client's own, percent",
    figure: percent,
    pass: 5,
    stretch: 2,
    detail: `${median(all).toFixed(0)} µs / ${median(own).toFixed(0)} µs of processor time`,
  }),
);
gate.close();
provider.kill();
