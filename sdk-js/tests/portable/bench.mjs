// What each case works with: a gate and a client of its own, and what the mock provider saw of them.

let counted = 0;

/** Parameters of a call of gpt-4o. */
export const PARAMS = { model: "gpt-4o", max_tokens: 100, messages: [{ role: "user", content: "Tell me what happened." }] };

/** Every answer uses 100 tokens in and 100 out: 0.00125 USD at gpt-4o's prices. */
export const COST = "0.00125";
const SCRIPT = { usage: { input: 100, output: 100 }, text: "one two three four five six seven eight", chunks: 8 };

/** One budget for each user. */
export function perUser(limit, more = {}) {
  return { budgets: [{ id: "each", scope: { user: "*" }, limit, window: "monthly", action: "block", ...more }] };
}

export class Bench {
  gates = [];
  said = [];

  /** @param host `{ spendgate, OpenAI, mockUrl, key }`: the package, the client's class, the provider, a word for its scopes */
  constructor(host) {
    this.host = host;
    this.scope = `${host.key}-${counted++}`;
  }

  gate(options) {
    const gate = new this.host.spendgate.SpendGate({ onDiagnostic: (diagnostic) => this.said.push(diagnostic.kind), ...options });
    this.gates.push(gate);
    return gate;
  }

  client(script = {}, options = {}) {
    const headers = { "x-mock-script": JSON.stringify({ ...SCRIPT, ...script }) };
    const base = { apiKey: this.scope, baseURL: `${this.host.mockUrl}/v1`, dangerouslyAllowBrowser: true, defaultHeaders: headers };
    return new this.host.OpenAI({ ...base, ...options });
  }

  async received() {
    const answer = await fetch(`${this.host.mockUrl}/_mock/received?scope=${this.scope}&idle_ms=5000`);
    return answer.json();
  }

  async requests() {
    return (await this.received()).requests;
  }

  close() {
    for (const gate of this.gates) gate.close();
  }
}

/** What stands on the one counter of a user's budget. */
export async function counter(gate, user = "u") {
  const { counters } = await gate.usage({ user });
  if (counters.length !== 1) throw new Error(`${counters.length} counters`);
  return counters[0];
}
