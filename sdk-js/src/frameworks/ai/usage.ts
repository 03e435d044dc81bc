import type { Actual } from "@spendgate/wasm/engine";
import { lengthOf } from "../../clients/openai/chat.js";
import { member, text, type Meter } from "../../clients/operation.js";

/**
 * What a result or a `finish` part says was used, as the engine reads it. Anthropic's own counts are in it too, and say more: for
 * how long what was written to a cache is kept, which sets its price.
 */
export function usageOf(result: unknown, provider: string | undefined): Actual | undefined {
  const usage = member(result, "usage");
  const raw = member(usage, "raw");
  if (provider === "anthropic" && typeof member(raw, "input_tokens") === "number") return { usage: { provider, usage: raw } };
  const { inputTokens, outputTokens } = (usage ?? {}) as { inputTokens?: unknown; outputTokens?: unknown };
  if (!isCounted(inputTokens) && !isCounted(outputTokens)) return undefined;
  return {
    usage: { provider: "ai_sdk", service_tier: serviceTier(member(result, "providerMetadata")), usage: { inputTokens, outputTokens } },
  };
}

function isCounted(tokens: unknown): boolean {
  return typeof tokens === "number" || typeof member(tokens, "total") === "number";
}

/** The tier that served the call, which sets its price. */
function serviceTier(metadata: unknown): string | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  for (const own of Object.values(metadata)) {
    const tier = text(own, "serviceTier");
    if (tier !== undefined) return tier;
  }
  return undefined;
}

/** Reads the parts of a stream. */
export class PartsMeter implements Meter {
  #used: Actual | undefined;
  /** Calls of tools whose input has come in pieces. */
  readonly #inPieces = new Set<unknown>();

  constructor(private readonly provider: string | undefined) {}

  see(part: unknown): number {
    switch (text(part, "type")) {
      case "text-delta":
      case "reasoning-delta":
        return lengthOf(member(part, "delta"));
      case "tool-input-start":
        this.#inPieces.add(member(part, "id"));
        return lengthOf(member(part, "toolName"));
      case "tool-input-delta":
        return lengthOf(member(part, "delta"));
      case "tool-call": {
        const isSeen = this.#inPieces.has(member(part, "toolCallId"));
        return isSeen ? 0 : lengthOf(member(part, "toolName")) + lengthOf(member(part, "input"));
      }
      case "finish":
        this.#used = usageOf(part, this.provider);
        return 0;
      default:
        return 0;
    }
  }

  used(): Actual | undefined {
    return this.#used;
  }
}
