import type { Adapter } from "../adapter.js";

/** To come. */
export const google: Adapter = {
  name: "google",
  matches: () => false,
  provider: () => "google",
  copy: () => null,
  copies: [],
  operations: [],
  call: (params) => ({ method: "", params }),
  free: [],
  unenforced: [],
};
