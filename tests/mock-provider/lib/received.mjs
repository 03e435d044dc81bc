// What came in, what was delivered of the answers, and what that costs.

/** @typedef {import("../types.d.ts").Received} Entry */
/** @typedef {import("../types.d.ts").Totals} Totals */
/** @typedef {import("../types.d.ts").Usage} Usage */

export const KEEP = 20_000;

/** @returns {Totals} */
const nothing = () => ({ requests: 0, open: 0, answered: 0, refused: 0, aborted: 0, broken: 0, billed: {} });

export class ReceivedList {
  #keep;
  /** @type {Entry[]} */
  #list = [];
  #all = nothing();
  /** @type {Map<string, Totals>} */
  #scopes = new Map();
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {number} keep how many of the latest requests are listed; all count */
  constructor(keep) {
    this.#keep = keep;
  }

  /**
   * A request begins.
   * @param {Entry} record
   * @returns {(model: string) => void} to be called once, when the record says how the request ended
   */
  open(record) {
    this.#list.push(record);
    // Not one by one: taking from the front of a long list moves the rest.
    if (this.#list.length > 2 * this.#keep) this.#list.splice(0, this.#list.length - this.#keep);
    // The sums of now: a request that ends after a reset is added to sums that nobody sees.
    const sums = this.#totals(record.scope);
    for (const totals of sums) {
      totals.requests += 1;
      totals.open += 1;
    }
    return (model) => {
      if (record.state === "open") throw new Error("a request that ended is not open");
      for (const totals of sums) {
        totals.open -= 1;
        totals[record.state] += 1;
        if (record.billed_usage !== null) charge(totals.billed, model, record.billed_usage);
      }
      for (const wake of this.#waiting) wake();
    };
  }

  /** @param {string} scope */
  #totals(scope) {
    let own = this.#scopes.get(scope);
    if (own === undefined) this.#scopes.set(scope, (own = nothing()));
    return [this.#all, own];
  }

  /**
   * @param {{ scope?: string | undefined, idle_ms?: number | undefined, list?: boolean | undefined }} filter of one scope or all;
   * `idle_ms`: waits as long as that for open requests to end; `list: false`: counts alone
   * @returns {Promise<import("../types.d.ts").ReceivedAnswer>}
   */
  async read({ scope, idle_ms = 0, list = true }) {
    const totals = () => (scope === undefined ? this.#all : this.#scopes.get(scope) ?? nothing());
    if (idle_ms > 0 && totals().open > 0) await this.#idle(() => totals().open === 0, idle_ms);
    const kept = this.#list.slice(Math.max(0, this.#list.length - this.#keep));
    const listed = scope === undefined ? kept : kept.filter((record) => record.scope === scope);
    return structuredClone({ ...totals(), list: list ? listed : [] });
  }

  /** @param {() => boolean} isDone @param {number} ms @returns {Promise<void>} */
  #idle(isDone, ms) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const look = () => isDone() && end();
      const timer = setTimeout(end, ms);
      this.#waiting.add(look);
    });
  }

  /** Forgets the requests of a scope, or all. The sums of all scopes keep what a single one forgets. @param {string | undefined} scope */
  reset(scope) {
    if (scope === undefined) {
      this.#list = [];
      this.#scopes.clear();
      this.#all = nothing();
    } else {
      this.#list = this.#list.filter((record) => record.scope !== scope);
      this.#scopes.delete(scope);
    }
    for (const wake of this.#waiting) wake();
  }
}

/** @param {Totals["billed"]} billed @param {string} model @param {Usage} usage */
function charge(billed, model, usage) {
  const sum = /** @type {Record<string, number>} */ (/** @type {unknown} */ (billed[model] ??= { calls: 0, input: 0, output: 0 }));
  sum.calls = (sum.calls ?? 0) + 1;
  for (const [key, count] of Object.entries(usage)) if (typeof count === "number") sum[key] = (sum[key] ?? 0) + count;
}
