// Which script the next request follows: those of its scope, or else the common ones.

import { ScriptError, readScript } from "./script.mjs";

/** @typedef {import("../types.d.ts").Script} Script */

/** @type {Script} */
const NOTHING = {};
const COMMON = "";

export class Scripts {
  /** @type {Map<string, { default: Script, queue: { script: Script, left: number }[] }>} */
  #scopes = new Map();

  /**
   * Follows an order, all of it or nothing.
   * @param {import("../types.d.ts").ScriptOrder} order
   * @returns {number} how many requests of this scope are scripted by the queue
   */
  set(order) {
    if (typeof order !== "object" || order === null) throw new ScriptError("an order is an object");
    for (const key of Object.keys(order)) {
      if (!["scope", "default", "queue", "append"].includes(key)) throw new ScriptError(`\`${key}\` is no key of an order`);
    }
    const scope = order.scope ?? COMMON;
    if (typeof scope !== "string") throw new ScriptError("`scope` is a text");
    const old = this.#scopes.get(scope) ?? { default: NOTHING, queue: [] };
    const standing = order.default === undefined ? old.default : readScript(order.default ?? NOTHING);
    const queue = order.queue === undefined ? [...old.queue] : entries(order.queue);
    queue.push(...entries(order.append ?? []));
    this.#scopes.set(scope, { default: standing, queue });
    return queue.reduce((sum, entry) => sum + entry.left, 0);
  }

  /**
   * The script of the next request of a scope. A scope that has scripts takes none of the common ones.
   * @param {string} scope
   */
  next(scope) {
    const found = this.#scopes.get(scope) ?? this.#scopes.get(COMMON);
    if (found === undefined) return NOTHING;
    const head = found.queue[0];
    if (head === undefined) return found.default;
    if (--head.left === 0) found.queue.shift();
    return head.script;
  }

  /** Forgets the scripts of a scope, or all. @param {string | undefined} scope */
  reset(scope) {
    if (scope === undefined) this.#scopes.clear();
    else this.#scopes.delete(scope);
  }
}

/** @param {unknown} scripts */
function entries(scripts) {
  if (!Array.isArray(scripts)) throw new ScriptError("a queue is a list of scripts");
  return scripts.map((value) => {
    const script = readScript(value);
    return { script, left: script.times ?? 1 };
  });
}
