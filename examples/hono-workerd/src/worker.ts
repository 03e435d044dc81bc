import { Hono } from "hono";
import OpenAI from "openai";
import { SpendGate, budgetErrorOf } from "spendgate";
import { policy } from "./policy.js";

interface Env {
  OPENAI_API_KEY: string;
  OPENAI_BASE_URL?: string;
}

// Of the isolate, for all of its requests.
const gate = new SpendGate({ policy });
const app = new Hono<{ Bindings: Env }>();

// Where the application keeps its sessions, they say who it is; here it is a header.
app.use("/chat/*", (c, next) => gate.run({ user: c.req.header("x-demo-user"), tier: "free", feature: "chat" }, next));

app.post("/chat/whole", async (c) => {
  const answer = await clientOf(c.env).chat.completions.create({ ...params, messages: await messagesOf(c.req.raw) });
  return c.json({ answer: answer.choices[0]?.message.content });
});

app.post("/chat/stream", async (c) => {
  const stream = await clientOf(c.env).chat.completions.create({ ...params, messages: await messagesOf(c.req.raw), stream: true });
  return new Response(stream.toReadableStream(), { headers: { "content-type": "application/x-ndjson" } });
});

app.onError((error) => budgetErrorOf(error)?.toResponse() ?? new Response("something went wrong", { status: 500 }));

export default app;

const params = { model: "gpt-4o", max_tokens: 100 };

function clientOf({ OPENAI_API_KEY, OPENAI_BASE_URL }: Env): OpenAI {
  return gate.wrap(new OpenAI({ apiKey: OPENAI_API_KEY, baseURL: OPENAI_BASE_URL }));
}

async function messagesOf(request: Request): Promise<{ role: "user"; content: string }[]> {
  const { message } = (await request.json()) as { message: string };
  return [{ role: "user", content: message }];
}
