import type { From } from "./held.js";

/** An engine failed (a trap in the module) and was made anew from its last snapshot. */
export interface EngineRestarted {
  kind: "engine_restarted";
  /** The engine's `handle`. */
  engine: number;
  /**
   * From what it goes on: its last periodic snapshot; `start`: as it was opened or restored, for there was no later one
   * or it could not be used; `nothing`: it is lost, every later command throws `internal`.
   */
  from: From;
  /** Commands since then that count no more; the one that failed is undecided, and among them. */
  commands_lost: number;
  /** Milliseconds from that snapshot to the failure, by the host's clock. */
  snapshot_age_ms: number;
  /** What the module died of. */
  cause: string;
}

/** The state of an engine has grown too large for periodic snapshots: a failure would lose more than usual. */
export interface SnapshotsStopped {
  kind: "snapshots_stopped";
  /** The engine's `handle`. */
  engine: number;
  snapshot_bytes: number;
}

/** What happened to the engines of this package besides their answers. */
export type Diagnostic = EngineRestarted | SnapshotsStopped;

const listeners = new Set<(diagnostic: Diagnostic) => void>();

/** Has `listener` told of every diagnostic from now on; gives what ends that. */
export function onDiagnostic(listener: (diagnostic: Diagnostic) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function tell(diagnostic: Diagnostic): void {
  for (const listener of listeners) {
    try {
      listener(diagnostic);
    } catch {
      // A listener's own failure is nothing to the command that is being answered.
    }
  }
}
