// docs/coverage.md, made of what the adapters say. `node sdk-js/tests/coverage-document.mjs` writes it.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { coverage } from "spendgate/testing";

const PATH = fileURLToPath(new URL("../../docs/coverage.md", import.meta.url));

const PACKAGES = {
  openai: "`openai` (6 and 7), and what has its shape: Azure's client, clients of compatible APIs",
  anthropic: "`@anthropic-ai/sdk` (0.x and 1.x), and its kin for Bedrock and Vertex",
  google: "`@google/genai` (2 and 3), for the Gemini API and for Vertex",
};

const HEAD = `# Coverage: what is enforced, method by method

The TypeScript SDK replaces methods of the providers' own clients. Which, and what becomes of the others, is listed here; a test walks through
the real clients and fails when one of their methods stands in no list. \`coverageOf(client, method)\` of \`spendgate/testing\` says the same to your tests.

| | checked before it is sent | charged with |
|---|---|---|
| enforced | yes | what the provider says was used; a stream that is left, with its input and what was delivered |
| metered | yes | its estimate, where the provider does not say what was used |
| not enforced | no: a diagnostic \`not_enforced\`; with \`strict: true\` refused with \`SpendGateCoverageError\` | nothing |
| free | no: it asks no model | nothing |

- A call is what the method sends for one answer. Loops of tools make a call for each turn (\`runTools\`, \`toolRunner\`, \`thread\`, automatic function
  calling). The client's own retries belong to their call.
- Raw responses (\`asResponse\`) are charged as their body is read. A response in the background (\`background: true\`) is charged with its estimate.
- Models that are paid by the piece or the second have no price in the table: budgets in USD see their tokens alone, unless \`prices\` or the call's
  estimate say more; \`on_unpriced\` decides about models without any price.
- Copies that a client makes of itself (\`withOptions\`) are enforced like it.
- **Not seen at all:** what is sent by hand (\`client.post(…)\`, \`client.request(…)\`), the classes of web sockets that are no method of a client
  (\`OpenAIRealtimeWebSocket\` and its like), and what another client sends.

The Python SDK is younger. It enforces, of OpenAI's clients (2 and 3, synchronous and asynchronous), \`chat.completions\`, \`completions\`, \`responses\`, their twins under \`beta\`, and
\`embeddings\`, each with its \`parse\`, \`stream\`, raw and streaming responses; \`not_enforced\` are also \`images\`, \`audio\` and \`decisions\`. What follows is about TypeScript.
`;

function section([client, packages]) {
  const rows = coverage().filter((one) => one.client === client);
  const free = rows.filter((one) => one.coverage === "free").map(({ method }) => `\`${method}\``);
  const lines = rows
    .filter((one) => one.coverage !== "free")
    .map(({ method, coverage, through }) => `| \`${method}\` | ${coverage}${through === undefined ? "" : `, through \`${through}\``} |`);
  return `\n## ${packages}\n\n| method | |\n|---|---|\n${lines.join("\n")}\n\nFree, with all that stands below them: ${free.join(", ")}.\n`;
}

/** The text that the document has to have. */
export const document = () => HEAD + Object.entries(PACKAGES).map(section).join("");

/** The text that it has. */
export const written = () => readFileSync(PATH, "utf8");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PATH, document());
