import OpenAI from "openai";
import { fileURLToPath } from "node:url";
import { appOf } from "./app.mjs";

appOf(new OpenAI(), fileURLToPath(new URL("policy.json", import.meta.url))).listen(3000);
