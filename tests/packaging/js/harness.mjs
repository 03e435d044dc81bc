// Installs packed npm packages into empty folders outside the tree and runs programs there.

import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build as bundle } from "esbuild";
import { programs } from "../../../bindings-wasm/tests/runtimes/programs.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The packed file of a package, `spendgate-wasm` or another, in dist/. */
export function packed(name) {
  const file = readdirSync(join(root, "dist")).find((file) => file.startsWith(`${name}-`) && /^\d[^-]*\.tgz$/.test(file.slice(name.length + 1)));
  if (file === undefined) throw new Error(`dist/ has no ${name}: make package`);
  return join(root, "dist", file);
}

/**
 * An empty folder with `files` (text by name) in which `packages` (packed files by package name) are installed. The test
 * removes it at its end.
 */
export async function project(test, packages, files) {
  const folder = mkdtempSync(join(tmpdir(), "spendgate-package-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  const dependencies = Object.fromEntries(Object.entries(packages).map(([name, file]) => [name, `file:${file}`]));
  const manifest = { private: true, type: "module", dependencies };
  for (const [name, text] of Object.entries({ "package.json": JSON.stringify(manifest), ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  await run("npm", ["install", "--silent", "--no-audit", "--no-fund"], { cwd: folder });
  return folder;
}

/** What a program prints, run in a folder. What it says when it fails is the error. */
export async function output(folder, program, args, options = {}) {
  try {
    const { stdout } = await run(program, args, { cwd: folder, ...options });
    return stdout.trim();
  } catch (error) {
    throw new Error(`${program} ${args.join(" ")}\n${error.stdout}${error.stderr}`);
  }
}

/** The Node releases that are supported. */
export const nodes = { "this Node": () => process.execPath, "Node 24": programs.node24 };

/** Runs TypeScript's compiler of the repository over a folder: an error in the types is an error here. */
export function typeCheck(folder, ...options) {
  const args = [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--target", "es2022", ...options];
  return output(folder, process.execPath, args);
}

/** Bundles a file of the folder for a host that has the export condition; what `beside` names is put beside the bundle. */
export async function bundleFor(folder, entry, condition, beside) {
  const out = join(folder, "out");
  await bundle({
    absWorkingDir: folder,
    entryPoints: [entry],
    outfile: join(out, "bundle.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: [condition],
    external: ["*.wasm", "*.wasm?module"],
    logLevel: "warning",
  });
  copyFileSync(join(folder, "node_modules", beside), join(out, beside.split("/").at(-1)));
  return out;
}
