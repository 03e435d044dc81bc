import type { EngineOptions } from "./options.js";

/** Which compiled engine answers: the addon of Node, or the WASM module. */
export type BackendKind = "native" | "wasm";

/**
 * What carries commands to a compiled engine. It holds no rule: it moves bytes.
 *
 * The three views look at one block of memory that the engine shares (`packed` in the core says what stands
 * where). A backend may replace them in any call, so they are read anew after each.
 */
export interface Backend {
  readonly kind: BackendKind;
  bytes: Uint8Array;
  words: Int32Array;
  floats: Float64Array;
  /** How often every engine was opened anew: names that were fetched before count no more. Never, unless given. */
  readonly lives?: number;

  /** A fresh engine. Gives JSON text: `{"engine": handle}` or an error. */
  open(config: string): string;
  /** As `open`, with the state of a snapshot. */
  restore(config: string, snapshot: Uint8Array): string;
  /** Another holder of an engine that is open; false when it is not. */
  attach(engine: number): boolean;
  /** Lets go of an engine; the last holder ends it. */
  close(engine: number): void;
  /** Runs a hot command over the block; gives a `Status`. */
  run(engine: number, op: number): number;
  /** The answer of a `run` that ended with `Status.Text`. */
  text(): string;
  /** The names of the budgets in force, as JSON text. */
  names(engine: number): string;
  /** One command as JSON text, its answer as JSON text. */
  command(engine: number, command: string): string;
  /** The whole state. */
  snapshot(engine: number): Uint8Array;
}

export type { EngineOptions };
