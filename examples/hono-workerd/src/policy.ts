import type { PolicyDocument } from "spendgate";

/** Two calls a day for each user. */
export const policy: PolicyDocument = {
  budgets: [{ id: "free", scope: { tier: "free" }, limit: { requests: 2 }, window: "daily", action: "block" }],
};
