import { SpendGate, type Api, type PolicyDocument } from "spendgate";
import { checkSecret } from "spendgate/edge";

/** The worker's variables and secrets; README.md says what each is. */
export type Env = Readonly<Record<string, string | undefined>>;

export interface Upstream {
  url: URL;
  /** The provider's key; null takes the request's own. */
  key: string | null;
}

export interface Config {
  gate: SpendGate;
  /** By key id. */
  secrets: Readonly<Record<string, string>>;
  allowsUnsigned: boolean;
  upstreams: Readonly<Record<Api, Upstream>>;
  /** Requests that cost nothing, such as `GET /openai/v1/models`; one `*` may stand at the end. */
  free: readonly string[];
}

const FREE = ["GET /openai/v1/models", "GET /openai/v1/models/*", "GET /anthropic/v1/models", "POST /anthropic/v1/messages/count_tokens"];

/** What the environment says. Throws a TypeError that names the variable that cannot be meant. */
export function configOf(env: Env): Config {
  const takesRequestsKey = choice(env, "PROVIDER_KEYS", ["worker", "request"]) === "request";
  const upstream = (name: "OPENAI" | "ANTHROPIC", url: string): Upstream => ({
    url: new URL(env[`${name}_URL`] ?? url),
    key: takesRequestsKey ? null : (env[`${name}_API_KEY`] ?? ""),
  });
  return {
    secrets: secretsOf(env),
    allowsUnsigned: choice(env, "UNSIGNED", ["refuse", "anonymous"]) === "anonymous",
    upstreams: { openai: upstream("OPENAI", "https://api.openai.com/v1"), anthropic: upstream("ANTHROPIC", "https://api.anthropic.com") },
    free: json(env, "FREE_PATHS", FREE),
    gate: gateOf(env),
  };
}

function gateOf(env: Env): SpendGate {
  const { POLICY_URL: url } = env;
  const intervalMs = 1_000 * json(env, "POLICY_SECONDS", 60);
  const policy = url === undefined ? json<PolicyDocument | null>(env, "POLICY", null) : { url, intervalMs };
  if (policy === null) throw new TypeError("POLICY or POLICY_URL has to be set");
  return new SpendGate({ policy, cutStreams: choice(env, "CUT_STREAMS", ["no", "yes"]) === "yes" });
}

function secretsOf(env: Env): Record<string, string> {
  const secrets = json<Record<string, string>>(env, "IDENTITY_SECRETS", {});
  for (const [keyId, secret] of Object.entries(secrets)) checkSecret(keyId, secret);
  return secrets;
}

/** A variable that is one of several words, the first of which is the default. */
function choice(env: Env, name: string, words: readonly string[]): string {
  const word = env[name] ?? (words[0] as string);
  if (!words.includes(word)) throw new TypeError(`${name} is one of ${words.join(", ")}`);
  return word;
}

function json<T>(env: Env, name: string, otherwise: T): T {
  const text = env[name];
  if (text === undefined) return otherwise;
  try {
    return JSON.parse(text) as T;
  } catch {
    // Without the text: it may be a secret.
    throw new TypeError(`${name} is no JSON`);
  }
}
