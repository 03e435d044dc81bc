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
