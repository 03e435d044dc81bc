// One request and the writing of its answer.

import { delivered } from "./answer.mjs";
import { told } from "./usage.mjs";

/** @typedef {import("../types.d.ts").Received} Entry */
/** @typedef {import("../types.d.ts").Reply} Reply */
/** @typedef {import("../types.d.ts").Script} Script */

export class Exchange {
  /** The client is gone, or the answer has ended. */
  closed = false;
  /** The last byte of a sound answer has been handed over. */
  complete = false;
  /** @type {Reply | undefined} */
  reply;
  /** @type {Set<() => void>} */
  #waiting = new Set();
  /** @type {((model: string) => void) | undefined} */
  #close;

  /**
   * @param {import("node:http").ServerResponse} res
   * @param {Entry} record
   * @param {Script} script
   * @param {(model: string) => void} close
   */
  constructor(res, record, script, close) {
    this.res = res;
    this.record = record;
    this.script = script;
    this.#close = close;
    // `finish` comes when all has been handed to the system, before a client can have read it; `close` also without it.
    res.on("finish", () => this.#end("answered"));
    res.on("close", () => this.#end("aborted"));
    if (res.destroyed) this.#end("aborted");
  }

  /** Waits, or until the client is gone. @param {number} ms @returns {Promise<void>} */
  wait(ms) {
    return this.#until((wake) => {
      const timer = setTimeout(wake, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Until the client has read what was written, or is gone. @returns {Promise<void>} */
  drained() {
    return this.#until((wake) => {
      this.res.once("drain", wake);
      return () => this.res.off("drain", wake);
    });
  }

  /** @param {(wake: () => void) => () => void} begin gives what undoes it */
  #until(begin) {
    if (this.closed) return Promise.resolve();
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        const wake = () => {
          undo();
          this.#waiting.delete(wake);
          resolve();
        };
        const undo = begin(wake);
        this.#waiting.add(wake);
      })
    );
  }

  /** Ends the connection in the middle of whatever is going on. @param {boolean} hard with a reset */
  cut(hard) {
    this.record.state = "broken";
    const { socket } = this.res;
    if (socket === null) return;
    // What was written goes out first: on the same machine it has then arrived as well.
    socket.write("", () => (hard ? socket.resetAndDestroy() : socket.destroy()));
  }

  /** @param {"answered" | "aborted"} state */
  #end(state) {
    if (this.#close === undefined) return;
    const { record, reply } = this;
    this.closed = true;
    if (record.state === "open") record.state = state;
    if (reply !== undefined) bill(record, reply, this.complete);
    this.#close(reply?.answer.model ?? record.model);
    this.#close = undefined;
    for (const wake of this.#waiting) wake();
  }
}

/**
 * An answer that came to its end costs its usage; one that did not, its input and what was delivered; an error, or a
 * connection that ended before the answer began, nothing.
 * @param {Entry} record
 * @param {Reply} reply
 * @param {boolean} complete
 */
function bill(record, reply, complete) {
  const { answer } = reply;
  if (complete && record.state === "answered" && reply.silent !== true) record.reported = told(answer, reply.wire) ?? null;
  const nothing = reply.free === true || record.state === "refused" || (record.state === "broken" && record.status === null);
  if (nothing) return;
  record.billed_usage = complete ? answer.usage : delivered(answer.usage, record.chars, answer.chars);
  record.billed = reply.wire(record.billed_usage);
}
