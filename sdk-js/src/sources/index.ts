import type { Source } from "../options.js";
import { FileFeed } from "./file.js";
import { RemoteFeed } from "./remote.js";
import { kindOf, type Feed } from "./source.js";

export type { Feed } from "./source.js";

/** What reads a source. */
export function feedOf(source: Source<unknown>): Feed {
  const kind = kindOf(source);
  if ("file" in kind) return new FileFeed(kind.file);
  if ("remote" in kind) return new RemoteFeed(kind.remote);
  return new Given(kind.document);
}

/** A document that is given as it is. */
class Given implements Feed {
  constructor(private readonly document: unknown) {}

  now(): unknown {
    return this.document;
  }

  async first(): Promise<unknown> {
    return this.document;
  }

  follow(): void {}

  close(): void {}
}
