// Assertions for hosts that have none of Node's.

export function equal(found, wanted, what = "value") {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

/** Tries again until `check` no longer throws, up to 10 seconds. */
export async function eventually(check) {
  const until = Date.now() + 10_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** What promises ended with: how many were fulfilled, and the errors of the others. */
export async function ends(promises) {
  const results = await Promise.allSettled(promises);
  const errors = results.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  return { fulfilled: results.length - errors.length, errors };
}
