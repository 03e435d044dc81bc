// A conformance server over an `Engine` class: what answers a line is here, how lines come is the program's.
//
// Commands go through the methods that a user calls. Only what a method cannot carry goes as text: a malformed step,
// and a line with numbers that JSON.parse would change.

const CALL = new Set(["user", "tier", "org", "feature", "session", "provider", "model", "estimate"]);
const AMOUNTS = new Set(["usd", "tokens", "input_tokens", "output_tokens", "usage"]);
const BESIDE = {
  reserve: ["ttl_ms"],
  preview: ["without"],
  settle: ["actual", "ok", "latency_ms"],
  release: ["ok", "latency_ms"],
  record: ["actual"],
  set_policy: ["prices"],
  usage: [],
  explain: [],
  window: [],
  cost: [],
  breaker: [],
  estimate: [],
  report: [],
  metrics: [],
  events: [],
  adjust: ["by", "why"],
  expire: [],
  store: [],
};

/** Answers lines, each with a line. */
export class Server {
  #Engine;
  #SpendgateError;
  #engine;

  /** @param binding the package: `Engine` and `SpendgateError` are used */
  constructor({ Engine, SpendgateError }) {
    this.#Engine = Engine;
    this.#SpendgateError = SpendgateError;
  }

  answer(line) {
    try {
      if (line.startsWith('{"start":')) return JSON.stringify(this.#start(line));
      const step = exact(line);
      const answer = step === undefined ? undefined : this.#typed(step);
      return answer === undefined ? this.#engine.command_text(line) : JSON.stringify(answer);
    } catch (error) {
      if (!(error instanceof this.#SpendgateError)) throw error;
      const { code, path, message } = error;
      return JSON.stringify({ error: code, ...(path === null ? {} : { path }), message });
    }
  }

  #start(line) {
    const start = members(line).start;
    const { prices, policy, at_ms, report_rows = 10_000 } = JSON.parse(start);
    this.#engine?.close();
    this.#engine = undefined;
    // What JSON.parse would change goes as its text.
    const exactly = (value, key) => (isObject(value) && !isExact(start) ? members(start)[key] : value);
    this.#engine = new this.#Engine({ at_ms, report_rows, policy: exactly(policy, "policy"), prices: exactly(prices, "prices") });
    return { outcome: "started" };
  }

  /** The answer of a method; undefined when the step is none that a method can carry. */
  #typed(step) {
    const engine = this.#engine;
    const { at_ms: atMs, at: _, ...rest } = step;
    if (!Number.isInteger(atMs) || "at" in step) return undefined;
    const [command, ...more] = Object.keys(rest).filter((key) => Object.hasOwn(BESIDE, key));
    if (command === undefined || more.length > 0) return undefined;
    if (Object.keys(rest).some((key) => key !== command && !BESIDE[command].includes(key))) return undefined;
    const value = rest[command];
    const report = "ok" in rest || "latency_ms" in rest ? { ok: rest.ok, latency_ms: rest.latency_ms } : undefined;
    switch (command) {
      case "reserve":
        return isPlain(value, CALL) ? engine.reserve(value, atMs, rest.ttl_ms) : undefined;
      case "preview":
        return isPlain(value, CALL) && !isObject(rest.without) ? engine.preview(value, atMs, rest.without) : undefined;
      case "settle":
        return typeof value === "string" && (rest.actual == null || isPlain(rest.actual, AMOUNTS))
          ? engine.settle(value, rest.actual, atMs, report)
          : undefined;
      case "release":
        return typeof value === "string" ? engine.release(value, atMs, report) : undefined;
      case "record":
        return engine.record(value, rest.actual, atMs);
      case "set_policy":
        return engine.set_policy(value, atMs, rest.prices);
      case "usage":
        return engine.usage(value, atMs);
      case "explain":
        return engine.explain(value, atMs);
      case "window":
        return engine.window(value, atMs);
      case "cost":
        return engine.cost(value, atMs);
      case "report":
        return value === true ? engine.report(atMs) : undefined;
      case "metrics":
        return value === true ? { text: engine.metrics(atMs) } : undefined;
      case "estimate":
        return engine.estimate(value, atMs);
      case "breaker":
        return engine.breaker(value, atMs);
      case "events":
        return value === true ? engine.events(atMs) : undefined;
      case "adjust":
        return engine.adjust(value, rest.by, atMs, rest.why);
      case "expire":
        return value === true ? engine.expire(atMs) : undefined;
      case "store":
        return engine.store(value, atMs);
    }
  }
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlain(value, keys) {
  return typeof value === "object" && value !== null && Object.keys(value).every((key) => keys.has(key));
}

/** The line's value; undefined when JSON.parse would not keep it exactly. */
function exact(line) {
  let value;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return isExact(line) ? value : undefined;
}

/** The members of an object's JSON text, each as its text. */
function members(text) {
  const found = {};
  let depth = 0;
  let from = 0;
  let key;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g)) {
    const isOuter = depth === 1;
    if (token.startsWith('"')) {
      if (isOuter) key ??= JSON.parse(token);
    } else if (token === ":") {
      if (isOuter) from = index + 1;
    } else if (token === "{" || token === "[") {
      depth++;
    } else {
      if (token !== ",") depth--;
      if (!isOuter) continue;
      if (key !== undefined) found[key] = text.slice(from, index).trim();
      key = undefined;
    }
  }
  return found;
}

/** Whether each number is written as JavaScript writes it, no key stands twice, and no key is `__proto__`. */
function isExact(line) {
  const outside = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  for (const [number] of outside.matchAll(/-?\d[\d.eE+-]*/g)) {
    const value = Number(number);
    if (String(value) !== number || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false;
  }
  if (line.includes("__proto__")) return false;
  const keys = [...outside.matchAll(/"":/g)].length;
  return keys === countKeys(JSON.parse(line));
}

function countKeys(value) {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + countKeys(item), 0);
  return Object.values(value).reduce((sum, item) => sum + 1 + countKeys(item), 0);
}
