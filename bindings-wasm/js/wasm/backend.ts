import * as glue from "../../glue/spendgate.js";
import type { Backend } from "../engine/backend.js";
import { layout, SpendgateError } from "../engine/index.js";
import { tell } from "./diagnostics.js";
import { clock, Held, type From } from "./held.js";

const ACCEPTED = '{"outcome":"accepted"}';
/** The place of a command's time in the block, as a float. */
const NOW = 0;
const NO_ENGINE = new Held(NaN, NaN, "");
/** Asks the glue for the instance that it has. */
const LIVING = undefined as unknown as { module: WebAssembly.Module };
const NO_BYTES = new Uint8Array(0);

/**
 * Carries commands to an instance of the module. A failure in it (a trap, a stack that is used up) leaves its state
 * without meaning: then a new instance takes its place, and every engine goes on in it from its last snapshot.
 */
export class WasmBackend implements Backend {
  readonly kind = "wasm";
  bytes = NO_BYTES;
  words = new Int32Array(0);
  floats = new Float64Array(0);
  lives = 0;
  #exports: glue.InitOutput;
  #run: (engine: number, op: number) => number;
  /** The engine of the latest command: most have but one. */
  #last = NO_ENGINE;
  #next = 1;
  #isBroken = false;
  readonly #held = new Map<number, Held>();

  constructor(module: WebAssembly.Module) {
    this.#exports = glue.initSync({ module });
    this.#run = this.#exports.run;
    this.#look();
  }

  open(config: string): string {
    const text = this.#call(() => glue.open(config));
    return this.#opened(text, (handle, inner) => new Held(handle, inner, config));
  }

  restore(config: string, snapshot: Uint8Array): string {
    const text = this.#call(() => glue.restore(config, snapshot));
    // A copy of its own: the caller may write into the bytes.
    return this.#opened(text, (handle, inner) => new Held(handle, inner, config, snapshot.slice()));
  }

  attach(engine: number): boolean {
    const held = this.#held.get(engine);
    if (held === undefined) return false;
    held.holders++;
    return true;
  }

  /** Never throws: engines that nobody holds are closed from where nothing could catch it. */
  close(engine: number): void {
    const held = this.#held.get(engine);
    if (held === undefined || --held.holders > 0) return;
    this.#held.delete(engine);
    this.#last = NO_ENGINE;
    if (held.isLost || this.#isBroken) return;
    try {
      this.#exports.close(held.inner);
    } catch (cause) {
      this.#failed(cause);
    }
  }

  run(engine: number, op: number): number {
    const held = engine === this.#last.handle ? this.#last : this.#find(engine);
    if (held.since >= held.askFrom || (this.floats[NOW] as number) >= held.askFromMs) {
      this.#keep(held, this.floats[NOW] as number);
    }
    held.since++;
    try {
      const status = this.#run(held.inner, op);
      if (this.bytes.length === 0) this.#look();
      return status;
    } catch (cause) {
      throw this.#failed(cause);
    }
  }

  text(): string {
    return this.#call(glue.text);
  }

  names(engine: number): string {
    const held = this.#find(engine);
    return this.#call(() => glue.names(held.inner));
  }

  command(engine: number, command: string): string {
    const held = this.#find(engine);
    // The time of the command is in its text: the host's clock tells as well how old the snapshot is.
    if (held.since >= held.askFrom || held.ageMs >= 1000) this.#keep(held, NaN);
    held.since++;
    const answer = this.#call(() => glue.command(held.inner, command));
    if (answer === ACCEPTED) held.accepted(command);
    return answer;
  }

  snapshot(engine: number): Uint8Array {
    const held = this.#find(engine);
    return this.#call(() => glue.snapshot(held.inner)) ?? NO_BYTES;
  }

  /** The catalogues that are compiled in, as JSON text. */
  catalogue(): string {
    return this.#call(glue.catalogue);
  }

  #find(engine: number): Held {
    if (this.#isBroken) this.#restart("the module could not be started again");
    const held = this.#held.get(engine);
    if (held === undefined) throw new SpendgateError("engine_closed", "the engine is closed");
    if (held.isLost) throw new SpendgateError("internal", "the engine failed and could not be restored");
    this.#last = held;
    return held;
  }

  #opened(text: string, hold: (handle: number, inner: number) => Held): string {
    const { engine } = JSON.parse(text) as { engine?: number };
    if (engine === undefined) return text;
    const held = hold(this.#next++, engine);
    this.#held.set(held.handle, held);
    return JSON.stringify({ engine: held.handle });
  }

  /** Calls into the module, and looks at its memory anew where that has moved. */
  #call<T>(command: () => T): T {
    if (this.#isBroken) this.#restart("the module could not be started again");
    try {
      const answer = command();
      if (this.bytes.length === 0) this.#look();
      return answer;
    } catch (cause) {
      throw this.#failed(cause);
    }
  }

  /** Views of the block. Memory that grows leaves the views before it empty. */
  #look(): void {
    // In this order: the block is made when it is first asked for, and the memory may grow for it.
    const at = this.#exports.block();
    const { buffer } = this.#exports.memory;
    this.bytes = new Uint8Array(buffer, at, layout.BLOCK_BYTES);
    this.words = new Int32Array(buffer, at, layout.BLOCK_BYTES / 4);
    this.floats = new Float64Array(buffer, at, layout.BLOCK_BYTES / 8);
  }

