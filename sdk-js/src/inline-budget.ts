import type { Json, PolicyDocument } from "@spendgate/wasm/engine";

/** A budget that is given with a call, for its user alone. */
export interface InlineBudget {
  /** Whose budget it is; the call's user unless given. */
  userId?: string;
  limitUsd: number | string;
  /** A calendar day, a week from Monday, or a calendar month, in UTC. */
  windowType: "day" | "week" | "month";
  action: "block" | "warn" | "dry_run" | "downgrade";
  /** Warns at this percent of the limit; 80 unless given. */
  alertThresholdPct?: number;
}

const WINDOWS = { day: "daily", week: "weekly", month: "monthly" } as const;
const ACTIONS = ["block", "warn", "dry_run", "downgrade"];

/** More kinds of inline budgets than these are not kept; users share a kind, so there are few. */
const MOST = 1_000;

/**
 * The kinds of inline budgets that calls have brought: each is a template of the policy, under a tier of its own name, so that a
 * million users with the same limit are one rule. A user override of the policy wins over it.
 */
export class InlineBudgets {
  readonly #templates = new Map<string, Json>();

  /**
   * The tier under which `budget` stands in the policy; `isNew` when the policy has to be put in force again.
   *
   * @throws TypeError for a budget that cannot be meant
   */
  tierOf(budget: InlineBudget): { tier: string; isNew: boolean } {
    check(budget);
    const { limitUsd, windowType, action, alertThresholdPct = 80 } = budget;
    const tier = `inline: ${action} at ${limitUsd} USD a ${windowType}, warn at ${alertThresholdPct} %`;
    const isNew = !this.#templates.has(tier);
    if (isNew) {
      const oldest = this.#templates.keys().next();
      if (this.#templates.size >= MOST && oldest.done !== true) this.#templates.delete(oldest.value);
      this.#templates.set(tier, {
        id: tier,
        scope: { tier },
        limit: { usd: limitUsd },
        window: WINDOWS[windowType],
        action,
        alert_at_percent: [alertThresholdPct],
      });
    }
    return { tier, isNew };
  }

  /** The policy with the templates in it. */
  in(policy: PolicyDocument | string | undefined): PolicyDocument | string | undefined {
    if (this.#templates.size === 0) return policy;
    const document = (typeof policy === "string" ? JSON.parse(policy) : (policy ?? {})) as PolicyDocument;
    const budgets = Array.isArray(document["budgets"]) ? (document["budgets"] as Json[]) : [];
    return { ...document, budgets: [...budgets, ...this.#templates.values()] };
  }
}

function check(budget: InlineBudget): void {
  if (typeof budget !== "object" || budget === null) throw new TypeError("`budget` has to be an object");
  const { limitUsd, windowType, action, alertThresholdPct = 80 } = budget;
  if (!(Number(limitUsd) >= 0 && Number(limitUsd) < Infinity)) throw new TypeError(`\`budget.limitUsd\` is an amount of USD, not \`${limitUsd}\``);
  if (!(windowType in WINDOWS)) throw new TypeError(`\`budget.windowType\` is "day", "week" or "month", not \`${windowType}\``);
  if (!ACTIONS.includes(action)) throw new TypeError(`\`budget.action\` is one of ${ACTIONS.join(", ")}, not \`${action}\``);
  if (!(Number.isInteger(alertThresholdPct) && alertThresholdPct >= 1 && alertThresholdPct <= 1_000)) {
    throw new TypeError(`\`budget.alertThresholdPct\` is a whole percent from 1 to 1000, not \`${alertThresholdPct}\``);
  }
}
