// A wrapped client has the type it had, and so have its answers. This file is checked, not run.
import Anthropic from "anthropic-1";
import { GoogleGenAI } from "genai-3";
import OpenAI6 from "openai-6";
import OpenAI7 from "openai-7";
import { SpendGate, type Decision } from "../../src/index.js";

const gate = new SpendGate({ policy: { budgets: [] }, onBudgetWarning: (warning) => void warning.budget });

export async function clients(): Promise<void> {
  const openai6: OpenAI6 = gate.wrap(new OpenAI6());
  const openai7: OpenAI7 = gate.wrap(new OpenAI7(), { user: "u", tier: "free" });
  const anthropic: Anthropic = gate.wrap(new Anthropic());
  const google: GoogleGenAI = gate.wrap(new GoogleGenAI({}));
  const answer: string | undefined = (await google.models.generateContent({ model: "gemini-2.5-flash", contents: "Hello" })).text;
  const model = "gpt-4o";
  const completion: OpenAI6.ChatCompletion = await openai6.chat.completions.create({ model, messages: [] });
  for await (const chunk of await openai7.chat.completions.create({ model, messages: [], stream: true })) {
    const content: string | null | undefined = chunk.choices[0]?.delta.content;
    void content;
  }
  const text: string = await gate.run({ user: completion.id }, async () => "text");
  const decision: Decision = await gate.reserve({ user: text, model, estimate: { usd: "0.05" } });
  void [decision, anthropic, answer];
  // @ts-expect-error a tier is a text
  gate.wrap(openai7, { tier: 5 });
  // @ts-expect-error an option that is none
  new SpendGate({ polcy: {} });
}
