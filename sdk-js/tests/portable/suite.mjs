// The contract, as far as it has to hold on every host. Each case gets a bench, and fails by throwing.

import * as calls from "./calls.mjs";
import * as context from "./context.mjs";
import * as http from "./http.mjs";
import { Bench } from "./bench.mjs";

const CASES = { ...calls, ...http };

/**
 * Runs every case.
 *
 * @param host `spendgate` and `edge`, the package and its entry of that name; `OpenAI`, the client's class; `mockUrl`, the mock
 *   provider; `key`, a word of this run; `hasContext`, whether requests can be followed
 * @returns {Promise<{ name: string, error: string | null }[]>}
 */
export async function run(host) {
  const results = [];
  const cases = { ...CASES, ...(host.hasContext ? context.everywhere : context.elsewhere) };
  for (const [name, check] of Object.entries(cases)) {
    const bench = new Bench(host);
    try {
      await check(bench, host);
      results.push({ name, error: null });
    } catch (error) {
      const { stack, message } = error;
      results.push({ name, error: `${message}\n${stack} ${JSON.stringify(bench.said)}` });
    } finally {
      bench.close();
    }
  }
  return results;
}
