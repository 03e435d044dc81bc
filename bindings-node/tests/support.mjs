// What the tests share: policies, the bare addon, other processes.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export const AT_MS = Date.UTC(2026, 4, 10, 12);
export const HERE = fileURLToPath(new URL(".", import.meta.url));
export const ADDON = fileURLToPath(new URL("../spendgate.node", import.meta.url));

/** The addon itself, the same that the package has loaded. */
export const addon = createRequire(import.meta.url)(ADDON);

/** One budget for each user. */
export function policy(limit, more = []) {
  return {
    budgets: [{ id: "each", scope: { user: "*" }, limit, window: "monthly", action: "block" }, ...more],
  };
}

/** Runs a module in a process of its own, and gives what it printed; fails where it did not end well. */
export function inProcess(source, { env = {}, flags = [] } = {}) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, "--input-type=module", "--eval", source],
    { cwd: HERE, encoding: "utf8", env: { ...process.env, ...env }, timeout: 60_000 },
  );
  if (status !== 0) throw new Error(`ended with ${signal ?? status}: ${stderr}`);
  return stdout.trim();
}
