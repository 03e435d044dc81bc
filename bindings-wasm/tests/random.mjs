// Random numbers that a seed repeats.

/** A function that gives whole numbers from 0 to `below` - 1. */
export function random(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A function that gives random calls, few of which are alike. */
export function calls(next) {
  const one = (list) => list[next(list.length)];
  return () => ({
    user: one(["ada", "bob", "chloë", "d'Arcy \"D\"", "名前", undefined]),
    ...(next(2) === 0 ? { tier: one(["free", "pro"]) } : {}),
    ...(next(3) === 0 ? { org: "org", feature: one(["chat", "sum"]), session: "s" } : {}),
    ...(next(2) === 0 ? { model: one(["gpt-4o", "gpt-4o-mini", "no-such-model"]) } : {}),
    ...(next(4) === 0 ? {} : { estimate: estimate(next, one) }),
  });
}

function estimate(next, one) {
  const usd = next(100_000) / 1e6;
  return one([
    { usd },
    { usd: usd.toFixed(6) },
    { input_tokens: next(5000), output_tokens: next(5000) },
    { tokens: BigInt(next(5000)), usd: null },
    {},
  ]);
}

/** A policy in which most of what can happen does. */
export const POLICY = {
  budgets: [
    { id: "free", scope: { tier: "free" }, limit: { usd: "3" }, window: "daily", action: "block" },
    {
      id: "each",
      scope: { user: "*" },
      limit: { usd: "5" },
      window: "monthly",
      steps: [
        { at_percent: 40, action: "warn" },
        { at_percent: 70, action: "downgrade" },
        { at_percent: 100, action: "block" },
      ],
    },
    { id: "tokens", scope: { org: "*" }, limit: { tokens: 900000 }, window: "daily", action: "dry_run" },
    { id: "all", scope: { global: true }, limit: { usd: "40" }, window: "daily", action: "warn" },
  ],
  downgrades: { "gpt-4o": "gpt-4o-mini" },
  default_estimate: { usd: "0.001" },
};
