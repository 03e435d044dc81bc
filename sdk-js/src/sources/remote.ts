import { host } from "#host";
import type { RemoteSource } from "../options.js";
import type { Feed } from "./source.js";

/** How often to look unless the application says, in milliseconds. */
const INTERVAL_MS = 60_000;
/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 10_000;
/** How long to wait after a failure where calls look, in milliseconds. */
const AGAIN_MS = 5_000;

interface Follower {
  changed: (document: unknown) => void;
  failed: (error: unknown) => void;
}

/** A document behind a URL, asked for again with its ETag. */
export class RemoteFeed implements Feed {
  readonly #source: RemoteSource;
  #etag: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Who follows where calls look, and when they are to look next, epoch milliseconds. */
  #follower: Follower | undefined;
  #dueMs = 0;

  constructor(source: RemoteSource) {
    this.#source = source;
  }

  now(): undefined {
    return undefined;
  }

  async first(): Promise<unknown> {
    return this.#ask();
  }

  follow(changed: (document: unknown) => void, failed: (error: unknown) => void): void {
    if (this.#closed) return;
    if (!host.hasTimers) {
      this.#follower = { changed, failed };
      return;
    }
    const interval = this.#interval();
    // A tenth by chance, so that many instances do not ask at once.
    this.#timer = setTimeout(() => {
      this.#ask()
        .then((document) => {
          if (document !== undefined) changed(document);
        }, failed)
        .finally(() => this.follow(changed, failed));
    }, interval * (1 + Math.random() / 10));
    (this.#timer as { unref?: () => void }).unref?.();
  }

  look(): Promise<void> | undefined {
    const follower = this.#follower;
    if (follower === undefined || Date.now() < this.#dueMs) return undefined;
    // The answer may never come: the request that asks may be gone before. So the next one asks in a while, whatever becomes of it.
    this.#dueMs = Date.now() + Math.min(AGAIN_MS, this.#interval());
    return this.#ask().then((document) => {
      if (document !== undefined) follower.changed(document);
    }, follower.failed);
  }

  close(): void {
    this.#closed = true;
    this.#follower = undefined;
    clearTimeout(this.#timer);
  }

  /** The document's text; undefined when it has not changed. */
  async #ask(): Promise<string | undefined> {
    const headers = new Headers(this.#source.headers);
    if (this.#etag !== null) headers.set("if-none-match", this.#etag);
    const answer = await fetch(this.#source.url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 304) {
      await answer.body?.cancel();
      this.#dueMs = Date.now() + this.#interval();
      return undefined;
    }
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new Error(`${new URL(this.#source.url).origin} answers with status ${answer.status}`);
    }
    const text = await answer.text();
    this.#etag = answer.headers.get("etag");
    this.#dueMs = Date.now() + this.#interval();
    return text;
  }

  #interval(): number {
    return this.#source.intervalMs ?? INTERVAL_MS;
  }
}
