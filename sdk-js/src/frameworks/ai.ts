import { subjectOf, type Attributes } from "../attributes.js";
import type { SpendGate } from "../gate.js";
import { embed, generate, stream, type AiCall } from "./ai/call.js";
import type { CallParams, EmbedParams, EmbedResult, GenerateResult, Model, ModelId, StreamResult } from "./ai/model.js";

export type { CallParams, EmbedParams, EmbedResult, GenerateResult, Model, ModelId, StreamResult } from "./ai/model.js";

/**
 * A middleware for language models of the AI SDK, as `wrapLanguageModel` of `ai` 6 and 7 takes it. (Declared by its shape:
 * `ai` is not imported, nor need it be there.)
 */
export interface SpendgateMiddleware {
  readonly specificationVersion: "v3";
  wrapGenerate<R extends GenerateResult>(options: { doGenerate: () => PromiseLike<R>; params: CallParams; model: ModelId }): Promise<R>;
  wrapStream<R extends StreamResult>(options: { doStream: () => PromiseLike<R>; params: CallParams; model: ModelId }): Promise<R>;
}

/** A middleware for embedding models of the AI SDK, as `wrapEmbeddingModel` takes it. */
export interface SpendgateEmbeddingMiddleware {
  readonly specificationVersion: "v3";
  wrapEmbed<R extends EmbedResult>(options: { doEmbed: () => PromiseLike<R>; params: EmbedParams; model: ModelId }): Promise<R>;
}

export interface MiddlewareOptions {
  /**
   * Makes a model by its id, for downgrades: the provider's function that made the wrapped one, such as `openai` or `openai.chat`.
   * A model does not tell which provider made it, so without this function a downgrade acts as a warning.
   */
  models?: ((id: string) => Model) | undefined;
}

/**
 * Checks each call of a language model before it is made, and charges it when it ends, streaming or not. Each step of a tool loop
 * and each retry is a call.
 *
 * `generateText` and `generateObject` throw the budget error; `streamText` passes it to `onError` and as an `error` part. It is not
 * retried.
 *
 * @param attributes who calls are for; over those of `gate.run`, and under those of a call's own `providerOptions.spendgate`
 */
export function spendgateMiddleware(gate: SpendGate, attributes?: Attributes, options: MiddlewareOptions = {}): SpendgateMiddleware {
  const callOf = (params: CallParams, model: ModelId): AiCall => ({
    calls: gate.calls,
    attributes: subjectOf(attributes, params.providerOptions?.["spendgate"] as Attributes | undefined),
    params,
    model,
    models: options.models,
  });
  return {
    specificationVersion: "v3",
    wrapGenerate: ({ doGenerate, params, model }) => generate(callOf(params, model), doGenerate),
    wrapStream: ({ doStream, params, model }) => stream(callOf(params, model), doStream),
  };
}

/** As `spendgateMiddleware`, for embedding models; a call is one request, and `embedMany` makes as many as it needs. */
export function spendgateEmbeddingMiddleware(gate: SpendGate, attributes?: Attributes): SpendgateEmbeddingMiddleware {
  return {
    specificationVersion: "v3",
    wrapEmbed: ({ doEmbed, params, model }) => {
      const own = subjectOf(attributes, params.providerOptions?.["spendgate"] as Attributes | undefined);
      return embed({ calls: gate.calls, attributes: own, params, model }, doEmbed);
    },
  };
}
