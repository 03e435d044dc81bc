// The server of the conformance runner: steps as JSON lines on stdin, answers as JSON lines on stdout.
//
// It uses an engine as its user would: each command by its method. Only what a method cannot carry goes as text: a step
// that is malformed, and one with a number that JavaScript would read as another.
import { once } from "node:events";

/** The commands whose methods take just one thing and the time. */
const PLAIN = ["set_policy", "usage", "explain", "window", "cost", "breaker"];

/** Each command: the keys that may stand beside it, and how its method is called. */
const COMMANDS = {
  reserve: { beside: ["ttl_ms"], call: (engine, step) => engine.reserve(step.reserve, step.at_ms, step.ttl_ms) },
  preview: { beside: [], call: (engine, step) => engine.preview(step.preview, step.at_ms) },
  settle: {
    beside: ["actual", "ok", "latency_ms"],
    call: (engine, step) => engine.settle(step.settle, step.actual, step.at_ms, report(step)),
  },
  release: {
    beside: ["ok", "latency_ms"],
    call: (engine, step) => engine.release(step.release, step.at_ms, report(step)),
  },
  record: { beside: ["actual"], call: (engine, step) => engine.record(step.record, step.actual, step.at_ms) },
  events: { only: true, beside: [], call: (engine, step) => engine.events(step.at_ms) },
  expire: { only: true, beside: [], call: (engine, step) => engine.expire(step.at_ms) },
  adjust: { beside: ["by", "why"], call: (engine, step) => engine.adjust(step.adjust, step.by, step.at_ms, step.why) },
  store: { beside: [], call: (engine, step) => engine.store(step.store, step.at_ms) },
};
for (const name of PLAIN) COMMANDS[name] = { beside: [], call: (engine, step) => engine[name](step[name], step.at_ms) };

/** Answers lines until stdin ends. */
export async function serve(Engine) {
  const server = new Server(Engine);
  process.stdin.setEncoding("utf8");
  let rest = "";
  for await (const chunk of process.stdin) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    await write(lines.map((line) => `${server.answer(line)}\n`).join(""));
  }
  if (rest !== "") await write(`${server.answer(rest)}\n`);
}

async function write(text) {
  if (text !== "" && !process.stdout.write(text)) await once(process.stdout, "drain");
}

class Server {
  #Engine;
  #engine;

  constructor(Engine) {
    this.#Engine = Engine;
  }

  answer(line) {
    try {
      return this.#run(line);
    } catch (error) {
      if (error?.name !== "SpendgateError") throw error;
      const { code, path, message } = error;
      return JSON.stringify({ error: code, message, ...(path === null ? {} : { path }) });
    }
  }

  #run(line) {
    let step;
    try {
      step = JSON.parse(line);
    } catch {
      return this.#engine.command_text(line);
    }
    // What comes out as it went in has lost nothing: no digit of a number, no key that stands twice.
    const exact = JSON.stringify(step) === line;
    if (isObject(step) && isObject(step.start)) return this.#start(step.start, exact ? undefined : line);
    const method = exact ? methodOf(step) : undefined;
    if (method === undefined) return this.#engine.command_text(line);
    return JSON.stringify(method.call(this.#engine, step));
  }

  #start({ prices, policy, at_ms }, line) {
    this.#engine?.close();
    // What JavaScript would change goes as it is written.
    const text = (value, key) => (line !== undefined && isObject(value) ? member(line, key) : value);
    this.#engine = new this.#Engine({ at_ms, policy: text(policy, "policy"), prices: text(prices, "prices") });
    return '{"outcome":"started"}';
  }
}

/** How a step is run by a method; none when it cannot be. */
function methodOf(step) {
  if (!isObject(step) || typeof step.at_ms !== "number") return undefined;
  const keys = Object.keys(step).filter((key) => key !== "at_ms");
  const named = keys.filter((key) => Object.hasOwn(COMMANDS, key));
  if (named.length !== 1) return undefined;
  const [name] = named;
  const { beside, only, call } = COMMANDS[name];
  if (!keys.every((key) => key === name || beside.includes(key))) return undefined;
  if (only !== undefined && step[name] !== only) return undefined;
  return { call };
}

function report({ ok, latency_ms }) {
  return { ok, latency_ms };
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a member of the object in `{"start": {…}}`. */
function member(line, key) {
  let depth = 0;
  let start = -1;
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
  for (let token = tokens.exec(line), before = ""; token !== null; before = token[0], token = tokens.exec(line)) {
    const [text] = token;
    if (start >= 0 && depth === 2 && (text === "," || text === "}")) return line.slice(start, token.index);
    if (text === ":" && depth === 2 && start < 0 && JSON.parse(before) === key) start = tokens.lastIndex;
    if (text === "{" || text === "[") depth++;
    if (text === "}" || text === "]") depth--;
  }
  throw new Error(`no \`${key}\` in a start`);
}
