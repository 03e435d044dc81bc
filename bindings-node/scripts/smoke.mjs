// Installs packed files into an empty folder and asks the engine there something.
//
//   node smoke.mjs FOLDER PLATFORM     the *.tgz of FOLDER; the addon has to be the one of PLATFORM
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [folder, platform] = process.argv.slice(2);
const names = ["wasm", "node", `node-${platform}`];
const { version } = createRequire(import.meta.url)("../package.json");
const place = mkdtempSync(join(tmpdir(), "spendgate-"));
try {
  writeFileSync(join(place, "package.json"), '{"private": true}\n');
  const files = names.map((name) => resolve(folder, `spendgate-${name}-${version}.tgz`));
  // A shell, for npm is a script on Windows.
  execFileSync("npm", ["install", "--no-audit", "--no-fund", ...files], { cwd: place, shell: true, stdio: "inherit" });
  const { Engine, engineInfo } = createRequire(join(place, "package.json"))("@spendgate/node");
  assert.deepEqual([engineInfo().backend, engineInfo().loaded], ["native", `@spendgate/node-${platform}`]);
  const engine = new Engine({
    at_ms: 0,
    policy: { budgets: [{ id: "b", scope: { user: "*" }, limit: { usd: "1" }, window: "daily", action: "block" }] },
  });
  const held = engine.reserve({ user: "u", estimate: { usd: "0.75" } }, 1);
  assert.equal(engine.reserve({ user: "u", estimate: { usd: "0.75" } }, 2).reason, "in_flight");
  assert.equal(engine.settle(held, { usd: "0.5" }, 3).outcome, "settled");
  console.log(`@spendgate/node works on ${platform}`);
} finally {
  // A library that is loaded cannot be removed everywhere; the folder is a temporary one.
  try {
    rmSync(place, { recursive: true, force: true });
  } catch {
    console.log(`${place} stays`);
  }
}
