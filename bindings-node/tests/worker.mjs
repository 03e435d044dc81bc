// A thread that holds an engine and does what it is told.
import { parentPort, workerData } from "node:worker_threads";
import { Engine } from "@spendgate/node";

const engine = Engine.attach(workerData.handle);
const at = workerData.at_ms;

/** Reserves and settles as often as told; counts what was said. */
function hammer(count) {
  const sums = { allowed: 0, refused: 0, wrong: [] };
  for (let call = 0; call < count; call++) {
    const decision = engine.reserve({ user: `u${call % 7}`, estimate: { usd: "0.000001" } }, at);
    if (decision.allowed) {
      sums.allowed++;
      const { outcome } = engine.settle(decision, { usd: "0.001000001" }, at);
      if (outcome !== "settled") sums.wrong.push(outcome);
    } else {
      sums.refused++;
      if (decision.budget !== "all") sums.wrong.push(decision.budget);
    }
  }
  return sums;
}

parentPort.on("message", ({ hammer: count, forever, ask }) => {
  if (count !== undefined) parentPort.postMessage(hammer(count));
  if (ask) parentPort.postMessage(engine.usage({ user: "u" }, at).counters[0]);
  for (let call = 0; forever; call++) {
    const held = engine.reserve({ user: "u", estimate: { usd: "0.001" } }, at);
    engine.settle(held, { usd: "0.001" }, at);
    if (call === 1000) parentPort.postMessage("begun");
  }
});
parentPort.postMessage("ready");
