/** Hosts of providers whose APIs have the shape of another's, by the end of the name. */
const HOSTS: readonly (readonly [string, string])[] = [
  ["openai.azure.com", "azure"],
  ["services.ai.azure.com", "azure"],
  ["openrouter.ai", "openrouter"],
  ["api.groq.com", "groq"],
  ["api.together.xyz", "together"],
  ["api.together.ai", "together"],
  ["api.mistral.ai", "mistral"],
  ["api.deepseek.com", "deepseek"],
  ["api.x.ai", "x-ai"],
  ["api.fireworks.ai", "fireworks"],
  ["api.perplexity.ai", "perplexity"],
  ["api.cerebras.ai", "cerebras"],
  ["googleapis.com", "google"],
  ["amazonaws.com", "aws"],
  ["api.anthropic.com", "anthropic"],
];

/** The provider behind a base URL; `otherwise` where it is not known, as behind a proxy. */
export function providerOf(baseUrl: unknown, otherwise: string): string {
  if (typeof baseUrl !== "string" || !URL.canParse(baseUrl)) return otherwise;
  const { hostname } = new URL(baseUrl);
  return HOSTS.find(([host]) => hostname === host || hostname.endsWith(`.${host}`))?.[1] ?? otherwise;
}
