// The package under test as a stranger gets it: from its tarballs, in an empty folder outside the tree.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { programs } from "../../../bindings-wasm/tests/runtimes/programs.mjs";

const run = promisify(execFile);
const VERSION = "0.1.0";
const PLATFORM = "linux-x64-gnu";

/** The name of the package under test. */
export const NAME = process.env.SPENDGATE_PACKAGE ?? "@spendgate/wasm";

const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));
const tarball = (name) => join(dist, `spendgate-${name}-${VERSION}.tgz`);

/** The package's own tarball. */
export const TARBALL = tarball(NAME.slice("@spendgate/".length));

/** What is installed, by what then answers: with the platform's package left out, the WASM engine. */
const INSTALLS = {
  "@spendgate/wasm": { wasm: [TARBALL] },
  "@spendgate/node": {
    native: [TARBALL, tarball("wasm"), tarball(`node-${PLATFORM}`)],
    wasm: [TARBALL, tarball("wasm")],
  },
};

/** The engines that the package can have; the first is the one it has when all of it is there. */
export const BACKENDS = Object.keys(INSTALLS[NAME] ?? {});
if (BACKENDS.length === 0) throw new Error(`no package \`${NAME}\``);

/** The programs of Node: the one that runs the tests where it is of that release, else npm's. */
export const NODES = {
  "Node 20": process.env.SPENDGATE_NODE_20 ?? process.execPath,
  "Node 24": programs.node24(),
};

/** What `usage.ts` has to say, whatever it runs on. */
export const said = (backend) => ({
  backend,
  first: [true, "allow", "1"],
  settled: ["settled", "0.5"],
  second: [false, "would_exceed", "0.5", "2026-05-31T22:00:00Z"],
  price: "2.5",
  spent: ["0.5"],
  actions: 5,
  invalid: "invalid_id user",
  unknown: "invalid_policy budgets[0].scope",
  closed: "engine_closed null",
});

/** An empty folder outside the tree with the package in it; gone when the test is over. */
export async function project(test, { backend = BACKENDS[0], type = "module" } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "spendgate-package-"));
  test.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type }));
  // Offline, with an empty cache: nothing but the tarballs can be found.
  const options = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", join(folder, ".npm")];
  await command("npm", ["install", ...options, ...INSTALLS[NAME][backend]], folder);
  return folder;
}

/** Runs a program in a folder and gives what it prints; what it prints besides is shown when it fails. */
export async function command(program, args, cwd, more = {}) {
  const kept = Object.entries(process.env).filter(([key]) => !/^(NODE|npm|SPENDGATE)_/i.test(key));
  try {
    const { stdout } = await run(program, args, { cwd, env: { ...Object.fromEntries(kept), ...more } });
    return stdout;
  } catch (error) {
    const { code, stdout, stderr } = error;
    throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`, { cause: error });
  }
}

/** A file of this folder, about the package under test. */
export async function source(name) {
  const text = await readFile(new URL(name, import.meta.url), "utf8");
  return text.replaceAll("@spendgate/wasm", NAME);
}

/** Writes `usage.ts` as JavaScript, and beside it what calls it. */
export async function program(folder, { format, file, text }) {
  const usage = await transform(await source("usage.ts"), { loader: "ts", format });
  await writeFile(join(folder, format === "cjs" ? "usage.cjs" : "usage.js"), usage.code);
  await writeFile(join(folder, file), text.replaceAll("@spendgate/wasm", NAME));
}

/** A program that prints what `usage.ts` says. */
export const PRINTS = {
  esm: { format: "esm", file: "main.mjs", text: 'import { use } from "./usage.js";\nconsole.log(JSON.stringify(use()));\n' },
  cjs: { format: "cjs", file: "main.cjs", text: 'const { use } = require("./usage.cjs");\nconsole.log(JSON.stringify(use()));\n' },
};
