import { apiErrorResponse } from "spendgate/edge";
import { configOf, type Config, type Env } from "./config.js";
import { forward } from "./forward.js";
import { attributesOf } from "./identity.js";
import { placeOf } from "./routes.js";

/** Of this isolate: made with the first request, for before it there is no environment. */
let config: Config | undefined;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const place = placeOf(new URL(request.url));
    if (place === null) return Response.json({ error: { code: "no_such_path", message: "the paths are /openai/v1/… and /anthropic/…" } }, { status: 404 });
    try {
      config ??= configOf(env);
    } catch (error) {
      console.error("the gateway cannot be set up:", error);
      return apiErrorResponse(place.api, { status: 500, code: "misconfigured", message: "the gateway is not set up; its log says why" });
    }
    const who = await attributesOf(request, config);
    if (who instanceof Response) return who;
    return forward(request, place, who, config);
  },
};
