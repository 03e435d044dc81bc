// A failure in the module: the process lives, the call is undecided, every engine goes on from its last snapshot.
//
// The module that fails is a build of its own (scripts/build-wasm.sh --faults), the reference the package.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Engine as Reference } from "@spendgate/wasm";
import { calls, POLICY, random } from "./random.mjs";

const { backend, Engine, inject, onDiagnostic, SpendgateError } = await import(process.env.SPENDGATE_FAULTS_ENTRY);

const START_MS = Date.UTC(2026, 4, 10);
const SEED = 7;
const PLACES = ["open", "restore", "revive", "close", "run", "text", "names", "command", "snapshot", "block", "catalogue"];
const KINDS = ["a panic", "an unreachable instruction", "an access out of bounds", "a stack that is used up"];

const told = [];
onDiagnostic((diagnostic) => told.push(diagnostic));
onDiagnostic(() => {
  throw new Error("a listener that fails");
});
afterEach(() => {
  told.length = 0;
});

/** Makes the next call of an export fail. */
function arm(place, kind = 0) {
  inject(PLACES.indexOf(place), kind);
}

/** `count` commands, each a function of an engine. */
function commands(seed, count) {
  const next = random(seed);
  const call = calls(next);
  return Array.from({ length: count }, (_, index) => {
    const asked = call();
    const atMs = START_MS + index;
    const end = next(3);
    const usd = next(1000) / 1e4;
    return (engine) => {
      const decision = engine.reserve(asked, atMs);
      if (decision.reservation !== null && end === 0) engine.settle(decision, { usd }, atMs);
      if (decision.reservation !== null && end === 1) engine.release(decision.reservation, atMs);
      return decision.toJSON();
    };
  });
}

/** How many commands the engine was given by these functions. */
function given(list, engine) {
  return list.reduce((sum, command) => {
    const { reservation } = command(engine);
    return sum + (reservation === null ? 1 : 2);
  }, 0);
}

/** A decision with the number of its reservation less `passed`. */
function shifted(decision, passed) {
  const { reservation } = decision;
  if (reservation === null) return decision;
  return { ...decision, reservation: `r${(parseInt(reservation.slice(1), 16) - passed).toString(16)}` };
}

function undecided(command) {
  assert.throws(command, (error) => error instanceof SpendgateError && error.code === "internal" && error.cause !== undefined);
}

/** What a user does that reaches the export. */
const REACH = {
  open: () => undecided(() => new Engine({ at_ms: START_MS })),
  restore: (engine, bytes) => undecided(() => Engine.restore({ at_ms: START_MS, policy: POLICY }, bytes)),
  close: () => {
    const other = new Engine({ at_ms: START_MS });
    arm("close", REACH.kind);
    other.close();
    other.close();
  },
  run: (engine) => undecided(() => engine.reserve({ user: "ada" }, START_MS + 50_000)),
  text: (engine) => undecided(() => engine.reserve({ user: "" }, START_MS + 50_000)),
  names: () => undecided(() => new Engine({ at_ms: START_MS })),
  command: (engine) => undecided(() => engine.usage({ user: "ada" }, START_MS + 50_000)),
  snapshot: (engine) => undecided(() => engine.snapshot()),
  catalogue: () => undecided(() => backend().catalogue()),
};

/** An engine and a reference that had the same commands, up to the engine's last snapshot. */
function afterFailure(place, kind) {
  const engine = new Engine({ at_ms: START_MS, policy: POLICY, hash_seed: SEED });
  const list = commands(kind + 11, 4000);
  const flat = [];
  const recorder = recording(engine, flat);
  list.forEach((command) => command(recorder));
  const bytes = engine.snapshot();
  REACH.kind = kind;
  arm(place, kind);
  REACH[place](engine, bytes);
  const [gap] = told.filter((diagnostic) => diagnostic.engine === engine.handle);
  assert.equal(gap.kind, "engine_restarted");
  // The first is taken after 1,000 commands, whatever the clock says.
  assert.equal(gap.from, "snapshot");
  assert.ok(gap.snapshot_age_ms >= 0);
  const lost = gap.commands_lost - (["run", "text", "command"].includes(place) ? 1 : 0);
  assert.ok(lost >= 0 && lost <= flat.length - 1000);
  const reference = new Reference({ at_ms: START_MS, policy: POLICY, hash_seed: SEED });
  flat.slice(0, flat.length - lost).forEach((command) => command(reference));
  return { engine, reference, passed: gap.commands_lost };
}

/** Passes commands on and notes each as a function of an engine; decisions are named by their reservation. */
function recording(engine, flat) {
  return {
    reserve(call, atMs) {
      flat.push((other) => other.reserve(call, atMs));
      return engine.reserve(call, atMs);
    },
    settle(decision, actual, atMs) {
      flat.push((other) => other.settle(decision.reservation, actual, atMs));
      return engine.settle(decision, actual, atMs);
    },
    release(reservation, atMs) {
      flat.push((other) => other.release(reservation, atMs));
      return engine.release(reservation, atMs);
    },
  };
}

for (const place of Object.keys(REACH)) {
  for (const [kind, what] of KINDS.entries()) {
    test(`after ${what} in \`${place}\`, 10,000 decisions are those of a reference with the same snapshot`, () => {
      const { engine, reference, passed } = afterFailure(place, kind);
      for (const command of commands(kind + 23, 10_000)) {
        assert.deepEqual(shifted(command(engine), passed), command(reference));
      }
      assert.deepEqual(engine.events(START_MS + 60_000), reference.events(START_MS + 60_000));
      engine.close();
    });
  }
}

