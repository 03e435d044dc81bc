import { budgetErrorOf } from "spendgate";
import { gate, openai } from "../../../lib/gate.js";
import { sessionOf } from "../../../lib/session.js";

export const runtime = "nodejs";

/** Streams the answer to `{ message }` as the client's own lines of JSON; 402 when the user's budget is used up. */
export async function POST(request: Request): Promise<Response> {
  const session = sessionOf(request);
  if (session === null) return Response.json({ error: { code: "no_session" } }, { status: 401 });
  const { message } = (await request.json()) as { message: string };
  try {
    return await gate.run({ user: session.userId, tier: session.plan, feature: "chat" }, async () => {
      const stream = await openai.chat.completions.create({
        model: "gpt-4o",
        max_tokens: 100,
        messages: [{ role: "user", content: message }],
        stream: true,
      });
      return new Response(stream.toReadableStream(), { headers: { "content-type": "application/x-ndjson" } });
    });
  } catch (error) {
    const refused = budgetErrorOf(error);
    if (refused === null) throw error;
    return refused.toResponse();
  }
}
