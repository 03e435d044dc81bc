import type { Actual } from "@spendgate/wasm/engine";
import type { Shape } from "../estimate/estimate.js";

/** Reads a stream of one kind of answer as it goes by. */
export interface Meter {
  /** Takes a chunk; gives how many bytes of output it brings. */
  see(chunk: unknown): number;
  /** Whether the caller is to see the chunk last seen; absent means always. */
  readonly isHidden?: boolean;
  /**
   * What was used up to here, where the provider has told its input and not yet all of its output. Takes the output tokens that
   * were delivered, by the engine's estimate.
   */
  usedSoFar?(outputTokens: string): Actual | undefined;
  /** What was used, once the provider has told all of it. */
  used(): Actual | undefined;
}

/** One method of a client that asks a model: what is to be known of it, and nothing of how it is called. */
export interface Operation {
  /** The method, as `docs/coverage.md` lists it. */
  readonly method: string;
  /** The client's own inner method that sends one request, where `method` may send several. It is guarded in place of `method`. */
  readonly inner?: string;
  /** The provider does not say what such a call used: it is charged with its estimate. */
  readonly isEstimated?: true;
  /** What it does, in the words of OpenTelemetry's `gen_ai.operation.name`. */
  readonly name: "chat" | "text_completion" | "embeddings" | "generate_content" | "image_generation" | "audio";
  /** What the parameters say. They come from the application and may be anything. */
  shape(params: Params): Shape;
  /** The same parameters for another model; what is given stays as it is. */
  withModel(params: Params, model: string): Params;
  /** The parameters to send, with what the meter needs added. */
  prepare?(params: Params): Params;
  /** What an answer says was used; undefined where it says nothing. `provider` is the client's. */
  used(answer: unknown, provider?: string): Actual | undefined;
  /** A meter for the answer's stream. */
  meter(params: Params, provider?: string): Meter;
}

/** The parameters of a call as the client takes them. */
export type Params = Record<string, unknown>;

/** A member of something that may be no object. */
export function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** A member that is a text. */
export function text(value: unknown, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === "string" ? found : undefined;
}

/** A member that is a number. */
export function number(value: unknown, key: string): number | undefined {
  const found = member(value, key);
  return typeof found === "number" ? found : undefined;
}

/** The items of a member that is a list. */
export function list(value: unknown, key: string): readonly unknown[] {
  const found = member(value, key);
  return Array.isArray(found) ? found : [];
}
