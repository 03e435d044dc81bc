// POST /v1/images/generations

import { wordless } from "../lib/answer.mjs";
import { CREATED, asked } from "../lib/asked.mjs";
import { RequestError } from "../lib/errors.mjs";
import { PlanBuilder } from "../lib/plan.mjs";
import { promptTokens } from "../lib/prompt.mjs";
import { named } from "../lib/sse.mjs";
import { imageUsage, told } from "../lib/usage.mjs";

/** What an image costs, whatever its size. */
export const IMAGE_TOKENS = 272;

/** A picture of one transparent pixel, as PNG. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** @param {import("../types.d.ts").Incoming} incoming @returns {import("../types.d.ts").Reply} */
export function images({ body, script, number }) {
  if (typeof body.prompt !== "string") throw new RequestError(400, "`prompt` is a text");
  const count = body.n ?? 1;
  const read = asked({ model: body.model ?? "gpt-image-1", stream: body.stream === true, promptTokens: promptTokens(body.prompt) });
  const output = count * IMAGE_TOKENS;
  const answer = wordless(read, script, number, { output, image_output: output });
  // DALL·E is paid by the image and tells no usage.
  const usage = read.model.startsWith("dall-e") ? undefined : told(answer, imageUsage);
  const image = body.response_format === "url" ? { url: `data:image/png;base64,${PIXEL}` } : { b64_json: PIXEL };
  const size = body.size ?? "1024x1024";
  const common = { created: CREATED, background: "opaque", output_format: "png", quality: body.quality ?? "low", size };
  return {
    asked: read,
    answer: { ...answer, chars: body.partial_images ?? 0 },
    wire: imageUsage,
    whole: () => ({ ...common, data: Array.from({ length: count }, () => image), ...(usage === undefined ? {} : { usage }) }),
    silent: usage === undefined,
    ...(read.stream ? { stream: () => events(body.partial_images ?? 0, common, usage) } : {}),
  };
}

/** @param {number} partial @param {{ created: number }} common @param {object | undefined} usage */
function events(partial, { created, ...common }, usage) {
  const plan = new PlanBuilder();
  const event = { b64_json: PIXEL, created_at: created, ...common };
  for (let index = 0; index < partial; index++) {
    plan.delta(named({ type: "image_generation.partial_image", partial_image_index: index, ...event }), 1);
  }
  const { start, deltas } = plan.finish();
  return { start, deltas, end: named({ type: "image_generation.completed", ...event, ...(usage === undefined ? {} : { usage }) }) };
}
