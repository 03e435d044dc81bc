import type { Adapter } from "../adapter.js";

/** To come. */
export const anthropic: Adapter = {
  name: "anthropic",
  matches: () => false,
  provider: () => "anthropic",
  copy: () => null,
  copies: [],
  operations: [],
  call: (params) => ({ method: "", params }),
  free: [],
  unenforced: [],
};
