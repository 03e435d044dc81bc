// Builds the stream of an answer.

/** @typedef {import("../types.d.ts").Delta} Delta */

export class PlanBuilder {
  #start = "";
  /** @type {Delta[]} */
  #deltas = [];
  #lead = "";

  /** Events that carry nothing of the answer; they go out with the chunk that follows. @param {string} data */
  lead(data) {
    if (this.#deltas.length === 0) this.#start += data;
    else this.#lead += data;
  }

  /** A chunk of the answer. @param {string} data @param {number} chars */
  delta(data, chars) {
    this.#deltas.push({ data: this.#lead + data, chars });
    this.#lead = "";
  }

  /** @returns {import("../types.d.ts").Plan} */
  finish() {
    return { start: this.#start, deltas: this.#deltas, end: this.#lead };
  }
}
