import type { Adapter } from "../adapter.js";
import { member } from "../operation.js";
import { copyClient } from "./copy.js";
import { embedContent, generateContent, images } from "./models.js";
import { UNENFORCED } from "./unenforced.js";

/** The `@google/genai` package, for the Gemini API and for Vertex. */
export const google: Adapter = {
  name: "google",
  matches: (client) => typeof member(member(client, "models"), "generateContent") === "function",
  provider: () => "google",
  copy: copyClient,
  copies: [],
  operations: [generateContent("models.generateContent"), generateContent("models.generateContentStream"), embedContent, ...images],
  helpers: { "chats.create": "models.generateContent" },
  late: ["models.generateContentStream"],
  call: (params, isStream) => ({ method: isStream ? "models.generateContentStream" : "models.generateContent", params }),
  unenforced: UNENFORCED,
};
