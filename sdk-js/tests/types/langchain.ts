// The handler is a callback handler of LangChain's, without a cast. Compiled, never run.

import type { BaseCallbackHandler, CallbackHandlerMethods } from "@langchain/core/callbacks/base";
import type { RunnableConfig } from "@langchain/core/runnables";
import { ChatOpenAI } from "@langchain/openai";
import { spendgateHandler } from "../../src/frameworks/langchain.js";
import type { SpendGate } from "../../src/gate.js";

export function used(gate: SpendGate): [CallbackHandlerMethods | BaseCallbackHandler, RunnableConfig, ChatOpenAI] {
  const handler = spendgateHandler(gate, { user: "u" });
  const config: RunnableConfig = { callbacks: [handler], metadata: { user: "u" } };
  return [handler, config, new ChatOpenAI({ model: "gpt-4o", callbacks: [handler] })];
}
