import type { Actual } from "@spendgate/wasm/engine";
import { member, number, text, type Meter, type Operation } from "../operation.js";
import { lengthOf, openaiUsage } from "./chat.js";

/** The events after which a response changes no more. */
const ENDS = new Set(["response.completed", "response.incomplete", "response.failed"]);

/** The Responses API. A response in the background is charged with its estimate: its use is not known when it is answered. */
export const responses = (method: string): Operation => ({
  method,
  name: "chat",
  shape: (params) => ({
    model: text(params, "model"),
    input: [params["instructions"], params["input"], params["tools"], params["text"]],
    maxOutputTokens: number(params, "max_output_tokens"),
  }),
  withModel: (params, model) => ({ ...params, model }),
  used: openaiUsage,
  meter: (_params, provider) => new ResponsesMeter(provider),
});

class ResponsesMeter implements Meter {
  #used: Actual | undefined;

  constructor(private readonly provider: string | undefined) {}

  see(event: unknown): number {
    const type = text(event, "type") ?? "";
    if (ENDS.has(type)) this.#used = openaiUsage(member(event, "response"), this.provider);
    return type.endsWith(".delta") ? lengthOf(member(event, "delta")) : 0;
  }

  used(): Actual | undefined {
    return this.#used;
  }
}
