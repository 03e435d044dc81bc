/** So many users are kept at most. */
const USERS_MAX = 4096;
/** When so many reserves have found no room, those that are kept make room for others. */
const MISSED_MAX = 32 * USERS_MAX;

const decoder = new TextDecoder();

/**
 * Users whom the engine has seen, by name: a handle says who a call is from in a word, and the engine finds the counters by
 * it without a look at the name. A handle means one user of one engine for ever, or nobody any more.
 */
export class Seen {
  readonly #handles = new Map<string, number>();
  #missed = 0;

  /** The user's handle, if there is one. */
  get(user: string): number | undefined {
    return this.#handles.get(user);
  }

  /** Keeps the handle of the user whose name has these bytes. */
  add(name: Uint8Array, handle: number): void {
    if (this.#handles.size >= USERS_MAX) {
      if (++this.#missed < MISSED_MAX) return;
      this.clear();
    }
    // A text of its own: the caller's may be a part of a long one, which it would keep alive.
    this.#handles.set(decoder.decode(name), handle);
  }

  /** The handle leads nowhere. */
  remove(user: string): void {
    this.#handles.delete(user);
  }

  /** The engine is another one. */
  clear(): void {
    this.#handles.clear();
    this.#missed = 0;
  }
}

/** Nobody was seen. */
export const NOBODY = new Seen();
