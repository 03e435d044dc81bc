// What a stranger writes, as text for files that import the package under test.

/** The body of a program: `engine` is opened, `said` is what it has to say. */
const BODY = `
const atMs = Date.UTC(2026, 4, 10);
const engine = new Engine({
  at_ms: atMs,
  policy: {
    timezone: "Europe/Berlin",
    budgets: [{ id: "each", scope: { user: "*" }, limit: { usd: "0.1" }, window: "daily", action: "block" }],
  },
});
const first = engine.reserve({ user: "ada", model: "gpt-4o", estimate: { usd: "0.09" } }, atMs);
const settled = engine.settle(first, { usage: { provider: "openai", prompt_tokens: 4000, completion_tokens: 9000 } }, atMs);
const second = engine.reserve({ user: "ada", estimate: { usd: "0.05" } }, atMs);
const said = [first.allowed, settled.usd, second.allowed, second.reason, second.window?.start, engine.backend].join(" ");
`;

/** What such a program says over the engine `backend`. */
export const said = (backend) => `true 0.1 false limit_reached 2026-05-09T22:00:00Z ${backend}`;

export const esm = (name, before = "") => `import * as binding from "${name}";
const { Engine } = binding;
${before}
${BODY}`;

export const commonjs = (name) => `const { Engine } = require("${name}");
${BODY}
console.log(said);`;

/** TypeScript that uses the types, and has to be refused where it says so. */
export const typescript = (name) => `import { Engine, SpendgateError, ACTIONS, type Call, type Decision, type EngineOptions } from "${name}";
const options: EngineOptions = { at_ms: 0 };
${BODY}
const call: Call = { user: "ada", estimate: { tokens: 5n } };
const decision: Decision = engine.preview(call, atMs);
const spent: string | null = decision.spent;
try {
  new Engine(options).settle("r1", null, atMs, { ok: true });
} catch (error) {
  if (error instanceof SpendgateError && error.code === "unknown_reservation") console.log(said, spent, ACTIONS.length);
}
// @ts-expect-error a call has no such member
engine.reserve({ plan: "free" }, atMs);
// @ts-expect-error a time is a number
engine.reserve(call, "now");
// @ts-expect-error no such code
const code: InstanceType<typeof SpendgateError>["code"] = "no_such_code";
`;
