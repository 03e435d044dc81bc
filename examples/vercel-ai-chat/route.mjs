// The handler of a chat, as it stands in `app/api/chat/route.ts` of a Next.js application: a Request in, a Response out.

import { fileURLToPath } from "node:url";
import { openai } from "@ai-sdk/openai";
import { convertToModelMessages, streamText, wrapLanguageModel } from "ai";
import { LLMBudgetExceededError, SpendGate, isBudgetError } from "spendgate";
import { spendgateMiddleware } from "spendgate/ai";

export const gate = new SpendGate({ policy: fileURLToPath(new URL("policy.json", import.meta.url)) });

// `models` makes the cheaper model of a downgrade: the same function that made this one.
const model = wrapLanguageModel({
  model: openai.chat("gpt-4o"),
  middleware: spendgateMiddleware(gate, { feature: "chat" }, { models: openai.chat }),
});

export async function POST(request) {
  const { messages } = await request.json();
  const { user, tier } = sessionOf(request);

  // A budget that is used up is a 402 at once, and no stream.
  const decision = await gate.preview({ user, tier, feature: "chat", model: "gpt-4o" });
  if (!decision.allowed) return new LLMBudgetExceededError(decision, { user, tier }).toResponse();

  const result = streamText({
    model,
    messages: await convertToModelMessages(messages),
    maxOutputTokens: 300,
    abortSignal: request.signal,
    providerOptions: { spendgate: { user, tier } },
    onError: ({ error }) => {
      if (!isBudgetError(error)) console.error(error);
    },
  });
  // A call that the rest of the budget cannot pay is refused by the middleware: `useChat` shows this text.
  return result.toUIMessageStreamResponse({
    onError: (error) => (isBudgetError(error) ? "Your budget for today is used up." : "Something went wrong."),
  });
}

/** In an application, the session says who is asking. */
function sessionOf(request) {
  return { user: request.headers.get("x-user") ?? "guest", tier: request.headers.get("x-tier") ?? "free" };
}
