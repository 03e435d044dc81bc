import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundle } from "./bundle.mjs";
import { programs } from "./programs.mjs";

/** Loopback is the only network. A binding is a text. */
const config = ({ bindings = {}, flags = [], date = "2026-11-01" }) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "bundle.js", esModule = embed "bundle.js"),
    (name = "spendgate.wasm", wasm = embed "spendgate.wasm"),
  ],
  bindings = [${Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`)}],
  compatibilityDate = "${date}",
  compatibilityFlags = ${JSON.stringify(flags)},
);
`;

/** Starts a worker from `bundle.js` and `spendgate.wasm` in a folder; gives its address. */
export async function startWorkerd(folder, options = {}) {
  writeFileSync(join(folder, "config.capnp"), config(options));
  const child = spawn(programs.workerd(), ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const exited = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface(child.stdio[3]), "line"),
    exited.then(([code]) => Promise.reject(new Error(`workerd ended with ${code}`))),
  ]);
  const { port } = JSON.parse(line);
  const close = async () => {
    // Asked politely, it would wait for its open requests.
    child.kill("SIGKILL");
    await exited;
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}

/** A worker that answers lines. */
export async function onWorkerd() {
  const folder = mkdtempSync(join(tmpdir(), "spendgate-workerd-"));
  await bundle("worker.mjs", "workerd", folder);
  const worker = await startWorkerd(folder);
  const answer = async (lines) => {
    const response = await fetch(worker.url, { method: "POST", body: lines.join("\n") });
    const body = await response.text();
    if (!response.ok) throw new Error(`workerd answers ${response.status}: ${body}`);
    return body.split("\n");
  };
  const close = async () => {
    await worker.close();
    rmSync(folder, { recursive: true });
  };
  return { answer, close };
}
