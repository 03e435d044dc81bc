import type { Backend } from "./backend.js";
import { ACTIONS, DIMENSIONS, REASONS, type Action, type Dimension, type Reason, type Unit } from "./catalogue.js";
import { amountText, reservationText, timeText } from "./format.js";
import { Answer, HALF_BYTES } from "./layout.js";
import type { Request } from "./request.js";
import type { Decision, Trigger, Window } from "./values.js";

/** What a decision names a budget by. */
export interface BudgetName {
  id: string;
  scope: Dimension;
  unit: Unit;
}

/** The budgets of one policy, by index. */
export interface Names {
  epoch: number;
  budgets: readonly NamedBudget[];
}

interface NamedBudget extends BudgetName {
  /** The attribute that says whose use it counts, by its place among the dimensions; that of `global` is none. */
  subject: number;
}

/** The names as a backend gives them. */
export function named(names: { epoch: number; budgets: readonly BudgetName[] }): Names {
  const budgets = names.budgets.map((budget) => ({
    ...budget,
    subject: budget.scope === "tier" ? USER : DIMENSIONS.indexOf(budget.scope),
  }));
  return { epoch: names.epoch, budgets };
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

const USER = DIMENSIONS.indexOf("user");
const MODEL = DIMENSIONS.indexOf("model");

// Symbols, and nothing with `#`: that would cost as much again as the whole object.
const FLAGS = Symbol("flags");
const CODES = Symbol("codes");
const FIGURES = Symbol("figures");
const BUDGET = Symbol("budget");
const SUBJECT = Symbol("subject");

/**
 * A decision unfolded from a block: copied as it stands, for what is never read need not be made. The constructor is
 * short enough to be inlined.
 */
export class PackedDecision implements Decision {
  declare readonly model: string | null;
  declare readonly requested_model: string | null;
  declare readonly triggered: readonly Trigger[];
  declare private readonly [FLAGS]: number;
  declare private readonly [CODES]: number;
  declare private readonly [FIGURES]: readonly number[];
  declare private readonly [BUDGET]: NamedBudget | null;
  declare private readonly [SUBJECT]: string | null;

  /** @param request the request that was answered: what it said stands, whatever became of the call it was read from */
  constructor(from: Backend, request: Request, names: Names) {
    const words = from.words;
    const flags = words[WORD] as number;
    this[FLAGS] = flags;
    this[CODES] = words[WORD + 1] as number;
    this.requested_model = request.said(MODEL);
    this.model = (flags & Answer.DOWNGRADED) === 0 ? this.requested_model : sibling(from);
    this.triggered = words[WORD + 3] === 0 ? NONE : triggered(from, names);
    this[FIGURES] = figures(from.floats);
    const budget = (flags & Answer.FIGURES) === 0 ? null : (names.budgets[words[WORD + 2] as number] ?? null);
    this[BUDGET] = budget;
    this[SUBJECT] = budget === null ? null : request.said(budget.subject);
  }

  get allowed(): boolean {
    return (this[FLAGS] & Answer.ALLOWED) !== 0;
  }

  get action(): Action {
    return ACTIONS[this[CODES] & 0xff] as Action;
  }

  get reason(): Reason {
    return REASONS[(this[CODES] >> 8) & 0xff] as Reason;
  }

  get retryable(): boolean {
    return (this[FLAGS] & Answer.RETRYABLE) !== 0;
  }

  get degraded(): boolean {
    return (this[FLAGS] & Answer.DEGRADED) !== 0;
  }

  get reservation(): string | null {
    return (this[FLAGS] & Answer.RESERVATION) === 0 ? null : reservationText(this[FIGURES][RESERVATION] as number);
  }

  get policy_version(): number {
    return this[FIGURES][VERSION] as number;
  }

  get budget(): string | null {
    return this[BUDGET] && this[BUDGET].id;
  }

  get scope(): Dimension | null {
    return this[BUDGET] && this[BUDGET].scope;
  }

  get subject(): string | null {
    return this[SUBJECT];
  }

  get unit(): Unit | null {
    return this[BUDGET] && this[BUDGET].unit;
  }

  get limit(): string | null {
    return PackedDecision.amount(this, LIMIT);
  }

  get spent(): string | null {
    return PackedDecision.amount(this, SPENT);
  }

  get held(): string | null {
    return PackedDecision.amount(this, HELD);
  }

  get estimate(): string | null {
    return (this[FLAGS] & Answer.ESTIMATE) === 0 ? null : PackedDecision.amount(this, ESTIMATE);
  }

  get remaining(): string | null {
    return PackedDecision.amount(this, REMAINING);
  }

  get window(): Window | null {
    if (this[BUDGET] === null) return null;
    return { start: timeText(this[FIGURES][START] as number), end: timeText(this[FIGURES][END] as number) };
  }

  get resets_at(): string | null {
    return (this[FLAGS] & Answer.RESETS) === 0 ? null : timeText(this[FIGURES][RESETS] as number);
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
    return (decision[FLAGS] & Answer.RESERVATION) === 0 ? NaN : (decision[FIGURES][RESERVATION] as number);
  }

  /** A figure as text; null when no budget is named. */
  static amount(decision: PackedDecision, place: number): string | null {
    const budget = decision[BUDGET];
    return budget && amountText(decision[FIGURES][place] as number, budget.unit);
  }
}

// Copied by hand: a slice of a typed array costs ten times as much.
function figures(floats: Float64Array): number[] {
  return [
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
