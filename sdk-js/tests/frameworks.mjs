// What the tests of frameworks share: the majors that this Node runs, over the mock provider.

import { mock } from "./support.mjs";
import { spendgateMiddleware } from "spendgate/ai";

const isNew = Number(process.versions.node.split(".")[0]) >= 22;

/** The majors of the AI SDK, each with its providers' packages. */
export const AI = isNew ? ["6", "7"] : ["6"];

const connection = { apiKey: "test", baseURL: `${mock.url}/v1` };

/** One major: `ai` itself, and its providers over the mock. */
export async function sdk(major) {
  const ai = await import(`ai-${major}`);
  const { createOpenAI } = await import(`ai-sdk-openai-${major - 3}`);
  const { createAnthropic } = await import(`ai-sdk-anthropic-${major - 3}`);
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
export const LANGCHAIN = ["spendgate-langchain-0", "langchain-openai-1.5", ...(isNew ? ["langchain-openai-1.6"] : [])];

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
