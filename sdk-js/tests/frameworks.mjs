// What the tests of frameworks share: the majors that this Node runs, over the mock provider.

import { mock } from "./support.mjs";
import { spendgateMiddleware } from "spendgate/ai";

const isNew = Number(process.versions.node.split(".")[0]) >= 22;

/** The majors of the AI SDK, each with its providers' packages. (What runs on every Node has its own name, what does not another.) */
export const AI = isNew ? ["6", "7"] : ["6"];

const connection = { apiKey: "test", baseURL: `${mock.url}/v1` };

/** One major: `ai` itself, and its providers over the mock. */
export async function sdk(major) {
  const isOld = major === "6";
  const ai = await import(isOld ? "ai" : "ai-7");
  const { createOpenAI } = await import(isOld ? "@ai-sdk/openai" : "ai-sdk-openai-4");
  const { createAnthropic } = await import(isOld ? "@ai-sdk/anthropic" : "ai-sdk-anthropic-4");
  return { ...ai, createOpenAI, openai: createOpenAI(connection), anthropic: createAnthropic(connection) };
}

/** A guarded `gpt-4o` of a major, or another model. */
export function guarded({ wrapLanguageModel, openai }, gate, attributes, { model = openai.chat("gpt-4o"), ...options } = {}) {
  return wrapLanguageModel({ model, middleware: spendgateMiddleware(gate, attributes, options) });
}

/** The models that the provider was asked for, in order. */
export async function modelsAsked() {
  return (await mock.received()).list.map(({ model }) => model);
}

/** The majors of LangChain, by the package that has the models of OpenAI. */
export const LANGCHAIN = ["spendgate-langchain-0", "@langchain/openai", ...(isNew ? ["langchain-openai-1.6"] : [])];

/** LangChain's model of `gpt-4o`, over the mock. */
export async function chatOpenAI(name, fields = {}) {
  const { ChatOpenAI } = await import(name);
  return new ChatOpenAI({ model: "gpt-4o", maxTokens: 100, maxRetries: 0, apiKey: "test", configuration: { baseURL: `${mock.url}/v1` }, ...fields });
}

/** Runs `work`, during which LangChain's word to the console about a handler that throws is kept back. */
export async function quietly(work) {
  const { error } = console;
  console.error = (...said) => {
    if (!String(said[0]).startsWith("Error in handler SpendGateHandler")) error(...said);
  };
  try {
    return await work();
  } finally {
    console.error = error;
  }
}

// Traces of the Agents SDK would go to OpenAI.
process.env.OPENAI_AGENTS_DISABLE_TRACING = "1";

/** The OpenAI Agents SDK, each with the client that it takes. */
export const AGENTS = [["@openai/agents", "openai-6"], ...(isNew ? [["agents-0.20", "openai-7"]] : [])];

/** A policy under which the first call of `gpt-4o` is a downgrade, and whose counters are USD, tokens and requests. */
const each = { scope: { user: "*" }, window: "monthly" };
export const DOWNGRADE = {
  budgets: [
    { ...each, id: "usd", limit: { usd: "0.001" }, steps: [{ at_percent: 50, action: "downgrade" }], alert_at_percent: [] },
    { ...each, id: "tokens", limit: { tokens: 1_000_000 } },
    { ...each, id: "requests", limit: { requests: 1_000 } },
  ],
};
