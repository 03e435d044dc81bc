import type { Actual } from "@spendgate/wasm/engine";
import { lengthOf, openaiUsage } from "./chat.js";
import { member, number, text, type Meter, type Operation, type Params } from "../operation.js";

/** Embeddings: nothing comes back that is charged. */
export const embeddings: Operation = plain("embeddings.create", "embeddings", (params) => ({ input: [params["input"]], maxOutputTokens: 0 }));

/** Questions about an input, which are answered by numbers. */
export const decisions: Operation = plain("decisions.create", "chat", (params) => ({
  input: [params["input"], params["instructions"], params["questions"]],
}));

/** What images, speech and transcriptions send; models that are priced by the piece are unpriced for the engine. */
export const media: readonly Operation[] = [
  plain("images.generate", "image_generation", (params) => ({ input: [params["prompt"]], n: number(params, "n") })),
  plain("images.edit", "image_generation", (params) => ({ input: [params["prompt"], params["image"]], n: number(params, "n") })),
  untold("images.createVariation", "image_generation", (params) => ({ input: [params["image"]], n: number(params, "n") })),
  untold("audio.speech.create", "audio", (params) => ({ input: [params["input"], params["instructions"]] })),
  plain("audio.transcriptions.create", "audio", (params) => ({ input: [params["prompt"]] })),
  untold("audio.translations.create", "audio", (params) => ({ input: [params["prompt"]] })),
];

type Input = (params: Params) => { input: unknown[]; maxOutputTokens?: number; n?: number | undefined };

function plain(method: string, name: Operation["name"], input: Input): Operation {
  return {
    method,
    name,
    shape: (params) => ({ model: text(params, "model"), ...input(params) }),
    withModel: (params, model) => ({ ...params, model }),
    used: openaiUsage,
    meter: (_params, provider) => new MediaMeter(provider),
  };
}

/** As `plain`, of what answers without a word of its use. (Speech tells it in a stream of events alone.) */
function untold(method: string, name: Operation["name"], input: Input): Operation {
  return { ...plain(method, name, input), isEstimated: true };
}

/** Images and transcripts in pieces; the last event carries the usage. */
class MediaMeter implements Meter {
  #used: Actual | undefined;

  constructor(private readonly provider: string | undefined) {}

  see(event: unknown): number {
    this.#used = openaiUsage(event, this.provider) ?? this.#used;
    return lengthOf(member(event, "delta"));
  }

  used(): Actual | undefined {
    return this.#used;
  }
}
