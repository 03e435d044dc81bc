import { adapterOf, methodOf, wrapOnce } from "./clients/wrap.js";
import type { Attributes } from "./attributes.js";
import { SpendGate } from "./gate.js";
import type { InlineBudget } from "./inline-budget.js";
import type { BudgetWarning, SpendGateOptions } from "./options.js";
import { host } from "#host";

/** What `onBudgetWarning` of a tracked call is told. */
export interface BudgetCheckResult {
  allowed: true;
  warned: true;
  spendUsd: number;
  limitUsd: number;
  windowStart: Date | null;
  budgetConfig: InlineBudget | null;
  /** The engine's own event. */
  event: BudgetWarning;
}

export interface TrackedCallOptions extends Attributes {
  /** A client of any provider that `wrap` knows. */
  client: object;
  /** The parameters as the client takes them. */
  params: object;
  /** Taken and not used: nothing is sent anywhere. */
  apiKey?: string | undefined;
  endpoint?: string | undefined;
  /** A tag on the call's events. */
  promptVersion?: string | undefined;
  budget?: InlineBudget | undefined;
  onBudgetWarning?: ((result: BudgetCheckResult) => unknown) | undefined;
  /** The gate to use; the default one unless given. */
  gate?: SpendGate | undefined;
}

let common: SpendGate | undefined;

/** Makes the gate that `trackedCall` and `trackedStream` use when they are given none. */
export function configure(options: SpendGateOptions): SpendGate {
  common?.close();
  common = new SpendGate(options);
  return common;
}

/** The gate of `configure`; without it one with the policy that the environment names in `SPENDGATE_POLICY`, a path or a URL. */
export function defaultGate(): SpendGate {
  common ??= new SpendGate({ policy: host.env("SPENDGATE_POLICY") });
  return common;
}

/** Makes one call through any client, chosen by its shape, under the budgets of the user. Gives what the client gives. */
export async function trackedCall(options: TrackedCallOptions): Promise<any> {
  return tracked(options, { isStream: false });
}

/** As `trackedCall`, for an answer in pieces: gives the client's own stream. */
export async function trackedStream(options: TrackedCallOptions): Promise<any> {
  return tracked(options, { isStream: true });
}

/** Parameters and attributes in one object, as `gate.chat` takes them. */
export interface ChatRequest extends Attributes {
  model: string;
  messages?: unknown;
  [param: string]: unknown;
}

const ATTRIBUTES = ["user", "userId", "tier", "plan", "org", "feature", "group", "session", "provider", "tags"] as const;

/** Tells the attributes of a request from the parameters for the client. */
export function chat(gate: SpendGate, client: object, request: ChatRequest): Promise<any> {
  const params: Record<string, unknown> = { ...request };
  const attributes: Record<string, unknown> = {};
  for (const name of ATTRIBUTES) {
    if (name in params) attributes[name] = params[name];
    delete params[name];
  }
  return tracked({ client, params, gate, ...(attributes as Attributes) }, { isStream: params["stream"] === true });
}

async function tracked(options: TrackedCallOptions, { isStream }: { isStream: boolean }): Promise<any> {
  const { client, params, gate = defaultGate(), promptVersion, budget, onBudgetWarning } = options;
  const { user, userId, tier, plan, org, feature, group, session, provider, tags } = options;
  const attributes: Attributes = { user, userId, tier, plan, org, feature, group, session, provider, tags };
  if (promptVersion !== undefined) attributes.tags = { ...tags, prompt_version: promptVersion };
  if (budget?.userId !== undefined) attributes.user ??= budget.userId;
  const method = methodOf(adapterOf(client), wrapOnce(client, gate.calls), params as Record<string, unknown>, isStream);
  const warned = onBudgetWarning && ((event: BudgetWarning) => onBudgetWarning(resultOf(event, budget)));
  return gate.calls.track(attributes, budget, warned, method);
}

function resultOf(event: BudgetWarning, budget: InlineBudget | undefined): BudgetCheckResult {
  return {
    allowed: true,
    warned: true,
    spendUsd: Number(event.spent),
    limitUsd: Number(event.limit),
    windowStart: event.window === null ? null : new Date(event.window.start),
    budgetConfig: budget ?? null,
    event,
  };
}
