// Runs the portable suite in Node's manner and prints its results as JSON: `main.mjs MOCK_URL KEY`.

import OpenAI from "openai-7";
import * as edge from "spendgate/edge";
import * as spendgate from "spendgate";
import { run } from "../portable/suite.mjs";

const [mockUrl, key] = process.argv.slice(2);
console.log(JSON.stringify(await run({ spendgate, edge, OpenAI, mockUrl, key, hasContext: true })));
