import type { RemoteSource } from "../options.js";
import type { Feed } from "./source.js";

/** How often to look unless the application says, in milliseconds. */
const INTERVAL_MS = 60_000;
/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A document behind a URL, asked for again with its ETag. */
export class RemoteFeed implements Feed {
  readonly #source: RemoteSource;
  #etag: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

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
    const interval = this.#source.intervalMs ?? INTERVAL_MS;
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

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** The document's text; undefined when it has not changed. */
  async #ask(): Promise<string | undefined> {
    const headers = new Headers(this.#source.headers);
    if (this.#etag !== null) headers.set("if-none-match", this.#etag);
    const answer = await fetch(this.#source.url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 304) {
      await answer.body?.cancel();
      return undefined;
    }
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new Error(`${new URL(this.#source.url).origin} answers with status ${answer.status}`);
    }
    const text = await answer.text();
    this.#etag = answer.headers.get("etag");
    return text;
  }
}
