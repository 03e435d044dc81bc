import type { Adapter } from "./adapter.js";
import { FREE as ANTHROPIC } from "./anthropic/free.js";
import { FREE as GOOGLE } from "./google/free.js";
import { FREE as OPENAI } from "./openai/free.js";
import { adapterOf, ADAPTERS } from "./wrap.js";

/** Known to tests alone: what is not replaced needs no list in an application. */
const FREE: Readonly<Record<string, readonly string[]>> = { openai: OPENAI, anthropic: ANTHROPIC, google: GOOGLE };

/**
 * What becomes of a method's calls.
 *
 * - `enforced`: checked before they are sent, charged with what the provider says was used.
 * - `metered`: checked before they are sent; charged with their estimate, where the provider does not say what was used.
 * - `not enforced`: they cost, and no budget sees them; with `strict` they are refused.
 * - `free`: they ask no model.
 */
export type Coverage = "enforced" | "metered" | "not enforced" | "free";

/** One method of a client, or a group of free ones. */
export interface Covered {
  /** `openai`, `anthropic` or `google`. */
  client: string;
  method: string;
  coverage: Coverage;
  /** The method that it goes through, where it sends nothing by itself. */
  through?: string;
}

/** All that is known of the clients' methods, client by client. */
export function coverage(): Covered[] {
  return ADAPTERS.flatMap(coveredBy);
}

/**
 * What becomes of calls of a client's method.
 *
 * @param client a client of any provider that `wrap` takes, wrapped or not
 * @param method as `"chat.completions.create"`
 * @returns undefined for a method that is not known
 */
export function coverageOf(client: object, method: string): Coverage | undefined {
  const adapter = adapterOf(client);
  const found = adapter && coveredBy(adapter).find((one) => one.method === method || (one.coverage === "free" && method.startsWith(`${one.method}.`)));
  return found?.coverage;
}

function coveredBy({ name: client, operations, helpers, unenforced }: Adapter): Covered[] {
  const of = (method: string, coverage: Coverage): Covered => ({ client, method, coverage });
  const sending = operations.map(({ method, isEstimated }) => of(method, isEstimated === true ? "metered" : "enforced"));
  const helping = Object.entries(helpers).map(([method, through]) => ({ ...of(method, "enforced"), through }));
  return [...sending, ...helping, ...unenforced.map((method) => of(method, "not enforced")), ...(FREE[client] ?? []).map((method) => of(method, "free"))];
}
