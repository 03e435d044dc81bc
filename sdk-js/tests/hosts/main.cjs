// As main.mjs, over the CommonJS form of the package.

const edge = require("spendgate/edge");
const spendgate = require("spendgate");

async function main() {
  const { default: OpenAI } = await import("openai-7");
  const { run } = await import("../portable/suite.mjs");
  const [mockUrl, key] = process.argv.slice(2);
  console.log(JSON.stringify(await run({ spendgate, edge, OpenAI, mockUrl, key, hasContext: true })));
}

main();
