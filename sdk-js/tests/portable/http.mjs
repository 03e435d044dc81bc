// What is HTTP: responses to those who ask, the guarded `fetch`, signed identities.

import { counter, COST, PARAMS, perUser } from "./bench.mjs";
import { ends, equal, ok } from "./check.mjs";

const KEYS = { keyId: "k1", secret: "a secret of the tests" };

export async function an_error_makes_a_response(bench) {
  const gate = bench.gate({ policy: perUser({ usd: "0" }) });
  const { errors } = await ends([gate.wrap(bench.client(), { user: "u" }).chat.completions.create(PARAMS)]);
  const response = errors[0].toResponse();
  const { error } = await response.json();
  equal([response.status, error.code, error.limit], [402, "llm_budget_exceeded", "0"]);
  ok(response.headers.get("ratelimit-policy") === '"each";q=0;qu="usd-cents"', response.headers.get("ratelimit-policy"));
}

export async function a_client_over_the_guarded_fetch_is_enforced(bench, { spendgate }) {
  const gate = bench.gate({ policy: perUser({ requests: 2 }) });
  const openai = bench.client({}, { fetch: gate.guardFetch({ attributes: { user: "u" } }) });
  const { fulfilled, errors } = await ends(Array.from({ length: 5 }, () => openai.chat.completions.create(PARAMS)));
  equal([fulfilled, errors.map(({ status }) => status)], [2, [402, 402, 402]]);
  ok(errors.every((error) => spendgate.isBudgetError(error)), "another error");
  equal(await bench.requests(), 2);
}

export async function a_stream_over_the_guarded_fetch_is_charged(bench) {
  const gate = bench.gate({ policy: perUser({ usd: "1" }) });
  const openai = bench.client({}, { fetch: gate.guardFetch({ attributes: { user: "u" } }) });
  let text = "";
  for await (const chunk of await openai.chat.completions.create({ ...PARAMS, stream: true })) {
    equal(chunk.choices.length, 1);
    text += chunk.choices[0].delta.content ?? "";
  }
  equal(text, "one two three four five six seven eight");
  const { spent, held } = await counter(gate);
  equal([spent, held], [COST, "0"]);
}

/** The vector of docs/identity.md. */
export async function an_identity_is_signed_and_verified(_bench, { edge }) {
  const signed = await edge.signIdentity({ user: "user_4421", tier: "free", feature: "chat" }, KEYS, 1_767_225_600_000);
  equal(signed, "v1.k1.1767225900.dXNlcl80NDIxCmZyZWUKY2hhdA.Xi7PfLZXIujGRvXnyg_yy9X8eNWT4je8DGo7-GPHVbI");
  const secrets = { [KEYS.keyId]: KEYS.secret };
  const { identity } = await edge.verifyIdentity(signed, secrets, 1_767_225_899_999);
  equal(identity, { user: "user_4421", tier: "free", feature: "chat" });
  const faults = [];
  for (const [header, nowMs] of [[signed, 1_767_225_900_000], [signed.replace("dXNl", "dXNm"), 0], [signed.replace("k1", "k2"), 0], [null, 0], ["v1.x", 0]]) {
    faults.push((await edge.verifyIdentity(header, secrets, nowMs)).fault);
  }
  equal(faults, ["identity_expired", "identity_forged", "identity_unknown_key", "identity_missing", "identity_malformed"]);
}
