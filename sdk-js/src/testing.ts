import type { Action, Call, Decision } from "@spendgate/wasm/engine";
import { FORCE, SpendGate } from "./gate.js";
import type { GateEvent, SpendGateOptions } from "./options.js";
import type { Diagnostic } from "./diagnostics.js";

/** What a test makes of every call from now on; null lets the policy decide again. */
export type ForcedOutcome = Action | "circuit_open" | "unpriced" | null;

/** A decision and the call it was about. */
export interface RecordedDecision {
  call: Call;
  decision: Decision;
}

/** A gate for tests, with what happened in it. */
export interface TestGate extends SpendGate {
  /** The gate's time, epoch milliseconds; it stands still until it is moved. */
  readonly clock: { now: number; advance(ms: number): void };
  readonly decisions: RecordedDecision[];
  readonly events: GateEvent[];
  readonly diagnostics: Diagnostic[];
  /** Decides every call in this way. A `downgrade` goes to `model`. */
  force(outcome: ForcedOutcome, model?: string): void;
}

/** 1 January 2026, at noon UTC. */
const NOON = Date.UTC(2026, 0, 1, 12);

/**
 * A gate with a clock that the test sets, records of what it decided and of what happened, and outcomes that can be forced. The
 * engine is the real one.
 */
export function testGate(options: SpendGateOptions = {}): TestGate {
  const clock = {
    now: NOON,
    advance(ms: number): void {
      clock.now += ms;
    },
  };
  const decisions: RecordedDecision[] = [];
  const events: GateEvent[] = [];
  const diagnostics: Diagnostic[] = [];
  let forced: { outcome: ForcedOutcome; model: string | undefined } = { outcome: null, model: undefined };
  const gate = new SpendGate({
    now: () => clock.now,
    ...options,
    onEvent: (event) => {
      events.push(event);
      return options.onEvent?.(event);
    },
    onDiagnostic: (diagnostic) => {
      diagnostics.push(diagnostic);
      return options.onDiagnostic?.(diagnostic);
    },
  });
  gate[FORCE]((call, decide) => {
    const real = decide();
    const decision = real === undefined || forced.outcome === null ? real : forcedDecision(real, forced.outcome, forced.model);
    // A call that is refused by force holds nothing.
    if (real?.reservation != null && decision?.allowed === false) void gate.release(real);
    if (decision !== undefined) decisions.push({ call: { ...call }, decision });
    return decision;
  });
  const force: TestGate["force"] = (outcome, model) => {
    forced = { outcome, model };
  };
  return Object.assign(gate, { clock, decisions, events, diagnostics, force });
}

/** The engine's answer with another outcome. A refused call keeps no hold. */
function forcedDecision(real: Decision, outcome: Exclude<ForcedOutcome, null>, model: string | undefined): Decision {
  const isReason = outcome === "circuit_open" || outcome === "unpriced";
  const action = isReason ? "block" : outcome;
  const allowed = action !== "block";
  const plain = JSON.parse(JSON.stringify(real)) as Decision;
  return {
    ...plain,
    allowed,
    action,
    reason: isReason ? outcome : action === "block" ? "limit_reached" : plain.reason,
    model: action === "downgrade" ? (model ?? plain.model) : plain.requested_model,
    reservation: allowed ? plain.reservation : null,
    budget: isReason ? null : (plain.budget ?? "forced"),
  };
}

export { coverage, coverageOf, type Coverage, type Covered } from "./clients/coverage.js";
