// Calls of a wrapped client.

import { counter, COST, PARAMS, perUser } from "./bench.mjs";
import { ends, equal, eventually, ok } from "./check.mjs";

export async function a_budget_for_two_calls_lets_two_of_twenty_through(bench) {
  const gate = bench.gate({ policy: perUser({ usd: "0.02" }), estimate: () => ({ usd: "0.01" }) });
  const openai = gate.wrap(bench.client(), { user: "u" });
  const { fulfilled, errors } = await ends(Array.from({ length: 20 }, () => openai.chat.completions.create(PARAMS)));
  equal([fulfilled, errors.length], [2, 18]);
  ok(errors.every(({ code, status, user, budget }) => code === "llm_budget_exceeded" && status === 402 && user === "u" && budget === "each"), "another error");
  equal(await bench.requests(), 2);
}

export async function a_call_is_charged_what_it_used(bench) {
  const gate = bench.gate({ policy: perUser({ usd: "1" }) });
  const answer = await gate.wrap(bench.client(), { user: "u" }).chat.completions.create(PARAMS);
  equal(answer.object, "chat.completion");
  const { spent, held } = await counter(gate);
  equal([spent, held], [COST, "0"]);
  equal(bench.said, []);
}

export async function a_stream_is_charged_and_its_chunk_of_usage_is_hidden(bench) {
  const gate = bench.gate({ policy: perUser({ usd: "1" }) });
  const stream = await gate.wrap(bench.client(), { user: "u" }).chat.completions.create({ ...PARAMS, stream: true });
  let text = "";
  for await (const chunk of stream) {
    equal(chunk.choices.length, 1);
    text += chunk.choices[0].delta.content ?? "";
  }
  equal(text, "one two three four five six seven eight");
  const { spent, held } = await counter(gate);
  equal([spent, held], [COST, "0"]);
}

export async function a_stream_that_is_left_is_charged(bench) {
  const gate = bench.gate({ policy: perUser({ usd: "1" }) });
  const stream = await gate.wrap(bench.client({ chunk_delay_ms: 5 }), { user: "u" }).chat.completions.create({ ...PARAMS, stream: true });
  let seen = 0;
  for await (const _ of stream) if (++seen === 3) break;
  await eventually(async () => {
    const { spent, held } = await counter(gate);
    ok(Number(spent) > 0 && held === "0", `spent ${spent}, held ${held}`);
  });
}

export async function a_downgrade_calls_the_sibling(bench) {
  const policy = { ...perUser({ usd: "0" }, { action: "downgrade" }), downgrades: { "gpt-4o": "gpt-4o-mini" } };
  const gate = bench.gate({ policy });
  const answer = await gate.wrap(bench.client(), { user: "u" }).chat.completions.create(PARAMS);
  ok(answer.model.startsWith("gpt-4o-mini"), answer.model);
  equal((await bench.received()).list.map(({ body }) => body.model), ["gpt-4o-mini"]);
}

export async function a_warning_that_throws_is_nothing_to_the_call(bench) {
  const warned = [];
  const onBudgetWarning = (warning) => {
    warned.push(warning.budget);
    throw new Error("from the callback");
  };
  const gate = bench.gate({ policy: perUser({ usd: "0" }, { action: "warn" }), onBudgetWarning });
  const answer = await gate.wrap(bench.client(), { user: "u" }).chat.completions.create(PARAMS);
  equal(answer.object, "chat.completion");
  await eventually(() => ok(warned.includes("each") && bench.said.includes("callback_failed"), JSON.stringify([warned, bench.said])));
}

export async function a_call_that_the_provider_refuses_is_given_back(bench) {
  const gate = bench.gate({ policy: perUser({ usd: "1" }) });
  const openai = gate.wrap(bench.client({ error: { status: 400 } }), { user: "u" });
  const { errors } = await ends([openai.chat.completions.create(PARAMS)]);
  equal(errors.map(({ status }) => status), [400]);
  const { spent, held } = await counter(gate);
  equal([spent, held], ["0", "0"]);
}

export async function an_unknown_price_can_be_refused(bench) {
  const gate = bench.gate({ policy: { budgets: [], on_unpriced: "block" } });
  const { errors } = await ends([gate.wrap(bench.client()).chat.completions.create({ ...PARAMS, model: "nobody-knows" })]);
  equal(errors.map(({ reason }) => reason), ["unpriced"]);
  equal(await bench.requests(), 0);
}

export async function two_wraps_of_a_client_have_two_users(bench) {
  const gate = bench.gate({ policy: perUser({ requests: 1 }) });
  const client = bench.client();
  const [a, b] = ["a", "b"].map((user) => gate.wrap(client, { user }));
  const { fulfilled, errors } = await ends([a, b, a, b].map((openai) => openai.chat.completions.create(PARAMS)));
  equal([fulfilled, errors.map(({ user }) => user)], [2, ["a", "b"]]);
}

export async function a_policy_that_is_refused_is_an_error_where_it_is_given(bench, { spendgate }) {
  let error;
  try {
    bench.gate({ policy: { budgets: [{ id: "x" }] } });
  } catch (thrown) {
    error = thrown;
  }
  // Where the engine has to be loaded first, the policy is judged then.
  if (error === undefined) [error] = (await ends([bench.gates[0].ready()])).errors;
  ok(error instanceof spendgate.SpendgateError && error.code === "invalid_policy", String(error));
}
