/** What went wrong beside a call, which went on. */
export interface Diagnostic {
  /**
   * - `invalid_attribute`: an id was refused; the call counts without it
   * - `invalid_estimate`: an estimate was refused; the call is made without it
   * - `undecided`: the engine failed; the call was made without a decision
   * - `unsettled`: what a call used could not be charged
   * - `callback_failed`: a callback of the application threw or rejected
   * - `policy_failed`, `prices_failed`: a document could not be read or was refused; the one in force stays
   * - `engine_unavailable`: no engine could be loaded; nothing is enforced
   * - `engine_restarted`, `snapshots_stopped`: of the WASM engine
   * - `not_enforced`: a method of a wrapped client that is not enforced was called
   * - `not_downgraded`: a call kept its model, for a framework or its set-up allows no other; the budget only warned
   * - `stream_cut`: a stream was ended, for more of it would have passed a budget
   */
  kind: string;
  message: string;
  /** What was thrown, where something was. */
  error?: unknown;
}

/** Passes diagnostics on. Nothing that a listener does reaches the caller. */
export class Diagnostics {
  readonly #listener: ((diagnostic: Diagnostic) => unknown) | undefined;
  readonly #said = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #now: () => number;

  /** @param listener where they go; unless given, to the console, each kind once a minute */
  constructor(listener: ((diagnostic: Diagnostic) => unknown) | undefined, now: () => number) {
    this.#listener = listener;
    this.#now = now;
  }

  /** How many there were of each kind, as Prometheus text. */
  metrics(): string {
    const lines = [...this.#counts].sort().map(([kind, count]) => `spendgate_diagnostics_total{kind="${kind}"} ${count}\n`);
    const about = "# HELP spendgate_diagnostics_total What went wrong beside a call, which went on.\n# TYPE spendgate_diagnostics_total counter\n";
    return lines.length === 0 ? "" : about + lines.join("");
  }

  tell(kind: string, message: string, error?: unknown): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    const diagnostic: Diagnostic = error === undefined ? { kind, message } : { kind, message, error };
    if (this.#listener === undefined) {
      this.#print(diagnostic);
      return;
    }
    try {
      const returned = this.#listener(diagnostic);
      if (returned instanceof Promise) returned.catch(() => {});
    } catch {
      // There is nobody left to tell.
    }
  }

  #print({ kind, message, error }: Diagnostic): void {
    const now = this.#now();
    const last = this.#said.get(kind);
    if (last !== undefined && now - last < 60_000) return;
    this.#said.set(kind, now);
    const why = error instanceof Error ? `: ${error.message}` : "";
    console.warn(`[spendgate] ${kind}: ${message}${why}`);
  }
}

/** Calls a callback of the application; whatever becomes of it, the caller goes on. */
export function callSafely<T>(callback: ((value: T) => unknown) | undefined, value: T, diagnostics: Diagnostics, name: string): void {
  if (callback === undefined) return;
  const failed = (error: unknown) => diagnostics.tell("callback_failed", `${name} failed`, error);
  try {
    const returned = callback(value) as { then?: unknown } | undefined;
    if (returned !== null && typeof returned === "object" && typeof returned.then === "function") {
      (returned as PromiseLike<unknown>).then(undefined, failed);
    }
  } catch (error) {
    failed(error);
  }
}
