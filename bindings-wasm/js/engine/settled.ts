import type { Backend } from "./backend.js";
import { OUTCOMES, type Outcome } from "./catalogue.js";
import { amountText } from "./format.js";
import { Answer, HALF_BYTES } from "./layout.js";
import type { Settled } from "./values.js";

const WORD = HALF_BYTES / 4;
const FLOAT = HALF_BYTES / 8;

// Symbols, as a decision has them.
const USD = Symbol("usd");
const OVERAGE = Symbol("overage");

/** The outcome of an end in a block. */
export function outcome(from: Backend): Outcome {
  return OUTCOMES[from.words[WORD + 1] as number] as Outcome;
}

/** The answer to a settle, unfolded from a block; its amounts become text when they are read. */
export class PackedSettled implements Settled {
  declare readonly outcome: Outcome;
  declare private readonly [USD]: number;
  declare private readonly [OVERAGE]: number;

  constructor(from: Backend) {
    this.outcome = outcome(from);
    this[USD] = ((from.words[WORD] as number) & Answer.CHARGED) === 0 ? NaN : (from.floats[FLOAT + 3] as number);
    this[OVERAGE] = from.floats[FLOAT + 2] as number;
  }

  get usd(): string | null {
    return Number.isNaN(this[USD]) ? null : amountText(this[USD], "usd");
  }

  get overage(): string | null {
    return this[OVERAGE] > 0 ? amountText(this[OVERAGE], "usd") : null;
  }

  /** The wire's form. */
  toJSON(): Settled {
    const overage = this.overage;
    return { outcome: this.outcome, usd: this.usd, ...(overage === null ? {} : { overage }) };
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): Settled {
    return this.toJSON();
  }
}
