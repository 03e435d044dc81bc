// The spend cap that one writes in an hour: a map, a day, a sum.

const DAY_MS = 86_400_000;

export class Cap {
  #users = new Map();
  #limit;

  constructor(limit) {
    this.#limit = limit;
  }

  spend(user, usd, nowMs) {
    const windowStart = nowMs - (nowMs % DAY_MS);
    let entry = this.#users.get(user);
    if (entry === undefined) {
      entry = { spent: 0, windowStart };
      this.#users.set(user, entry);
    } else if (entry.windowStart !== windowStart) {
      entry.spent = 0;
      entry.windowStart = windowStart;
    }
    const allowed = entry.spent + usd <= this.#limit;
    if (allowed) entry.spent += usd;
    return { allowed, spent: entry.spent, limit: this.#limit, remaining: this.#limit - entry.spent };
  }
}
