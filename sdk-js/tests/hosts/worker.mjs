// A worker that runs the portable suite and answers with its results: `GET /?mock=URL&key=WORD&context=1`.

import OpenAI from "openai-7";
import * as edge from "spendgate/edge";
import * as spendgate from "spendgate";
import { run } from "../portable/suite.mjs";

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const host = { mockUrl: searchParams.get("mock"), key: searchParams.get("key"), hasContext: searchParams.has("context") };
    return Response.json(await run({ spendgate, edge, OpenAI, ...host }));
  },
};
