import express from "express";
import { SpendGate, budgetErrorOf } from "spendgate";
import { send } from "./send.mjs";

/**
 * A chat behind Express: who is asking is said once, by a middleware, and a refusal is answered once, by another.
 *
 * @param {import("openai").default} client
 * @param {import("spendgate").PolicyDocument | string} policy
 */
export function appOf(client, policy) {
  const gate = new SpendGate({ policy });
  const openai = gate.wrap(client);
  const app = express();
  app.use(express.json());

  // Where the application keeps its sessions, they say who it is; here it is a header.
  app.use((request, _response, next) => {
    gate.run({ user: request.get("x-demo-user"), tier: request.get("x-demo-plan"), feature: "chat" }, next);
  });

  app.post("/chat", async (request, response) => {
    const messages = [{ role: "user", content: String(request.body.message) }];
    const answer = await openai.chat.completions.create({ model: "gpt-4o", max_tokens: 100, messages });
    response.json({ answer: answer.choices[0].message.content });
  });

  app.use(async (error, _request, response, next) => {
    const refused = budgetErrorOf(error);
    if (refused === null) next(error);
    else await send(refused.toResponse(), response);
  });
  return app;
}
