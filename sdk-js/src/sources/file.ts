import { host } from "#host";
import type { Feed } from "./source.js";

/** A document in a file, read again when the file changes. */
export class FileFeed implements Feed {
  #stop: (() => void) | undefined;

  constructor(private readonly path: string) {}

  now(): unknown {
    if (host.files === null) throw new Error(`this host has no files to read \`${this.path}\` from`);
    return host.files.read(this.path);
  }

  async first(): Promise<unknown> {
    return this.now();
  }

  follow(changed: (document: unknown) => void, failed: (error: unknown) => void): void {
    this.#stop = host.files?.watch(this.path, () => {
      try {
        changed(this.now());
      } catch (error) {
        failed(error);
      }
    });
  }

  close(): void {
    this.#stop?.();
  }
}
