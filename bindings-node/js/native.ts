import { layout, SpendgateError, type Backend } from "@spendgate/wasm/engine";

/** What the addon exports; `src/exports.rs` has it. Each function throws an `Error` with a `code`. */
export interface Addon {
  readonly VERSION: string;
  open(config: string): string;
  restore(config: string, snapshot: Uint8Array): string;
  attach(engine: number): boolean;
  close(engine: number): void;
  connect(): { block: ArrayBuffer; run(): void };
  text(): string;
  names(engine: number): string;
  command(engine: number, command: string): string;
  snapshot(engine: number): Uint8Array;
  catalogue(): string;
}

const { HALF_BYTES } = layout;

// Where a port has its numbers: `src/port.rs`.
const ENGINE = HALF_BYTES / 8 - 2;
const OP = HALF_BYTES / 4 - 2;
const STATUS = HALF_BYTES / 4 - 1;

/** The addon as a backend, with a block of its own. */
export function native(addon: Addon): Backend {
  const { block, run } = guarded(() => addon.connect());
  const words = new Int32Array(block);
  const floats = new Float64Array(block);
  return {
    kind: "native",
    bytes: new Uint8Array(block),
    words,
    floats,
    open: (config) => guarded(() => addon.open(config)),
    // A copy, for nobody else may write into what the engine reads.
    restore: (config, snapshot) => guarded(() => addon.restore(config, new Uint8Array(snapshot))),
    attach: (engine) => guarded(() => addon.attach(engine)),
    close: (engine) => guarded(() => addon.close(engine)),
    run(engine, op) {
      floats[ENGINE] = engine;
      words[OP] = op;
      try {
        run();
      } catch (cause) {
        throw failure(cause);
      }
      return words[STATUS] as number;
    },
    text: () => guarded(() => addon.text()),
    names: (engine) => guarded(() => addon.names(engine)),
    command: (engine, command) => guarded(() => addon.command(engine, command)),
    snapshot: (engine) => guarded(() => addon.snapshot(engine)),
  };
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw failure(cause);
  }
}

/** The addon's error as the package's. */
function failure(cause: unknown): SpendgateError {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  return new SpendgateError(code === "engine_closed" ? code : "internal", String(message), null, { cause });
}