  /** Takes a snapshot if one is due. */
  #keep(held: Held, nowMs: number): void {
    if (!held.isDue(nowMs)) return;
    const begun = clock();
    const snapshot = this.#call(() => glue.snapshot(held.inner));
    if (snapshot === undefined) return;
    held.keep(snapshot, begun, nowMs);
    if (held.isLarge) tell({ kind: "snapshots_stopped", engine: held.handle, snapshot_bytes: snapshot.length });
  }

  /** Starts again after a failure; gives the error for the call that failed. */
  #failed(cause: unknown): SpendgateError {
    const why = String(cause);
    this.#isBroken = true;
    try {
      this.#restart(why);
    } catch (again) {
      return again as SpendgateError;
    }
    return new SpendgateError("internal", `the engine failed (${why}); whether the call may be made is undecided`, null, {
      cause,
    });
  }

  /** Makes a new instance and opens every engine in it. Each engine costs at most two more instances. */
  #restart(why: string): void {
    const gaps = [...this.#held.values()].filter((held) => !held.isLost).map((held) => new Gap(held));
    this.#last = NO_ENGINE;
    try {
      do {
        glue.__wbg_reset_state();
        this.#exports = glue.initSync(LIVING);
        this.#run = this.#exports.run;
      } while (!gaps.every((gap) => gap.reopen()));
      this.#look();
    } catch (cause) {
      throw new SpendgateError("internal", `the engine failed (${why}) and cannot be started again`, null, { cause });
    }
    this.#isBroken = false;
    this.lives++;
    for (const gap of gaps) gap.tell(why);
  }
}

/** So often a stack may be used up while an engine is opened again, before that counts as its own fault. */
const OVERFLOWS = 100;

/** What an engine loses by a restart. */
class Gap {
  #from: From;
  readonly #lost: Record<From, number>;
  readonly #named: Record<From, number>;
  readonly #ageMs: number;
  readonly #held: Held;

  constructor(held: Held) {
    this.#held = held;
    const each = (count: (from: From) => number) => ({
      snapshot: count("snapshot"),
      start: count("start"),
      nothing: count("nothing"),
    });
    this.#lost = each((from) => held.lost(from));
    this.#named = each((from) => held.named(from));
    this.#ageMs = held.ageMs;
    this.#from = held.snapshot.length > 0 ? "snapshot" : "start";
  }

  /** Opens the engine in the new instance; false when that failed and the instance with it. */
  reopen(): boolean {
    const { config, prices, policy, snapshot, start } = this.#held;
    while (this.#from !== "nothing") {
      const from = this.#from;
      // Taken back where it succeeds.
      this.#from = from === "snapshot" ? "start" : "nothing";
      let text: string;
      try {
        text = glue.revive(config, prices, policy, from === "snapshot" ? snapshot : start, this.#named[from]);
      } catch (cause) {
        // Where the caller's stack is used up, nothing can be opened: that is no fault of the snapshot.
        if (cause instanceof RangeError && ++this.#held.overflows < OVERFLOWS) throw cause;
        return false;
      }
      const { engine } = JSON.parse(text) as { engine?: number };
      if (engine !== undefined) {
        this.#from = from;
        this.#held.restarted(engine, from);
        return true;
      }
    }
    this.#held.isLost = true;
    return true;
  }

  tell(cause: string): void {
    tell({
      kind: "engine_restarted",
      engine: this.#held.handle,
      from: this.#from,
      commands_lost: this.#lost[this.#from],
      snapshot_age_ms: this.#ageMs,
      cause,
    });
  }
}
