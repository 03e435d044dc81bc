/*
 * A snapshot is due before a command when the last one is 1,000 commands or one second old. It is taken as far as
 * snapshots are at most a twentieth of the time, or of the work: a state that takes 50 ms to copy is copied once a second.
 */
const COMMANDS = 1000;
const AGE_MS = 1000;
const SHARE = 20;

/** What a byte of a snapshot takes at least. Some hosts stop their clock while a program runs. */
const MS_A_BYTE = 10e-6;
/** How many bytes of a snapshot are as much work as a twentieth of a command. */
const BYTES_A_COMMAND = 3;

/** A state that is larger is not copied any more: the copy takes several times its size of the module's memory. */
const BYTES_MAX = 64 * 1024 * 1024;

const NOTHING = new Uint8Array(0);

/** From what an engine goes on after a failure. */
export type From = "snapshot" | "start" | "nothing";

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
  /** The one that brought the prices that are in force; empty where those are the configuration's. */
  prices = "";
  /** Commands since the last snapshot. */
  since = 0;
  /** Commands up to it, since the start or the last restart from there. */
  #before = 0;
  /** Commands in all, but for the latest `since`, in every instance; and at the last snapshot. */
  #ever = 0;
  #everThen = 0;
  /** From that many commands on, or that time of a command on, `isDue` is to be asked. */
  askFrom = COMMANDS;
  askFromMs = -Infinity;
  isLost = false;
  /** How often the stack was used up when it was to be opened again. */
  overflows = 0;
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

  /** Notes a `set_policy` command that was accepted. */
  accepted(command: string): void {
    this.policy = command;
    if ("prices" in (JSON.parse(command) as object)) this.prices = command;
  }

  /** How many commands are lost when the engine goes on from there. */
  lost(from: From): number {
    return from === "snapshot" ? this.since : this.#before + this.since;
  }

  /** How many reservations may have been named since then: none of the names may come again. */
  named(from: From): number {
    return this.#ever + this.since - (from === "snapshot" ? this.#everThen : 0);
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
    const isPaid = this.since * BYTES_A_COMMAND >= this.#snapshot.length || this.ageMs >= SHARE * this.#tookMs;
    if (isPaid && !this.isLarge) return true;
    // Asked again a little later, not at every command.
    this.askFrom = this.since + COMMANDS / 10;
    this.askFromMs = nowMs + AGE_MS / 10;
    return false;
  }

  /** Keeps a snapshot that was begun at `begunClock`, before a command at `nowMs`. */
  keep(snapshot: Uint8Array, begunClock: number, nowMs: number): void {
    this.#snapshot = snapshot;
    this.#takenClock = clock();
    this.#tookMs = Math.max(this.#takenClock - begunClock, snapshot.length * MS_A_BYTE);
    this.isLarge = snapshot.length > BYTES_MAX;
    this.#before += this.since;
    this.#ever += this.since;
    this.#everThen = this.#ever;
    this.since = 0;
    this.askFrom = COMMANDS;
    this.askFromMs = nowMs + AGE_MS;
  }

  /** Goes on in a new instance from its snapshot, or from its start. */
  restarted(inner: number, from: From): void {
    this.inner = inner;
    this.overflows = 0;
    this.#ever += this.since;
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
