// A small SaaS for ten seconds: free, pro and enterprise customers call a model through the real `openai` client, one free
// customer's script tries again without end. The provider is the mock one, on loopback. Decisions go by as they are made.
//
//   node demo.mjs [--seconds N]

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import OpenAI from "openai";
import { isBudgetError, SpendGate } from "spendgate";
import { testGate } from "spendgate/testing";
import { startMockProvider } from "spendgate-mock-provider";
import { PEOPLE, random } from "./people.mjs";
import { Screen } from "./screen.mjs";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" } } });
const policy = JSON.parse(await readFile(new URL("policy.json", import.meta.url), "utf8"));
const provider = await startMockProvider();
provider.script({ default: { tokens: 300, delay_ms: 40 } });

const screen = new Screen();
const tally = new Map(PEOPLE.map(({ user, tier }) => [user, { user, tier, made: 0, warned: 0, downgraded: 0, blocked: 0, spent: 0 }]));
// A gate that records its decisions, by the clock of the wall; an application has `new SpendGate({ policy })` here.
const gate = testGate({ policy, now: Date.now });
// What the same calls had cost with nobody in the way.
const nobody = new SpendGate();
const openai = gate.wrap(new OpenAI({ apiKey: "demo", baseURL: `${provider.url}/v1` }));

const next = random(20_261_127);
const until = Date.now() + Number(values.seconds) * 1_000;
const prompt = "Summarise the following minutes of a meeting in three sentences for somebody who was not there. ".repeat(6);
const count = { warn: "warned", downgrade: "downgraded", block: "blocked" };
let shown = 0;

async function customer({ user, tier, pauseMs }) {
  while (Date.now() < until) {
    const call = { model: "gpt-4o", max_tokens: 300, messages: [{ role: "user", content: prompt }] };
    try {
      await gate.run({ user, tier, feature: "minutes" }, () => openai.chat.completions.create(call));
    } catch (error) {
      if (!isBudgetError(error)) throw error;
    }
    show();
    await nobody.record({ user, model: call.model }, { inputTokens: 150, outputTokens: 300 });
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + next())));
  }
}

/** Prints the decisions since it was last asked to. */
function show() {
  for (; shown < gate.decisions.length; shown++) {
    const recorded = gate.decisions[shown];
    const row = tally.get(recorded.call.user);
    const { action } = recorded.decision;
    if (action in count) row[count[action]]++;
    if (action !== "block") row.made++;
    screen.decision(recorded);
  }
}

console.log("ten customers, one of them a retry loop; limits a month: free $0.03, pro $0.08, enterprise $0.10\n");
await Promise.all(PEOPLE.map(customer));

const report = await gate.report();
for (const { value, spent_usd } of report.user) tally.get(value).spent = spent_usd;
const { requests, billed } = await provider.received({ list: false });
const cost = async (by) => {
  const bill = new SpendGate();
  for (const [model, { input, output }] of Object.entries(by)) await bill.record({ model }, { inputTokens: input, outputTokens: output });
  const { total } = await bill.report();
  bill.close();
  return Number(total.spent_usd);
};
screen.summary([...tally.values()], {
  made: requests,
  refused: gate.decisions.length - requests,
  billed: await cost(billed),
  without: Number((await nobody.report()).total.spent_usd),
});
gate.close();
nobody.close();
await provider.close();
