// Serves route.mjs with plain Node: PORT=3000 node server.mjs

import { createServer } from "node:http";
import { Readable } from "node:stream";
import { POST } from "./route.mjs";

const server = createServer(async (incoming, outgoing) => {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  try {
    if (incoming.method !== "POST" || incoming.url !== "/api/chat") return void outgoing.writeHead(404).end();
    const body = Readable.toWeb(incoming);
    const url = `http://${incoming.headers.host}${incoming.url}`;
    const response = await POST(new Request(url, { method: "POST", headers: incoming.headers, body, duplex: "half", signal: gone.signal }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    for await (const chunk of response.body ?? []) outgoing.write(chunk);
    outgoing.end();
  } catch (error) {
    if (!gone.signal.aborted) console.error(error);
    outgoing.destroy();
  }
});

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/api/chat`));
process.on("SIGTERM", () => process.exit(0));
