import type { RemoteSource, Source } from "../options.js";

/** A document that is read from somewhere and may change there. */
export interface Feed {
  /** The document at once, where it is at hand; undefined where it has to be awaited. */
  now(): unknown;
  /** The document, as soon as it is there. */
  first(): Promise<unknown>;
  /** Calls back with each later version, and with what went wrong. Keeps no process alive. */
  follow(changed: (document: unknown) => void, failed: (error: unknown) => void): void;
  /** Called with each call: looks for a later version where no timer does, and it is time; undefined when it is not. */
  look?(): Promise<void> | undefined;
  close(): void;
}

/** What a source is: the document itself, a file, or a URL. */
export type Kind = { document: unknown } | { file: string } | { remote: RemoteSource };

/** Tells sources apart: a text is a URL when it starts as one, else a path. */
export function kindOf(source: Source<unknown>): Kind {
  if (source instanceof URL) return source.protocol === "file:" ? { file: pathOf(source) } : { remote: { url: source } };
  if (typeof source === "string") {
    if (/^https?:/i.test(source)) return { remote: { url: source } };
    if (/^file:/i.test(source)) return { file: pathOf(new URL(source)) };
    return { file: source };
  }
  if (typeof source === "object" && source !== null) {
    if ("url" in source) return { remote: source as RemoteSource };
    if ("file" in source) return { file: String(source.file) };
  }
  return { document: source };
}

function pathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}
