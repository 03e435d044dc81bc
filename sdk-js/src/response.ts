import type { LLMBudgetExceededError, LLMCircuitOpenError } from "./errors.js";

/** After how many seconds to ask again where nothing says when. */
const SOON_S = 5;

/** Scopes whose counter is the caller's own: a tier's budget counts each user apart. */
const OWN: readonly (string | null)[] = ["user", "tier"];

export function budgetResponse(error: LLMBudgetExceededError): Response {
  const { code, budget, reason, retryable, unit, resetsAt } = error;
  const isOwn = OWN.includes(error.scope) && error.user !== null;
  const figures = isOwn ? { limit: error.limit, spent: error.spent, remaining: error.remaining } : {};
  const wait = retryable ? SOON_S : secondsUntil(resetsAt);
  const headers = new Headers({ "content-type": "application/json" });
  if (wait !== null) headers.set("retry-after", String(wait));
  if (isOwn && budget !== null && error.limit !== null) {
    const name = JSON.stringify(budget.replace(/[^\x20-\x7e]/g, "?"));
    const counted = unit === "usd" ? "usd-cents" : (unit ?? "");
    headers.set("ratelimit-policy", `${name};q=${wholeOf(error.limit, unit)};qu="${counted}"`);
    const reset = secondsUntil(resetsAt);
    headers.set("ratelimit", `${name};r=${wholeOf(error.remaining ?? "0", unit)}${reset === null ? "" : `;t=${reset}`}`);
  }
  const message = retryable ? "calls in flight hold the rest of the budget" : "the budget for this call is used up";
  const body = { error: { code, message, reason, budget, unit, ...figures, resets_at: resetsAt, retryable } };
  return new Response(JSON.stringify(body), { status: error.status, headers });
}

export function circuitResponse(error: LLMCircuitOpenError): Response {
  const body = { error: { code: error.code, message: "calls are stopped for now", reason: error.reason, retryable: true } };
  return new Response(JSON.stringify(body), {
    status: error.status,
    headers: { "content-type": "application/json", "retry-after": String(SOON_S) },
  });
}

function secondsUntil(time: Date | null): number | null {
  return time === null ? null : Math.max(1, Math.ceil((time.getTime() - Date.now()) / 1_000));
}

/** RateLimit fields carry whole numbers: cents of USD, rounded down. */
function wholeOf(amount: string, unit: string | null): number {
  const [whole = "0", fraction = ""] = amount.split(".");
  return Number(unit === "usd" ? whole + fraction.padEnd(2, "0").slice(0, 2) : whole);
}
