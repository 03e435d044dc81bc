import { Engine as AnyEngine, open, restore, type EngineOptions } from "../engine/index.js";
import { backend } from "./load.js";

/** The handle of an engine that is open. */
class Opened {
  constructor(readonly handle: number) {}
}

/** An engine of the WASM module. */
export class Engine extends AnyEngine {
  /**
   * Opens an engine.
   *
   * @throws SpendgateError as the core refuses the options, and `unavailable` where the module is not loaded
   */
  constructor(options: EngineOptions) {
    const wasm = backend();
    const given: unknown = options;
    super(wasm, given instanceof Opened ? given.handle : open(wasm, seeded(options)));
  }

  /** Opens an engine with the state of a snapshot. The policy is not in it: `options` has the one in force. */
  static restore(options: EngineOptions, snapshot: Uint8Array): Engine {
    const opened: unknown = new Opened(restore(backend(), seeded(options), snapshot));
    return new Engine(opened as EngineOptions);
  }
}

/** Options with a random seed for the hash of ids, unless they have one. What is not plain is left to the engine. */
function seeded(options: EngineOptions): EngineOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return options;
  const given = { ...options };
  if (given.hash_seed === undefined) {
    try {
      given.hash_seed = crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
    } catch {
      // Workers have no randomness outside a request. Then it is the core's.
    }
  }
  return given;
}
