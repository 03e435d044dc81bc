// Asks questions until the day's budget is used up: `node main.mjs QUESTION…`

import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { SpendGate, budgetErrorOf } from "spendgate";

const gate = new SpendGate({ policy: fileURLToPath(new URL("policy.json", import.meta.url)) });
const user = userInfo().username;
const openai = gate.wrap(new OpenAI(), { user, feature: "script" });

for (const question of process.argv.slice(2)) {
  try {
    const answer = await openai.chat.completions.create({ model: "gpt-4o", max_tokens: 100, messages: [{ role: "user", content: question }] });
    console.log(answer.choices[0].message.content);
  } catch (error) {
    const refused = budgetErrorOf(error);
    if (refused === null) throw error;
    console.log(`stopped: ${refused.spent} of ${refused.limit} USD are spent, until ${refused.resetsAt?.toISOString()}`);
    break;
  }
}
const { counters } = await gate.usage({ user });
console.log(`spent: ${counters[0].spent} USD`);
gate.close();
