// @spendgate/node as it is packed: installed outside the tree, with the addon of this platform and without.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { install, NODES, packed, run, tool } from "./support.mjs";

const ADDON = "node_modules/@spendgate/node-linux-x64-gnu";
const USE = `
  const engine = new Engine({
    at_ms: Date.UTC(2026, 4, 10),
    policy: { budgets: [{ id: "b", scope: { user: "*" }, limit: { usd: "1" }, window: "daily", action: "block" }] },
  });
  const call = { user: "u", estimate: { usd: "0.75" } };
  const held = engine.reserve(call, Date.UTC(2026, 4, 10));
  const refused = engine.reserve(call, Date.UTC(2026, 4, 10));
  const said = { allowed: held.allowed, reason: refused.reason, backend: engine.backend, info: engineInfo() };
  console.log(JSON.stringify(said));
`;
const ESM = `import { Engine, engineInfo } from "@spendgate/node";${USE}`;
const CJS = `const { Engine, engineInfo } = require("@spendgate/node");${USE}`;

let place;
before(() => {
  place = install("wasm", "node", "node-linux-x64-gnu");
  place.write("esm.mjs", ESM);
  place.write("cjs.cjs", CJS);
});
after(() => place.remove());

for (const program of NODES) {
  const version = run(program, ["--version"]);
  for (const file of ["esm.mjs", "cjs.cjs"]) {
    test(`${file} runs on the addon, on ${version}`, () => {
      const { allowed, reason, backend, info } = JSON.parse(place.run(program, [file]));
      assert.deepEqual([allowed, reason, backend], [true, "in_flight", "native"]);
      assert.deepEqual([info.loaded, info.tried], ["@spendgate/node-linux-x64-gnu", []]);
    });
  }
}

test("modules and CommonJS have the same classes, and only names that are meant", () => {
  place.write(
    "both.mjs",
    `import { createRequire } from "node:module";
     import * as module from "@spendgate/node";
     const required = createRequire(import.meta.url)("@spendgate/node");
     console.log(JSON.stringify([
       Object.keys(module).filter((name) => name !== "default" && module[name] !== required[name]),
       Object.keys(required).sort(),
     ]));`,
  );
  const [different, names] = JSON.parse(place.run(process.execPath, ["both.mjs"]));
  assert.deepEqual(different, []);
  assert.deepEqual(names, [
    ...["ACTIONS", "COMMANDS", "DIMENSIONS", "ERROR_CODES", "EVENT_KINDS", "Engine", "OUTCOMES", "REASONS"],
    ...["SpendgateError", "UNITS", "WHY", "engineInfo", "onDiagnostic"],
  ]);
});

test("TypeScript reads the types, as module, as CommonJS and for bundlers", () => {
  const text = `import { Engine, engineInfo, SpendgateError, ACTIONS } from "@spendgate/node";
    import type { Action, Call, Decision, EngineInfo } from "@spendgate/node";
    const engine: Engine = new Engine({ at_ms: 0, policy: null });
    const call: Call = { user: "u", estimate: { usd: 1n } };
    const decision: Decision = engine.reserve(call, 0, null);
    const action: Action = ACTIONS[0];
    const info: EngineInfo = engineInfo();
    const other: Engine = Engine.attach(engine.handle);
    const state: Uint8Array = Engine.restore({ at_ms: 0 }, other.snapshot()).snapshot();
    // @ts-expect-error: a user is text
    engine.reserve({ user: 5 }, 0);
    // @ts-expect-error: an engine needs its time
    new Engine({});
    // @ts-expect-error: what an engine is made of is its own
    engine.command_bytes();
    export { decision, action, info, state, SpendgateError };`;
  place.write("types.mts", text);
  place.write("types.cts", text);
  const common = { noEmit: true, strict: true, exactOptionalPropertyTypes: true, target: "es2022", lib: ["es2022"], types: [] };
  for (const [resolution, module, files] of [
    ["node16", "node16", ["types.mts", "types.cts"]],
    ["bundler", "esnext", ["types.mts"]],
  ]) {
    const settings = { compilerOptions: { ...common, module, moduleResolution: resolution }, files };
    place.write("tsconfig.json", JSON.stringify(settings));
    place.run(tool("tsc"), ["-p", "."]);
  }
});

