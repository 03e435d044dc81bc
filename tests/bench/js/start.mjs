// Loads a module in this process, which is fresh, calls it once and prints the milliseconds that took.
//
//   node start.mjs ours|bare

/** A module with one function that adds: what any module costs at least. */
const BARE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7,
  0, 32, 0, 32, 1, 106, 11,
]);

const start = {
  async ours() {
    const { Engine } = await import("@spendgate/wasm");
    const engine = new Engine({
      at_ms: 1_778_414_400_000,
      policy: { budgets: [{ id: "b", scope: { user: "*" }, limit: { usd: "1" }, window: "daily", action: "block" }] },
    });
    return engine.reserve({ user: "u", estimate: { usd: "0.01" } }, 1_778_414_400_000).allowed;
  },
  async bare() {
    const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(BARE));
    return exports.add(1, 1) === 2;
  },
};

const begun = performance.now();
const isRight = await start[process.argv[2]]();
const taken = performance.now() - begun;
if (!isRight) throw new Error("a wrong answer");
console.log(taken);
