// The manifests of the compiled packages, the loader's list, the crate and the release workflow name the same.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const main = JSON.parse(read("package.json"));
const platforms = readdirSync(new URL("../npm", import.meta.url)).sort();

test("the loader looks for every platform that has a manifest", () => {
  const list = /PLATFORMS = \[([^\]]*)\]/.exec(read("js/loader.ts"))[1];
  assert.deepEqual([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name).sort(), platforms);
});

test("all have one version, which is the crate's", () => {
  const crate = /^version = "(.*)"$/m.exec(read("../Cargo.toml"))[1];
  for (const platform of platforms) assert.equal(JSON.parse(read(`npm/${platform}/package.json`)).version, crate);
  assert.deepEqual([main.version, main.dependencies["@spendgate/wasm"]], [crate, crate]);
});

test("a manifest admits the platform that its name says, and no other", () => {
  const libraries = { gnu: ["glibc"], musl: ["musl"] };
  for (const platform of platforms) {
    const { name, os, cpu, libc } = JSON.parse(read(`npm/${platform}/package.json`));
    const [system, processor, library] = platform.split("-");
    assert.equal(name, `@spendgate/node-${platform}`);
    assert.deepEqual([os, cpu, libc], [[system], [processor], libraries[library]], platform);
  }
});

test("the release workflow builds every platform", () => {
  const workflow = read("../.github/workflows/release.yml");
  for (const platform of platforms) {
    assert.match(workflow, new RegExp(`(platform: |smoke\\.mjs dist )${platform}\\b`), platform);
  }
  assert.doesNotMatch(workflow, /secrets\./);
});
