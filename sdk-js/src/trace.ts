import type { Actual, Call, Decision, Settled } from "@spendgate/wasm/engine";

type Value = string | number | boolean;

interface Span {
  setAttribute(key: string, value: Value): unknown;
  isRecording?(): boolean;
}

interface OpenTelemetry {
  context?: { active(): { getValue(key: symbol): unknown } };
}

/** Where `@opentelemetry/api` 1.x registers itself, and the key of the span in a context; both are of its public protocol. */
const API = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

/** What the tokens sent and received are called, by provider and framework. */
const INPUT = ["prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens"];
const OUTPUT = ["completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens"];

/**
 * Attributes on the span that was active when the call began, where the application has OpenTelemetry. The names of `gen_ai.*` are
 * those of its semantic conventions, `operation.cost` is what tools show as a cost, in USD.
 */
export class Trace {
  private constructor(private readonly span: Span) {}

  /** The trace of the call that begins now; null where there is no span. */
  static start(): Trace | null {
    try {
      const api = (globalThis as { [API]?: OpenTelemetry })[API];
      const span = api?.context?.active().getValue(SPAN) as Span | undefined;
      return span === undefined || span.isRecording?.() === false ? null : new Trace(span);
    } catch {
      return null;
    }
  }

  decided(operation: string, call: Call, decision: Decision | undefined): void {
    this.#set({
      "gen_ai.operation.name": operation,
      "gen_ai.provider.name": call.provider,
      "gen_ai.request.model": decision?.requested_model ?? call.model,
      "spendgate.action": decision?.action ?? "undecided",
      "spendgate.reason": decision?.reason,
      "spendgate.budget": decision?.budget,
      "spendgate.tier": call.tier,
      "spendgate.feature": call.feature,
      "spendgate.degraded": decision?.degraded === true ? true : undefined,
    });
    if (decision?.action === "downgrade") this.#set({ "spendgate.model": decision.model });
  }

  settled(actual: Actual | undefined, settled: Settled | undefined): void {
    const usage = (actual?.usage as { usage?: Record<string, unknown> } | null | undefined)?.usage;
    this.#set({
      "gen_ai.usage.input_tokens": tokens(usage, INPUT) ?? count(actual?.input_tokens),
      "gen_ai.usage.output_tokens": tokens(usage, OUTPUT) ?? count(actual?.output_tokens),
      "operation.cost": count(settled?.usd),
    });
  }

  #set(attributes: Record<string, Value | null | undefined>): void {
    try {
      for (const [key, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined) this.span.setAttribute(key, value);
      }
    } catch {
      // A tracer's failure is nothing to the call.
    }
  }
}

/** A count of a usage object under one of its names; the AI SDK has an object there, with the sum in it. */
function tokens(usage: Record<string, unknown> | undefined, names: readonly string[]): number | undefined {
  const found = names.map((name) => usage?.[name]).find((value) => value !== undefined && value !== null);
  return count(typeof found === "object" ? (found as { total?: unknown }).total : found);
}

function count(value: unknown): number | undefined {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
