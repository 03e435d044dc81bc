// An agent that may spend one cent a run, however often it wants to use its tool: node agent.mjs "a question"

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { ChatOpenAI } from "@langchain/openai";
import { createAgent, tool } from "langchain";
import { SpendGate, budgetErrorOf } from "spendgate";
import { spendgateHandler } from "spendgate/langchain";
import { z } from "zod";

const gate = new SpendGate({ policy: fileURLToPath(new URL("policy.json", import.meta.url)) });

const search = tool(async ({ query }) => `Nothing is known of ${query}. Try other words.`, {
  name: "search",
  description: "Searches the library",
  schema: z.object({ query: z.string() }),
});
const agent = createAgent({
  model: new ChatOpenAI({ model: "gpt-4o", maxTokens: 200 }),
  tools: [search],
  systemPrompt: "Answer from the library.",
});

const session = randomUUID();
try {
  const { messages } = await agent.invoke(
    { messages: [{ role: "user", content: process.argv[2] ?? "Who was the librarian?" }] },
    { callbacks: [spendgateHandler(gate)], metadata: { user: "ada", session }, recursionLimit: 200 },
  );
  console.log(`answer: ${messages.at(-1).content}`);
} catch (error) {
  const refused = budgetErrorOf(error);
  if (refused === null) throw error;
  console.log(`stopped by the budget \`${refused.budget}\`: ${refused.spent} of ${refused.limit} USD are spent`);
}

const { counters } = await gate.usage({ user: "ada", session });
for (const { budget, spent, limit } of counters) console.log(`${budget}: ${spent} of ${limit} USD`);
gate.close();