test("without the addon WASM answers, with the same class, and it is said why", () => {
  const bare = install("wasm", "node");
  try {
    bare.write("esm.mjs", ESM);
    bare.write("cjs.cjs", CJS);
    for (const program of NODES) {
      for (const file of ["esm.mjs", "cjs.cjs"]) {
        const { allowed, reason, backend, info } = JSON.parse(bare.run(program, [file]));
        assert.deepEqual([allowed, reason, backend, info.loaded], [true, "in_flight", "wasm", "@spendgate/wasm"]);
        assert.deepEqual(
          info.tried.map(({ what, why }) => `${what} ${why}`),
          ["@spendgate/node-linux-x64-gnu is not installed", "@spendgate/node-linux-x64-musl is not installed"],
        );
      }
    }
    assert.throws(() => bare.run(process.execPath, ["esm.mjs"], { SPENDGATE_ENGINE: "native" }), /code: 'unavailable'/);
  } finally {
    bare.remove();
  }
});

test("an addon that is taken away, broken or of another version is passed over", () => {
  const other = install("wasm", "node", "node-linux-x64-gnu");
  const ask = () => JSON.parse(other.run(process.execPath, ["esm.mjs"]));
  try {
    other.write("esm.mjs", ESM);
    assert.equal(ask().backend, "native");
    writeFileSync(other.inside(`${ADDON}/spendgate.node`), "no library");
    let { backend, info } = ask();
    assert.equal(backend, "wasm");
    assert.match(info.tried[0].why, /spendgate\.node/);
    rmSync(other.inside(`${ADDON}/spendgate.node`));
    writeFileSync(other.inside(`${ADDON}/package.json`), '{"main": "spendgate.cjs"}');
    writeFileSync(other.inside(`${ADDON}/spendgate.cjs`), 'exports.VERSION = "0.0.9";');
    ({ backend, info } = ask());
    assert.deepEqual([backend, info.tried[0].why], ["wasm", "is of version 0.0.9, not 0.1.0"]);
    rmSync(other.inside(ADDON), { recursive: true });
    ({ backend, info } = ask());
    assert.deepEqual([backend, info.tried[0].why], ["wasm", "is not installed"]);
  } finally {
    other.remove();
  }
});

test("the packed addon has nothing that is for tests and benchmarks, and no folder of the machine that built it", () => {
  const file = place.inside(`${ADDON}/spendgate.node`);
  const exports = Object.keys(createRequire(import.meta.url)(file)).sort();
  assert.deepEqual(exports, [
    ...["VERSION", "attach", "catalogue", "close", "command", "connect", "names", "open", "restore", "snapshot", "text"],
  ]);
  const bytes = readFileSync(file).toString("latin1");
  for (const name of ["root", "home", "work", "Users", "tmp"]) assert.ok(!bytes.includes(`/${name}/`), name);
});

test("the packed addon asks for no symbol later than glibc 2.28", () => {
  const symbols = run("objdump", ["-T", place.inside(`${ADDON}/spendgate.node`)]);
  const versions = [...symbols.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  assert.ok(versions.length > 0);
  assert.ok(Math.max(...versions) <= 28, `2.${Math.max(...versions)}`);
});

test("manifests say what is needed, and nothing runs while they are installed", () => {
  const main = JSON.parse(readFileSync(place.inside("node_modules/@spendgate/node/package.json"), "utf8"));
  assert.deepEqual(main.dependencies, { "@spendgate/wasm": main.version });
  assert.deepEqual(Object.keys(main.optionalDependencies), [
    "@spendgate/node-darwin-arm64",
    "@spendgate/node-darwin-x64",
    "@spendgate/node-linux-arm64-gnu",
    "@spendgate/node-linux-arm64-musl",
    "@spendgate/node-linux-x64-gnu",
    "@spendgate/node-linux-x64-musl",
    "@spendgate/node-win32-x64-msvc",
  ]);
  for (const version of Object.values(main.optionalDependencies)) assert.equal(version, main.version);
  const addon = JSON.parse(readFileSync(place.inside(`${ADDON}/package.json`), "utf8"));
  assert.deepEqual([addon.os, addon.cpu, addon.libc, addon.version], [["linux"], ["x64"], ["glibc"], main.version]);
  for (const manifest of [main, addon]) {
    assert.equal(manifest.scripts, undefined);
    assert.equal(manifest.license, "MIT OR Apache-2.0");
    assert.equal(manifest.engines.node, ">=20");
  }
  for (const folder of ["node_modules/@spendgate/node", ADDON]) {
    const files = readdirSync(place.inside(folder));
    for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) assert.ok(files.includes(licence), `${folder}: ${licence}`);
    assert.ok(files.includes("README.md"), folder);
  }
  assert.match(readFileSync(place.inside(`${ADDON}/prices.LICENSE`), "utf8"), /MIT/);
});

for (const name of ["node", "node-linux-x64-gnu"]) {
  test(`publint finds no fault with ${name}`, () => {
    run(tool("publint"), [packed(name), "--strict"]);
  });
}

test("attw finds no fault with the types", () => {
  run(tool("attw"), [packed("node")]);
});