test("a reservation that is lost names no other one", () => {
  const engine = new Engine({ at_ms: START_MS, policy: POLICY });
  const before = engine.reserve({ user: "ada" }, START_MS).reservation;
  for (let round = 0; round < 3; round++) {
    arm("run");
    undecided(() => engine.reserve({ user: "ada" }, START_MS));
    const after = engine.reserve({ user: "bob" }, START_MS).reservation;
    assert.ok(parseInt(after.slice(1), 16) > parseInt(before.slice(1), 16) + round);
    assert.throws(() => engine.settle(before, { usd: "1" }, START_MS), { code: "unknown_reservation" });
  }
  engine.close();
});

test("the policy that was accepted last is in force, under its own names", () => {
  const engine = new Engine({ at_ms: START_MS, policy: POLICY });
  const budget = (id) => ({ id, scope: { user: "*" }, limit: { usd: "1" }, window: "daily", action: "block" });
  for (const [index, id] of ["first", "second", "third"].entries()) {
    engine.set_policy({ version: index + 1, budgets: [budget(id)] }, START_MS);
    if (id === "second") assert.equal(engine.preview({ user: "ada", estimate: { usd: 1 } }, START_MS).budget, "second");
  }
  assert.throws(() => engine.set_policy({ version: 1 }, START_MS), { code: "stale_policy" });
  arm("command");
  undecided(() => engine.set_policy({ version: 9, budgets: [budget("undecided")] }, START_MS));
  const decision = engine.preview({ user: "ada", estimate: { usd: 1 } }, START_MS);
  assert.deepEqual([decision.budget, decision.policy_version, decision.limit], ["third", 3, "1"]);
  engine.close();
});

test("the prices that were accepted last are in force, also under a later policy", () => {
  const engine = new Engine({ at_ms: START_MS, policy: POLICY, prices: { mine: { input: "1", output: "1" } } });
  const usage = { prompt_tokens: 1_000_000, completion_tokens: 0 };
  engine.set_policy({ version: 1 }, START_MS, { mine: { input: "2", output: "2" } });
  engine.set_policy({ version: 2 }, START_MS);
  arm("run");
  undecided(() => engine.reserve({ user: "ada" }, START_MS));
  assert.equal(engine.preview({ user: "ada" }, START_MS).policy_version, 2);
  assert.deepEqual(engine.cost({ model: "mine", usage }, START_MS), { usd: "2" });
  engine.close();
});

test("every engine that is open goes on, and a closed one stays closed", () => {
  const engines = ["a", "b", "c"].map((id) => {
    const policy = { budgets: [{ id, scope: { global: true }, limit: { usd: "1" }, window: "daily", action: "block" }] };
    return new Engine({ at_ms: START_MS, policy });
  });
  engines[1].close();
  arm("run", 2);
  undecided(() => engines[0].reserve({}, START_MS));
  assert.equal(told.length, 2);
  assert.equal(engines[0].preview({ estimate: { usd: 2 } }, START_MS).budget, "a");
  assert.throws(() => engines[1].preview({}, START_MS), { code: "engine_closed" });
  assert.equal(engines[2].preview({ estimate: { usd: 2 } }, START_MS).budget, "c");
  engines[0].close();
  engines[2].close();
});

/** Runs `body` while every new instance of the module is given to `made` first. */
function withInstances(made, body) {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    const instance = new Instance(module, imports);
    made(instance);
    return instance;
  };
  try {
    body();
  } finally {
    WebAssembly.Instance = Instance;
  }
}

test("an engine that cannot be restored is lost, is said to be, and the others go on", () => {
  const lost = new Engine({ at_ms: START_MS, policy: POLICY });
  const other = new Engine({ at_ms: START_MS, policy: POLICY });
  let instances = 0;
  withInstances(
    (instance) => {
      // The first engine to be opened again is the one that fails.
      if (++instances === 1) instance.exports.inject(PLACES.indexOf("revive"), 1);
    },
    () => {
      arm("run");
      undecided(() => lost.reserve({}, START_MS));
    },
  );
  const from = Object.fromEntries(told.map((diagnostic) => [diagnostic.engine, diagnostic.from]));
  assert.deepEqual(from, { [lost.handle]: "nothing", [other.handle]: "start" });
  assert.throws(() => lost.reserve({}, START_MS), { code: "internal" });
  assert.equal(other.reserve({ user: "ada" }, START_MS).allowed, true);
  lost.close();
  other.close();
});

test("failures without end are no loop without end", () => {
  const engine = new Engine({ at_ms: START_MS, policy: POLICY });
  let instances = 0;
  withInstances(
    (instance) => {
      instances++;
      instance.exports.inject(PLACES.indexOf("block"), 1);
    },
    () => {
      arm("run");
      undecided(() => engine.reserve({}, START_MS));
      undecided(() => engine.reserve({}, START_MS));
      assert.ok(instances <= 4, `${instances} instances`);
    },
  );
  assert.equal(engine.reserve({ user: "ada" }, START_MS).allowed, true);
  engine.close();
});

test("a caller whose stack is used up gets an error, and the engine goes on", () => {
  const engine = new Engine({ at_ms: START_MS, policy: POLICY });
  const down = () => {
    engine.usage({ user: "ada" }, START_MS);
    down();
  };
  assert.throws(down, (error) => error instanceof RangeError || error instanceof SpendgateError);
  assert.equal(engine.reserve({ user: "ada" }, START_MS).allowed, true);
  engine.close();
});
