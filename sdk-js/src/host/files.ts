import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { Files } from "./host.js";

/** How often a policy file is looked at, in milliseconds. */
const LOOK_MS = 1_000;

/** Files by `node:fs`. Watching is by looking: it sees a file that is replaced, also through links and on network drives. */
export const files: Files = {
  read: (path) => readFileSync(path, "utf8"),
  watch(path, changed) {
    watchFile(path, { interval: LOOK_MS, persistent: false }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) changed();
    });
    return () => unwatchFile(path);
  },
};
