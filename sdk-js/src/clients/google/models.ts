import type { Actual } from "@spendgate/wasm/engine";
import { utf8Bytes } from "../../estimate/measure.js";
import { list, member, number, text, type Meter, type Operation, type Params } from "../operation.js";

const withModel = (params: Params, model: string): Params => ({ ...params, model });

/**
 * Contents, whole or in pieces. The client may send several requests for one call of `method`, when it calls the application's
 * functions by itself or goes on with an answer that was cut; so its inner method is guarded, and each request is a call.
 */
export function generateContent(method: string): Operation {
  return {
    method,
    inner: `${method}Internal`,
    name: "generate_content",
    shape: (params) => {
      const config = params["config"];
      return {
        model: modelOf(params),
        input: [params["contents"], ...["systemInstruction", "tools", "responseSchema", "responseJsonSchema"].map((key) => member(config, key))],
        maxOutputTokens: number(config, "maxOutputTokens"),
        n: number(config, "candidateCount"),
      };
    },
    withModel,
    used: (answer) => actualOf(member(answer, "usageMetadata")),
    meter: () => new ContentMeter(),
  };
}

/** Embeddings: clients before 3.0 leave the usage out of the answer. Nothing comes back that is charged. */
export const embedContent: Operation = {
  method: "models.embedContent",
  name: "embeddings",
  isEstimated: true,
  shape: (params) => ({ model: modelOf(params), input: [params["contents"]], maxOutputTokens: 0 }),
  withModel,
  used: (answer) => actualOf(member(answer, "usageMetadata")),
  meter: () => new ContentMeter(),
};

/** Models of images alone, which are charged by the piece; Gemini's own images are contents. */
export const images: readonly Operation[] = ["generateImages", "editImage", "upscaleImage", "recontextImage", "segmentImage"].map((name) => ({
  method: `models.${name}`,
  name: "image_generation",
  isEstimated: true,
  shape: (params) => ({
    model: modelOf(params),
    input: [params["prompt"], params["source"], params["image"], params["referenceImages"]],
    n: number(params["config"], "numberOfImages"),
  }),
  withModel,
  used: () => undefined,
  meter: () => new ContentMeter(),
}));

/** The model's name without the path that stands before it: `models/…`, `publishers/google/models/…`. */
function modelOf(params: Params): string | undefined {
  const model = text(params, "model");
  return model?.slice(model.lastIndexOf("/models/") + 1).replace(/^models\//, "");
}

/** Google's usage as the engine reads it. */
/** @param partial the answer was given up: what came of it is not what such answers are like */
function actualOf(usage: unknown, partial = false): Actual | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  return { usage: { provider: "google", partial, usage: { ...usage } } };
}

/** Contents in pieces; each tells the use up to it, and the last one all of it. */
class ContentMeter implements Meter {
  #usage: object | undefined;
  #isWhole = false;

  see(chunk: unknown): number {
    const usage = member(chunk, "usageMetadata");
    if (typeof usage === "object" && usage !== null) this.#usage = usage;
    let bytes = 0;
    for (const candidate of list(chunk, "candidates")) {
      this.#isWhole ||= member(candidate, "finishReason") != null;
      for (const part of list(member(candidate, "content"), "parts")) bytes += bytesOf(part);
    }
    // A prompt that was refused has no candidates.
    this.#isWhole ||= member(member(chunk, "promptFeedback"), "blockReason") != null;
    return bytes;
  }

  usedSoFar(outputTokens: string): Actual | undefined {
    if (this.#usage === undefined) return undefined;
    return actualOf({ ...this.#usage, candidatesTokenCount: member(this.#usage, "candidatesTokenCount") ?? outputTokens }, true);
  }

  used(): Actual | undefined {
    return this.#isWhole && this.#usage !== undefined ? actualOf(this.#usage) : undefined;
  }
}

function bytesOf(part: unknown): number {
  const call = member(part, "functionCall");
  const code = member(part, "executableCode");
  let bytes = utf8Bytes(text(part, "text") ?? "") + utf8Bytes(text(call, "name") ?? "") + utf8Bytes(text(code, "code") ?? "");
  const args = member(call, "args");
  if (args !== undefined) bytes += utf8Bytes(JSON.stringify(args));
  return bytes;
}
