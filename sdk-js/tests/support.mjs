// What the tests share: the mock provider, real clients over it, gates over the engine that the environment chose.

import { after } from "node:test";
import assert from "node:assert/strict";
import { startMockProvider } from "spendgate-mock-provider";
import { SpendGate } from "spendgate";

const major = Number(process.versions.node.split(".")[0]);

/** The majors of the `openai` package that this Node runs. */
export const OPENAI = major >= 22 ? ["openai-6", "openai-7"] : ["openai-6"];

/** The majors of `@anthropic-ai/sdk` and of `@google/genai` that this Node runs. */
export const ANTHROPIC = ["anthropic-0", "anthropic-1"];
export const GENAI = major >= 22 ? ["genai-2", "genai-3"] : ["genai-2"];

/** 400 characters: a prompt of 100 tokens by the rule of four bytes a token. */
export const PROMPT = "Tell me what happened. ".repeat(18).slice(0, 400);

/** A mock provider for the file, and an empty record for each test. */
export const mock = await startMockProvider();
after(() => mock.close());

/** A client of the real package, with the mock as its provider. Requests of a scope are told apart by its key. */
export async function openai(name = OPENAI.at(-1), options = {}) {
  const { default: OpenAI } = await import(name);
  return new OpenAI({ apiKey: "test", baseURL: `${mock.url}/v1`, ...options });
}

/** As `openai`, of Anthropic's package. */
export async function anthropic(name = ANTHROPIC.at(-1), options = {}) {
  const { default: Anthropic } = await import(name);
  return new Anthropic({ apiKey: "test", baseURL: mock.url, ...options });
}

/** As `openai`, of Google's package. */
export async function genai(name = GENAI.at(-1), options = {}) {
  const { GoogleGenAI } = await import(name);
  return new GoogleGenAI({ apiKey: "test", ...options, httpOptions: { baseUrl: mock.url, ...options.httpOptions } });
}

/** Parameters of a call that costs `usage` tokens by the script of `fixed`. */
export function params(more = {}) {
  return { model: "gpt-4o", max_tokens: 100, messages: [{ role: "user", content: PROMPT }], ...more };
}

/** Every answer uses 100 tokens in and 100 out: 0.00125 USD at gpt-4o's prices. */
export function fixed(more = {}) {
  mock.reset();
  mock.script({ default: { usage: { input: 100, output: 100 }, ...more } });
}

/** A policy with one budget for each user. */
export function perUser(usd, more = {}) {
  return { budgets: [{ id: "each", scope: { user: "*" }, limit: { usd }, window: "monthly", action: "block", ...more }] };
}

const gates = [];
after(() => gates.forEach((gate) => gate.close()));

/** A gate that is closed after the file; its diagnostics are in `gate.said`, its events in `gate.happened`. */
export function gateOf(options) {
  const said = [];
  const happened = [];
  const gate = new SpendGate({
    ...options,
    onDiagnostic: (diagnostic) => {
      said.push(diagnostic);
      return options.onDiagnostic?.(diagnostic);
    },
    onEvent: (event) => {
      happened.push(event);
      return options.onEvent?.(event);
    },
  });
  gates.push(gate);
  return Object.assign(gate, { said, happened });
}

/** How many requests the provider got. */
export async function requests() {
  return (await mock.received()).requests;
}

/** The one counter of a user's budget. */
export async function counter(gate, user = "u") {
  const { counters } = await gate.usage({ user });
  assert.equal(counters.length, 1);
  return counters[0];
}

/** How many of several promises were refused by a budget; any other failure fails the test. */
export async function refusals(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.filter(({ status }) => status === "rejected");
  for (const { reason } of failed) assert.equal(reason.code, "llm_budget_exceeded", String(reason.stack));
  return failed.length;
}

/** Waits until `check` holds; gives up with its last failure. */
export async function eventually(check, ms = 10_000) {
  const until = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
