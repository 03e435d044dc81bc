import type { Estimate, Known } from "@spendgate/wasm/engine";
import type { Diagnostics } from "../diagnostics.js";
import type { Ledger } from "../ledger.js";
import type { EstimateFigures, EstimateMode } from "../options.js";
import { measure, type Measured } from "./measure.js";

/** What an operation of a client says of a request. */
export interface Shape {
  model: string | undefined;
  /** The parts of the parameters that are sent to the model. */
  input: readonly unknown[];
  /** The most tokens the answer may have, for each of `n`; 0 where there is none. */
  maxOutputTokens?: number | undefined;
  n?: number | undefined;
}

/** What a call is expected to use, in the engine's words; tokens as text. */
export interface Expected {
  estimate: Estimate | undefined;
  inputTokens: string | undefined;
}

const NONE: Expected = { estimate: undefined, inputTokens: undefined };

/** Has the engine estimate calls from what can be seen of them. */
export class Estimator {
  constructor(
    private readonly ledger: Ledger,
    private readonly diagnostics: Diagnostics,
    private readonly mode: EstimateMode,
    private readonly countTokens: ((text: string, model: string | undefined) => number) | undefined,
  ) {}

  /** @param params the parameters as the client takes them, for a function of the application */
  of(shape: Shape, provider: string | undefined, feature: string | undefined, params: unknown): Expected {
    let mode: EstimateFigures | "auto" | "worst_case" | "none";
    try {
      mode = typeof this.mode === "function" ? this.mode({ provider, model: shape.model, params }) : this.mode;
    } catch (error) {
      this.diagnostics.tell("callback_failed", "`estimate` failed; the call is estimated by length", error);
      mode = "auto";
    }
    if (typeof mode === "object" && mode !== null) return given(mode);
    const { tokens, bytes, images } = this.#input(shape);
    // Each member is there in every call: objects of one form are quick to make and to read.
    const known: Known = {
      model: shape.model,
      provider,
      feature,
      mode: mode === "worst_case" ? "worst_case" : "auto",
      input_tokens: tokens,
      input_bytes: bytes,
      images,
      max_output_tokens: whole(shape.maxOutputTokens),
      n: whole(shape.n),
    };
    const answer = this.ledger.tryAsk("invalid_estimate", (engine, now) => engine.estimate(known, now));
    if (answer === undefined) return NONE;
    const estimate = mode === "none" ? undefined : { input_tokens: answer.input_tokens, output_tokens: answer.output_tokens };
    return { estimate, inputTokens: answer.input_tokens };
  }

  /** What is sent: tokens where they were counted, else bytes and images. */
  #input({ input, model }: Shape): { tokens: number | undefined; bytes: number; images: number } {
    const measured: Measured = { bytes: 0, images: 0, texts: this.countTokens === undefined ? null : [] };
    for (const part of input) measure(part, measured);
    const { bytes, images, texts } = measured;
    const counted = texts === null || images > 0 ? undefined : this.#count(texts.join("\n"), model);
    return counted === undefined ? { tokens: undefined, bytes, images } : { tokens: counted, bytes: 0, images: 0 };
  }

  #count(text: string, model: string | undefined): number | undefined {
    try {
      return whole(this.countTokens?.(text, model));
    } catch (error) {
      this.diagnostics.tell("callback_failed", "`countTokens` failed; the text is estimated by length", error);
      return undefined;
    }
  }
}

/** A count the engine can read; what is none counts as not given. */
function whole(count: unknown): number | undefined {
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

function given({ usd, tokens, inputTokens, outputTokens }: EstimateFigures): Expected {
  return {
    estimate: { usd, tokens, input_tokens: inputTokens, output_tokens: outputTokens },
    inputTokens: inputTokens === undefined ? undefined : String(inputTokens),
  };
}
