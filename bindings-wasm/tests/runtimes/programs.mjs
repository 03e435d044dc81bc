// Deno and Bun: their npm packages hold the programs in a package of the platform.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const server = fileURLToPath(new URL("../serve.mjs", import.meta.url));
const require = createRequire(import.meta.url);

/** The program `file` of an npm package, `undefined` where the package is not for this machine. */
function programOf(name, file) {
  const folders = require.resolve.paths(name).map((folder) => join(folder, name, file));
  return folders.find((path) => existsSync(path));
}

/** The first of these programs that is there. */
function firstOf(what, candidates) {
  const found = candidates.map(([name, file]) => programOf(name, file)).find((path) => path !== undefined);
  if (found === undefined) throw new Error(`${what} is not installed: npm ci`);
  return found;
}

const platform = `${process.platform}-${process.arch}`;

export const programs = {
  deno: () =>
    firstOf("deno", [
      [`@deno/${platform}-glibc`, "deno"],
      [`@deno/${platform}`, "deno"],
    ]),
  bun: () =>
    firstOf("bun", [
      [`@oven/bun-${platform}`, "bin/bun"],
      [`@oven/bun-${platform}-baseline`, "bin/bun"],
      // Where install scripts ran, the program was moved.
      ["bun", "bin/bun.exe"],
    ]),
  workerd: () => {
    const cpu = process.arch === "x64" ? "64" : process.arch;
    return firstOf("workerd", [[`@cloudflare/workerd-${process.platform}-${cpu}`, "bin/workerd"]]);
  },
  node24: () => firstOf("node 24", [[`node-${platform}`, "bin/node"]]),
};

/** Runs a program on this process' own streams. */
async function inPlace(program, args) {
  const child = spawn(program, args, { stdio: "inherit" });
  const [code, signal] = await once(child, "exit");
  if (code !== 0) {
    console.error(`${program} ended with ${code ?? signal}`);
    process.exitCode = 1;
  }
  return { close: () => undefined };
}

/** Without a permission: the package reads no file there. */
export const deno = () => inPlace(programs.deno(), ["run", "--quiet", "--no-prompt", "--cached-only", "--node-modules-dir=manual", server]);

export const bun = () => inPlace(programs.bun(), ["run", "--bun", server]);
