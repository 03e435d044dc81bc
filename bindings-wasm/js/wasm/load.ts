import { SpendgateError, type Backend } from "../engine/index.js";
import { WasmBackend } from "./backend.js";

/**
 * Where `init` takes the module from: its bytes, a response that carries them, or the compiled module. A promise of
 * one is taken too.
 */
export type WasmSource = ArrayBuffer | ArrayBufferView | ResponseLike | ModuleLike;

/** A `Response` of `fetch`. */
export interface ResponseLike {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A `WebAssembly.Module`. */
export type ModuleLike = object;

/** The module as the class over any engine sees it: for packages that bring a class of their own. */
export interface WasmModule extends Backend {
  /** The catalogues that are compiled in, as JSON text. */
  catalogue(): string;
}

/** How an entry of the package gets at the module that lies beside it. */
export interface Loader {
  /** At once, where the host can do that. */
  now?: () => WebAssembly.Module;
  /** In a while. */
  later?: () => Promise<WasmSource>;
}

let loader: Loader = {};
let living: WasmBackend | undefined;
let loading: Promise<void> | undefined;

/** Says how the module is loaded. Nothing is loaded before it is needed. */
export function use(how: Loader): void {
  loader = how;
}

/** The engine's module, loaded when it is first asked for; throws `unavailable` where that takes `init`. */
export function backend(): WasmModule {
  if (living !== undefined) return living;
  if (loader.now === undefined) {
    throw new SpendgateError("unavailable", "the module is not loaded yet: `await init()` before the first engine");
  }
  try {
    living = new WasmBackend(loader.now());
  } catch (cause) {
    throw unavailable(cause);
  }
  return living;
}

/**
 * Loads the module. Needed before the first engine where a host cannot load at once (browsers, unknown hosts); does
 * nothing where it is loaded already. It may be called again after it failed.
 *
 * @param source the module's bytes or what carries them; unless given, the file of this package
 */
export async function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  if (living !== undefined) return;
  if (source === undefined && loader.now !== undefined) {
    backend();
    return;
  }
  loading ??= load(source).finally(() => {
    loading = undefined;
  });
  await loading;
}

async function load(source: WasmSource | Promise<WasmSource> | undefined): Promise<void> {
  try {
    const given = await (source ?? loader.later?.());
    const compiled = await compile(given);
    living ??= new WasmBackend(compiled);
  } catch (cause) {
    throw unavailable(cause);
  }
}

async function compile(source: unknown): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source as BufferSource);
  if (typeof Response === "function" && source instanceof Response) {
    if (!source.ok) throw new Error(`${source.url} answers with status ${source.status}`);
    // Streaming asks for the right media type, which not every server sends.
    if (source.headers.get("content-type") === "application/wasm" && "compileStreaming" in WebAssembly) {
      return WebAssembly.compileStreaming(source);
    }
    return WebAssembly.compile(await source.arrayBuffer());
  }
  throw new TypeError("`init` takes bytes, a Response or a WebAssembly.Module");
}

function unavailable(cause: unknown): SpendgateError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SpendgateError("unavailable", `the module of the engine cannot be loaded: ${why}`, null, { cause });
}
