import type { Call, Event } from "@spendgate/wasm/engine";
import { baggageOf } from "./calls.js";
import { callSafely, type Diagnostics } from "./diagnostics.js";
import type { GateEvent, SpendGateOptions } from "./options.js";

/** Passes the engine's events to the application: callbacks for warnings and events, console lines for dry runs. */
export class Happenings {
  readonly #options: SpendGateOptions;
  readonly #diagnostics: Diagnostics;

  constructor(options: SpendGateOptions, diagnostics: Diagnostics) {
    this.#options = options;
    this.#diagnostics = diagnostics;
  }

  /** Tells of events after the work in hand is done, so that a callback delays no decision. */
  tell(events: readonly Event[], call: Call | null): void {
    const baggage = call === null ? undefined : baggageOf(call);
    queueMicrotask(() => {
      for (const event of events) {
        // Another call's hold may expire with this one's command.
        const isOfCall = event.user === (call?.user ?? null) && event.kind !== "expired";
        const carried = isOfCall ? baggage : undefined;
        this.#one(carried?.tags === undefined ? event : { ...event, tags: carried.tags }, carried?.onWarning);
      }
    });
  }

  #one(event: GateEvent, onWarning: SpendGateOptions["onBudgetWarning"]): void {
    const { onEvent, onBudgetWarning } = this.#options;
    callSafely(onEvent, event, this.#diagnostics, "onEvent");
    const isSilent = event.kind === "dry_run" || (event.kind === "threshold" && event.action === "dry_run");
    if (isSilent) {
      console.info(dryRunLine(event));
    } else if (event.kind === "warned" || event.kind === "threshold") {
      callSafely(onBudgetWarning, event, this.#diagnostics, "onBudgetWarning");
      callSafely(onWarning, event, this.#diagnostics, "onBudgetWarning");
    }
  }
}

function dryRunLine({ kind, user, budget, spent, limit, unit, percent, model }: GateEvent): string {
  const of = `${spent} of ${limit} ${unit === "usd" ? "USD" : unit}`;
  const what = kind === "threshold" ? `at ${percent} %` : `over its limit${model === null ? "" : ` by a call of ${model}`}`;
  return `[spendgate] dry run: budget ${budget}${user === null ? "" : `, user ${user}`}: ${what}, spent ${of}`;
}
