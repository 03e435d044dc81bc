/*
 * A snapshot is taken before a command when the last one is 1,000 commands or one second old, as far as that costs
 * little: the work between two snapshots is to be at least twenty times that of one.
 */
const COMMANDS = 1000;
const AGE_MS = 1000;
const SHARE = 20;

/**
 * How many bytes of a snapshot are as much work as a twentieth of a command, where no clock tells: some hosts stop
 * theirs while a program runs.
 */
const BYTES_A_COMMAND = 20;

/** A state that is larger is not copied any more: the copy takes several times its size of the module's memory. */
const BYTES_MAX = 64 * 1024 * 1024;

const NOTHING = new Uint8Array(0);

/** Milliseconds by the host's clock, from any point. */
export function clock(): number {
  return performance.now();
}

/** One engine as this side knows it, with what is needed to open it again. */
export class Held {
  /** Its handle in the instance of the module that lives now. */
  inner: number;
  holders = 1;
  /** The `set_policy` command that was accepted last. */
  policy = "";
  /** Commands since the last snapshot. */
  since = 0;
  /** Commands up to it, since the start. */
  #before = 0;
  /** From that many commands on, or that time of a command on, `isDue` is to be asked. */
  askFrom = COMMANDS;
  askFromMs = -Infinity;
  isLost = false;
  isLarge = false;
  #snapshot: Uint8Array = NOTHING;
  #takenClock = clock();
  #tookMs = 0;

  /**
   * @param handle what this side calls it, for ever
   * @param start the snapshot that it was opened with; empty: with none
   */
  constructor(
    readonly handle: number,
    inner: number,
    readonly config: string,
    readonly start: Uint8Array = NOTHING,
  ) {
    this.inner = inner;
  }

  /** The last snapshot; empty when there is none but `start`. */
  get snapshot(): Uint8Array {
    return this.#snapshot;
  }

  /** How many commands are lost when the engine goes on from there. */
  lost(from: "snapshot" | "start" | "nothing"): number {
    return from === "snapshot" ? this.since : this.#before + this.since;
  }

  get ageMs(): number {
    return clock() - this.#takenClock;
  }

  /** Whether a snapshot is due before a command at `nowMs` (NaN where that is not known). */
  isDue(nowMs: number): boolean {
    if (this.since === 0) {
      this.askFromMs = nowMs + AGE_MS;
      return false;
    }
    const paid = this.since * BYTES_A_COMMAND >= this.#snapshot.length;
    if (!this.isLarge && (paid || (this.#tookMs > 0 && this.ageMs >= SHARE * this.#tookMs))) return true;
    // Asked again a little later, not at every command.
    this.askFrom = this.since + COMMANDS / 10;
    this.askFromMs = nowMs + AGE_MS / 10;
    return false;
  }

  /** Keeps a snapshot that was begun at `begunClock`, before a command at `nowMs`. */
  keep(snapshot: Uint8Array, begunClock: number, nowMs: number): void {
    this.#snapshot = snapshot;
    this.#takenClock = clock();
    this.#tookMs = this.#takenClock - begunClock;
    this.isLarge = snapshot.length > BYTES_MAX;
    this.#before += this.since;
    this.since = 0;
    this.askFrom = COMMANDS;
    this.askFromMs = nowMs + AGE_MS;
  }

  /** Goes on in a new instance from its snapshot, or from its start. */
  restarted(inner: number, from: "snapshot" | "start"): void {
    this.inner = inner;
    this.since = 0;
    this.askFrom = COMMANDS;
    this.askFromMs = -Infinity;
    if (from === "start") {
      this.#snapshot = NOTHING;
      this.#takenClock = clock();
      this.#before = 0;
    }
  }
}
