// What the tests of the examples share: the mock provider as upstream, workers in workerd, the real clients.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { startMockProvider } from "spendgate-mock-provider";
import { bundle } from "../../bindings-wasm/tests/runtimes/bundle.mjs";
import { startWorkerd } from "../../bindings-wasm/tests/runtimes/workerd.mjs";

const isLater = Number(process.versions.node.split(".")[0]) >= 22;

export const { default: OpenAI } = await import(isLater ? "openai-7" : "openai-6");
export const { default: Anthropic } = await import(isLater ? "anthropic-1" : "anthropic-0");

export const mock = await startMockProvider();
after(() => mock.close());

/** Every answer uses 100 tokens in and 100 out: 0.00125 USD at gpt-4o's prices. */
export function answers(script = {}) {
  mock.reset();
  mock.script({ default: { usage: { input: 100, output: 100 }, text: "one two three four five six seven eight", chunks: 8, ...script } });
}

/** What the provider received, once nothing is open there. */
export const received = () => mock.received({ idle_ms: 5_000 });

export const example = (path) => new URL(`../../examples/${path}`, import.meta.url).href;

const bundles = new Map();
after(() => Promise.all([...bundles.values()].map(async (folder) => rm(await folder, { recursive: true }))));

/** A worker of `entry` with these variables, a process of its own; gives its address. */
export async function worker(t, entry, bindings, options = {}) {
  if (!bundles.has(entry)) bundles.set(entry, bundled(entry));
  const started = await startWorkerd(await bundles.get(entry), { bindings, ...options });
  t.after(() => started.close());
  return started.url.slice(0, -1);
}

async function bundled(entry) {
  const folder = await mkdtemp(join(tmpdir(), "spendgate-example-"));
  await bundle(example(entry), "workerd", folder);
  return folder;
}

/** One budget for each user. */
export function perUser(limit, more = {}) {
  return { budgets: [{ id: "each", scope: { user: "*" }, limit, window: "monthly", action: "block", ...more }] };
}

export const PARAMS = { model: "gpt-4o", max_tokens: 100, messages: [{ role: "user", content: "Tell me what happened." }] };

/** What promises failed with. */
export async function failures(promises) {
  return (await Promise.allSettled(promises)).filter(({ status }) => status === "rejected").map(({ reason }) => reason);
}
