import type { Attributes } from "../attributes.js";
import type { SpendGate } from "../gate.js";
import { SpendGateHandler } from "./langchain/handler.js";

export { SpendGateHandler } from "./langchain/handler.js";

/**
 * A callback handler for LangChain: give it to a model (`new ChatOpenAI({callbacks: [handler]})`), or to a run
 * (`agent.invoke(input, {callbacks: [handler]})`), and each call of a model below is checked before it is made and charged when it
 * ends. One handler serves any number of parallel runs. (`@langchain/core` is not imported, nor need it be there.)
 *
 * A refused call throws the budget error out of the run. The retries of models leave it alone; those of `withRetry` do so when
 * its `onFailedAttempt` throws what `isBudgetError` knows. A model of `withFallbacks` that is asked next is a call of its own. A
 * handler cannot change the model, so a downgrade acts as a warning.
 *
 * @param attributes who calls are for; over those of `gate.run`, and under those in a run's `metadata` (`user`, `tier`, `session`, …,
 *   and LangGraph's `thread_id` as the session)
 */
export function spendgateHandler(gate: SpendGate, attributes?: Attributes): SpendGateHandler {
  return new SpendGateHandler(gate, attributes);
}
