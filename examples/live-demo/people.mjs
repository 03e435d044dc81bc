// The customers of a small SaaS, and how they use it.

/** Pauses between a customer's calls, in milliseconds; a retry loop has none. */
export const PEOPLE = [
  ...["ada", "ben", "cleo", "dan", "eve"].map((user) => ({ user, tier: "free", pauseMs: 900 })),
  ...["fay", "gil", "hana"].map((user) => ({ user, tier: "pro", pauseMs: 350 })),
  { user: "acme", tier: "enterprise", pauseMs: 200 },
  // A script of a free user that tries again at once, whatever the answer was.
  { user: "loop", tier: "free", pauseMs: 15 },
];

/** The same numbers in every run. */
export function random(seed) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
