// Loads a module in this process, which is fresh, calls it once and prints the milliseconds that took.
//
//   node start.mjs ours|bare URL

const AT_MS = 1_778_414_400_000;

const first = {
  ours({ Engine }) {
    const engine = new Engine({
      at_ms: AT_MS,
      policy: { budgets: [{ id: "b", scope: { user: "*" }, limit: { usd: "1" }, window: "daily", action: "block" }] },
    });
    return engine.reserve({ user: "u", estimate: { usd: "0.01" } }, AT_MS).allowed;
  },
  bare: ({ add }) => add(1, 1) === 2,
};

const [what, url] = process.argv.slice(2);
const begun = performance.now();
const isRight = first[what](await import(url));
const taken = performance.now() - begun;
if (!isRight) throw new Error("a wrong answer");
console.log(taken);
