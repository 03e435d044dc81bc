import type { Backend } from "./backend.js";
import { ACTIONS, REASONS, type Action, type Dimension, type Reason, type Unit } from "./catalogue.js";
import { amountText, reservationText, timeText } from "./format.js";
import { Answer, HALF_BYTES } from "./layout.js";
import type { Call, Decision, Trigger, Window } from "./values.js";

/** What a decision names a budget by. */
export interface BudgetName {
  id: string;
  scope: Dimension;
  unit: Unit;
}

/** The budgets of one policy, by index. */
export interface Names {
  epoch: number;
  budgets: readonly BudgetName[];
}

const WORD = HALF_BYTES / 4;
const FLOAT = HALF_BYTES / 8;
const NONE: readonly Trigger[] = Object.freeze([]);
const decoder = new TextDecoder();

// Places in `figures`, in the order of the block.
const LIMIT = 0;
const SPENT = 1;
const HELD = 2;
const ESTIMATE = 3;
const REMAINING = 4;
const START = 5;
const END = 6;
const RESETS = 7;
const RESERVATION = 8;
const VERSION = 9;

/**
 * A decision unfolded from a block. What is asked most is at hand; figures become text when they are read, for
 * most never are.
 */
export class PackedDecision implements Decision {
  readonly allowed: boolean;
  readonly action: Action;
  readonly reason: Reason;
  readonly retryable: boolean;
  readonly degraded: boolean;
  readonly model: string | null;
  readonly requested_model: string | null;
  readonly triggered: readonly Trigger[];
  readonly #flags: number;
  readonly #figures: readonly number[];
  readonly #budget: BudgetName | null;
  readonly #subject: string | null;

  constructor(from: Backend, call: Call, names: Names) {
    const words = from.words;
    const floats = from.floats;
    const flags = words[WORD] as number;
    const codes = words[WORD + 1] as number;
    this.allowed = (flags & Answer.ALLOWED) !== 0;
    this.action = ACTIONS[codes & 0xff] as Action;
    this.reason = REASONS[(codes >> 8) & 0xff] as Reason;
    this.retryable = (flags & Answer.RETRYABLE) !== 0;
    this.degraded = (flags & Answer.DEGRADED) !== 0;
    const asked = call.model ?? null;
    this.requested_model = asked;
    this.model = (flags & Answer.DOWNGRADED) === 0 ? asked : sibling(from);
    this.triggered = words[WORD + 3] === 0 ? NONE : triggered(from, names);
    this.#flags = flags;
    // Copied by hand: a slice of a typed array costs ten times as much.
    this.#figures = [
      floats[FLOAT + 2] as number,
      floats[FLOAT + 3] as number,
      floats[FLOAT + 4] as number,
      floats[FLOAT + 5] as number,
      floats[FLOAT + 6] as number,
      floats[FLOAT + 7] as number,
      floats[FLOAT + 8] as number,
      floats[FLOAT + 9] as number,
      floats[FLOAT + 10] as number,
      floats[FLOAT + 11] as number,
    ];
    const budget = (flags & Answer.FIGURES) === 0 ? null : (names.budgets[words[WORD + 2] as number] ?? null);
    this.#budget = budget;
    this.#subject = budget === null ? null : (attribute(call, budget.scope) ?? null);
  }

  get reservation(): string | null {
    return (this.#flags & Answer.RESERVATION) === 0 ? null : reservationText(this.#figures[RESERVATION] as number);
  }

  get policy_version(): number {
    return this.#figures[VERSION] as number;
  }

  get budget(): string | null {
    return this.#budget && this.#budget.id;
  }

  get scope(): Dimension | null {
    return this.#budget && this.#budget.scope;
  }

  get subject(): string | null {
    return this.#subject;
  }

  get unit(): Unit | null {
    return this.#budget && this.#budget.unit;
  }

  get limit(): string | null {
    return this.#amount(LIMIT);
  }

  get spent(): string | null {
    return this.#amount(SPENT);
  }

  get held(): string | null {
    return this.#amount(HELD);
  }

  get estimate(): string | null {
    return (this.#flags & Answer.ESTIMATE) === 0 ? null : this.#amount(ESTIMATE);
  }

  get remaining(): string | null {
    return this.#amount(REMAINING);
  }

  get window(): Window | null {
    if (this.#budget === null) return null;
    return { start: timeText(this.#figures[START] as number), end: timeText(this.#figures[END] as number) };
  }

  get resets_at(): string | null {
    return (this.#flags & Answer.RESETS) === 0 ? null : timeText(this.#figures[RESETS] as number);
  }

  /** The wire's form, with every key. */
  toJSON(): Decision {
    return {
      allowed: this.allowed,
      action: this.action,
      reason: this.reason,
      retryable: this.retryable,
      model: this.model,
      requested_model: this.requested_model,
      reservation: this.reservation,
      policy_version: this.policy_version,
      degraded: this.degraded,
      triggered: this.triggered,
      budget: this.budget,
      scope: this.scope,
      subject: this.subject,
      unit: this.unit,
      limit: this.limit,
      spent: this.spent,
      held: this.held,
      estimate: this.estimate,
      remaining: this.remaining,
      window: this.window,
      resets_at: this.resets_at,
    };
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): Decision {
    return this.toJSON();
  }

  /** The number of the hold, for the way back; NaN when none was taken. */
  static reservationNumber(decision: PackedDecision): number {
    return (decision.#flags & Answer.RESERVATION) === 0 ? NaN : (decision.#figures[RESERVATION] as number);
  }

  #amount(place: number): string | null {
    return this.#budget && amountText(this.#figures[place] as number, this.#budget.unit);
  }
}

/** Whose use a budget of that scope counts. */
function attribute(call: Call, scope: Dimension): string | null | undefined {
  switch (scope) {
    case "user":
    case "tier":
      return call.user;
    case "org":
      return call.org;
    case "feature":
      return call.feature;
    case "session":
      return call.session;
    case "provider":
      return call.provider;
    case "model":
      return call.model;
    default:
      return null;
  }
}

function triggered(from: Backend, names: Names): readonly Trigger[] {
  const list: Trigger[] = [];
  const words = from.words;
  for (let left = words[WORD + 3] as number, at = WORD + Answer.TRIGGERED; left > 0; left--, at += 2) {
    const budget = names.budgets[words[at] as number] as BudgetName;
    list.push({ budget: budget.id, action: ACTIONS[words[at + 1] as number] as Action });
  }
  return list;
}

/** The model's name, which stands after `triggered`. */
function sibling(from: Backend): string {
  const start = HALF_BYTES + 4 * (Answer.TRIGGERED + 2 * (from.words[WORD + 3] as number));
  return decoder.decode(from.bytes.subarray(start, start + (from.words[WORD + 25] as number)));
}
