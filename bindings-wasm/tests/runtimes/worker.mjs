// A worker that answers each line of a request's body with a line.

import * as binding from "@spendgate/wasm";
import { Server } from "../server.mjs";

const server = new Server(binding);

export default {
  async fetch(request) {
    const lines = (await request.text()).split("\n");
    return new Response(lines.map((line) => server.answer(line)).join("\n"));
  },
};
