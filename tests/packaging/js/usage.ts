// What a stranger's first program does with the package, in TypeScript. It is compiled, or has its types taken off, for
// each host; for the other package the name is another one.

import {
  ACTIONS,
  Engine,
  SpendgateError,
  type Call,
  type Decision,
  type EngineOptions,
  type PolicyDocument,
} from "@spendgate/wasm";

const AT_MS = Date.UTC(2026, 4, 10, 12);
const POLICY: PolicyDocument = {
  timezone: "Europe/Berlin",
  budgets: [{ id: "free", scope: { tier: "free" }, limit: { usd: "1" }, window: "monthly", action: "block" }],
};
const CALL: Call = { user: "u1", tier: "free", estimate: { usd: "0.6" } };

/** The code and the path of the refusal that this ends with. */
function refusal(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof SpendgateError ? `${error.code} ${error.path}` : String(error);
  }
}

export function use() {
  const options: EngineOptions = { at_ms: AT_MS, policy: POLICY };
  const engine = new Engine(options);
  const first: Decision = engine.reserve(CALL, AT_MS);
  const settled = engine.settle(first, { usd: 0.5 }, AT_MS + 900, { ok: true });
  const second = engine.reserve({ ...CALL, user: "u1" }, AT_MS + 1000);
  const price = engine.cost(
    { model: "gpt-4o", usage: { prompt_tokens: 1_000_000, completion_tokens: 0 } },
    AT_MS,
  );
  const restored = Engine.restore(options, engine.snapshot());
  const spent = restored.usage({ user: "u1", tier: "free" }, AT_MS + 2000).counters.map((counter) => counter.spent);
  engine.close();
  return {
    backend: engine.backend,
    first: [first.allowed, first.action, first.remaining],
    settled: [settled.outcome, settled.usd],
    second: [second.allowed, second.reason, second.spent, second.resets_at],
    price: price.usd,
    spent,
    actions: ACTIONS.length,
    invalid: refusal(() => restored.reserve({ user: "" }, AT_MS)),
    unknown: refusal(() => new Engine({ at_ms: AT_MS, policy: { budgets: [{ id: "b" }] } })),
    closed: refusal(() => engine.preview(CALL, AT_MS)),
  };
}
