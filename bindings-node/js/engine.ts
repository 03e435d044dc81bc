import { Engine as Base, open, restore, SpendgateError, type EngineOptions } from "@spendgate/wasm/engine";
import { load } from "./loader.js";

/** An engine that is open already. */
class Opened {
  constructor(readonly handle: number) {}
}

/** The engine over the compiled addon of this platform, or over WASM where there is none. */
export class Engine extends Base {
  /** A fresh engine. */
  constructor(options: EngineOptions) {
    const given: EngineOptions | Opened = options;
    super(load(), given instanceof Opened ? given.handle : open(load(), seeded(options)));
  }

  /** An engine with the state of a snapshot; the policy of `options` decides from now on. */
  static restore(options: EngineOptions, snapshot: Uint8Array): Engine {
    return Engine.#opened(restore(load(), seeded(options), snapshot));
  }

  /** Another holder of an engine, by its `handle`: in this thread or in another worker of this process. */
  static attach(handle: number): Engine {
    if (typeof handle !== "number") throw new SpendgateError("engine_closed", "a handle is a number");
    if (!load().attach(handle)) throw new SpendgateError("engine_closed", "no engine with that handle is open");
    return Engine.#opened(handle);
  }

  static #opened(handle: number): Engine {
    return new Engine(new Opened(handle) as unknown as EngineOptions);
  }
}

/** The options with a random seed for the hash of ids, unless they have one: then nobody can aim at its collisions. */
function seeded(options: EngineOptions): EngineOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return options;
  if (options.hash_seed !== undefined) return options;
  return { ...options, hash_seed: crypto.getRandomValues(new BigUint64Array(1))[0] as bigint };
}
