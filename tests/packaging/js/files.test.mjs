// What the tarballs hold.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { NAME, project } from "./installed.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The packages that are installed, with their folders. */
async function installed(folder) {
  const scope = join(folder, "node_modules/@spendgate");
  return (await readdir(scope)).map((name) => [`@spendgate/${name}`, join(scope, name)]);
}

/** Every file below a folder, relative to it. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** The texts that are in a value and below. */
function leaves(value) {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [];
}

test(`${NAME} and what comes with it`, async (t) => {
  const folder = await project(t);
  const packages = await installed(folder);
  const names = packages.map(([name]) => name);

  await t.test("nothing else is installed", async () => {
    assert.ok(names.includes(NAME));
    const others = (await readdir(join(folder, "node_modules"))).filter((name) => !name.startsWith("."));
    assert.deepEqual(others, ["@spendgate"]);
  });

  for (const [name, place] of packages) {
    const manifest = JSON.parse(await readFile(join(place, "package.json"), "utf8"));

    await t.test(`${name} says what it is, and runs nothing when it is installed`, () => {
      const { version, license, engines, scripts, devDependencies } = manifest;
      assert.deepEqual([manifest.name, version, license], [name, "0.1.0", "MIT OR Apache-2.0"]);
      assert.deepEqual([engines, scripts, devDependencies], [{ node: ">=20" }, undefined, undefined]);
      const needs = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
      assert.ok(needs.every((need) => need.startsWith("@spendgate/")), `${needs}`);
    });

    await t.test(`${name} has its licences, what it runs, and no debris`, async () => {
      const files = await filesOf(place);
      for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) {
        assert.equal(await readFile(join(place, licence), "utf8"), await readFile(join(ROOT, licence), "utf8"));
      }
      if (files.some((file) => /\.(wasm|node)$/.test(file))) {
        assert.match(await readFile(join(place, "prices.LICENSE"), "utf8"), /genai-prices[^]*MIT License/);
      }
      const kept = /^(dist\/[\w-]+\.(c?js|d\.c?ts|wasm)|spendgate\.node|package\.json|README\.md|LICENSE-\w+|prices\.LICENSE)$/;
      assert.deepEqual(files.filter((file) => !kept.test(file)), []);
      assert.ok(files.includes("README.md"));
    });

    await t.test(`${name} holds all that its manifest names`, async () => {
      const files = new Set(await filesOf(place));
      const named = [manifest.exports, manifest.main, manifest.types, manifest.typesVersions].flatMap(leaves);
      assert.deepEqual(named.filter((path) => !files.has(path.replace(/^\.\//, ""))), []);
    });

    await t.test(`${name} says nothing of the machine that built it, and cannot be made to fail`, async () => {
      // A README may tell how failures are tested.
      for (const file of (await filesOf(place)).filter((file) => file !== "README.md")) {
        const bytes = await readFile(join(place, file));
        for (const word of [`${homedir()}/`, ROOT, "fault-injection", "a panic on purpose"]) {
          assert.ok(!bytes.includes(word), `${file} holds \`${word}\``);
        }
      }
    });

    await t.test(`the README of ${name} has no link that leads nowhere outside the repository`, async () => {
      const readme = await readFile(join(place, "README.md"), "utf8");
      assert.doesNotMatch(readme, /\]\((?!https?:|#)/);
    });
  }
});
