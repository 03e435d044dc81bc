import type { Engine as AnyEngine, EngineOptions } from "@spendgate/wasm/engine";

/** An engine of either package: what can be asked of it, and not which class it is. */
export type Engine = Pick<AnyEngine, keyof AnyEngine>;

/** A value that follows a request through its asynchronous work. */
export interface Scope<T> {
  get(): T | undefined;
  run<R>(value: T, work: () => R): R;
}

/** Files, where the host has them. */
export interface Files {
  /** The whole text, at once. Throws what the file system says. */
  read(path: string): string;
  /** Calls `changed` soon after the file may have changed, until the function it gives is called. Keeps no process alive. */
  watch(path: string, changed: () => void): () => void;
}

/** What the SDK needs of where it runs; the export condition chooses one. */
export interface Host {
  readonly name: "node" | "server" | "edge" | "browser";
  /** Opens an engine. Throws where none can be loaded, or the options are refused. */
  open(options: EngineOptions): Engine;
  /** Loads the engine where that takes time; `open` throws `unavailable` before. */
  readonly load?: () => Promise<void>;
  /** Tells of failures of the engine itself, where it can fail and go on, until the function it gives is called. */
  onEngineDiagnostic(listener: (diagnostic: { kind: string }) => void): () => void;
  /** A scope that follows asynchronous work; null where the host has none. */
  newScope<T>(): Scope<T> | null;
  /** Whether timers and requests outlive the request in which they were made. */
  readonly hasTimers: boolean;
  readonly files: Files | null;
  env(name: string): string | undefined;
}
