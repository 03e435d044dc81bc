import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "@spendgate/wasm";
import { SpendgateError, type Backend, type BackendKind } from "@spendgate/wasm/engine";
import { native, type Addon } from "./native.js";

declare const __VERSION__: string;

/** Which compiled engine answers, and how it came to that. */
export interface EngineInfo {
  /** Null: none could be loaded, and an engine cannot be made. */
  backend: BackendKind | null;
  /** The version of this package. */
  version: string;
  /** What was loaded: the name of a package, or a file. */
  loaded: string | null;
  /** What was tried before, and why it is not used. */
  tried: { what: string; why: string }[];
}

/** The platforms for which there is a package with a compiled addon. */
export const PLATFORMS = [
  "linux-x64-gnu",
  "linux-arm64-gnu",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64-msvc",
] as const;

/** An addon that was built here; no package carries one. */
const LOCAL = join(__dirname, "..", "spendgate.node");

const info: EngineInfo = { backend: null, version: __VERSION__, loaded: null, tried: [] };
let backend: Backend | undefined;
let looked = false;

/** Which compiled engine answers, and why it is that one. */
export function engineInfo(): EngineInfo {
  look();
  return { ...info, tried: info.tried.map((one) => ({ ...one })) };
}

/** The backend of this process; looked for once. */
export function load(): Backend {
  look();
  if (backend !== undefined) return backend;
  const tried = info.tried.map(({ what, why }) => `${what}: ${why}`).join("; ");
  throw new SpendgateError("unavailable", `no compiled engine could be loaded (${tried})`);
}

/**
 * Has `listener` told of failures of the WASM engine, where that is the one; the addon has none to tell of. Gives what
 * ends that.
 */
export function onDiagnostic(listener: (diagnostic: Diagnostic) => void): () => void {
  look();
  if (info.backend !== "wasm") return () => {};
  return (require("@spendgate/wasm") as typeof import("@spendgate/wasm")).onDiagnostic(listener);
}

function look(): void {
  if (looked) return;
  looked = true;
  const wanted = process.env["SPENDGATE_ENGINE"] ?? "";
  switch (wanted) {
    case "":
      if (!lookForNative()) lookForWasm();
      return;
    case "native":
      lookForNative();
      return;
    case "wasm":
      info.tried.push({ what: "native", why: "SPENDGATE_ENGINE is `wasm`" });
      lookForWasm();
      return;
    default:
      info.tried.push({ what: "SPENDGATE_ENGINE", why: `\`${wanted}\` is neither \`native\` nor \`wasm\`` });
  }
}

function lookForNative(): boolean {
  const names = candidates();
  if (names.length === 0) {
    info.tried.push({ what: "native", why: `no package for ${process.platform} on ${process.arch}` });
  }
  return names.some((name) => attempt(name, () => fitting(require(name) as Addon)));
}

function lookForWasm(): boolean {
  return attempt("@spendgate/wasm", () => (require("@spendgate/wasm") as { backend(): Backend }).backend());
}

/** What may hold a compiled addon for this machine, the likeliest first. */
function candidates(): string[] {
  const { platform, arch } = process;
  const local = existsSync(LOCAL) ? [LOCAL] : [];
  const own = PLATFORMS.filter((name) => name.startsWith(`${platform}-${arch}`));
  // Of the two libraries of Linux, this loader belongs to musl.
  if (existsSync(`/lib/ld-musl-${arch === "x64" ? "x86_64" : "aarch64"}.so.1`)) own.reverse();
  return [...local, ...own.map((name) => `@spendgate/node-${name}`)];
}

function fitting(addon: Addon): Backend {
  if (addon.VERSION !== __VERSION__) throw new Error(`is of version ${addon.VERSION}, not ${__VERSION__}`);
  return native(addon);
}

function attempt(what: string, make: () => Backend): boolean {
  try {
    backend = make();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const why = code === "MODULE_NOT_FOUND" ? "is not installed" : String(message).split("\n", 1)[0];
    info.tried.push({ what, why: why as string });
    return false;
  }
  info.backend = backend.kind;
  info.loaded = what;
  return true;
}
