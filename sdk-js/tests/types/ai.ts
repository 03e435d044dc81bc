// The middlewares fit both majors of the AI SDK without a cast. Compiled, never run.

import * as six from "ai";
import * as seven from "ai-7";
import { createOpenAI as openaiOfSix } from "@ai-sdk/openai";
import { createOpenAI as openaiOfSeven } from "ai-sdk-openai-4";
import { spendgateEmbeddingMiddleware, spendgateMiddleware } from "../../src/frameworks/ai.js";
import type { SpendGate } from "../../src/gate.js";

export function models(gate: SpendGate): object[] {
  const old = openaiOfSix();
  const openai = openaiOfSeven();
  return [
    six.wrapLanguageModel({ model: old("gpt-4o"), middleware: spendgateMiddleware(gate, { user: "u" }, { models: old }) }),
    seven.wrapLanguageModel({ model: openai("gpt-4o"), middleware: spendgateMiddleware(gate, { user: "u" }, { models: openai.chat }) }),
    six.wrapEmbeddingModel({ model: old.embedding("text-embedding-3-small"), middleware: spendgateEmbeddingMiddleware(gate) }),
    seven.wrapEmbeddingModel({ model: openai.embedding("text-embedding-3-small"), middleware: spendgateEmbeddingMiddleware(gate) }),
  ];
}
