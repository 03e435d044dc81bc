// Attributes on the active span, with the real OpenTelemetry.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { spendgateHandler } from "spendgate/langchain";
import { chatOpenAI, guarded, sdk } from "./frameworks.mjs";
import { anthropic, fixed, genai, gateOf, openai, params, perUser } from "./support.mjs";

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
after(() => provider.shutdown());

const traced = async (work) => {
  exporter.reset();
  await trace.getTracer("test").startActiveSpan("request", async (span) => {
    await work();
    span.end();
  });
  // Anthropic's client makes spans of its own.
  return exporter.getFinishedSpans().find(({ name }) => name === "request").attributes;
};

test("a call's span has what was asked, decided, used and paid", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u", tier: "free", feature: "chat" });
  const attributes = await traced(() => client.chat.completions.create(params()));
  assert.deepEqual(
    { ...attributes },
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 100,
      "operation.cost": 0.00125,
      "spendgate.action": "allow",
      "spendgate.reason": "within_limit",
      "spendgate.budget": "each",
      "spendgate.tier": "free",
      "spendgate.feature": "chat",
    },
  );
});

test("spans have the tokens of each provider, in its own words or not", async () => {
  fixed();
  const gate = gateOf({ policy: perUser("1") });
  const claude = gate.wrap(await anthropic(), { user: "u" });
  const gemini = gate.wrap(await genai(), { user: "u" });
  const calls = {
    anthropic: () => claude.messages.create({ model: "claude-sonnet-4-6", max_tokens: 100, messages: params().messages }),
    google: () => gemini.models.generateContent({ model: "gemini-2.5-flash", contents: "Hello" }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const attributes = await traced(call);
    assert.equal(attributes["gen_ai.provider.name"], name);
    assert.equal(attributes["gen_ai.usage.input_tokens"], 100);
    assert.equal(attributes["gen_ai.usage.output_tokens"], 100);
    assert.equal(attributes["operation.cost"], name === "google" ? 0.00028 : 0.0018);
  }
});

test("a refused call's span says why; nobody's name is on it", async () => {
  const gate = gateOf({ policy: perUser("0") });
  const client = gate.wrap(await openai(), { user: "someone" });
  const attributes = await traced(() => client.chat.completions.create(params()).catch(() => {}));
  assert.equal(attributes["spendgate.action"], "block");
  assert.equal(attributes["spendgate.budget"], "each");
  assert.ok(!Object.values(attributes).includes("someone"));
});

test("a stream's cost is on the span that was active when it began", async () => {
  fixed({ text: "one two", chunks: 2 });
  const gate = gateOf({ policy: perUser("1") });
  const client = gate.wrap(await openai(), { user: "u" });
  const attributes = await traced(async () => {
    for await (const _ of await client.chat.completions.create(params({ stream: true })));
  });
  assert.equal(attributes["operation.cost"], 0.00125);
});

test("a call of a framework has what it used on its span", async () => {
  const gate = gateOf({ policy: perUser("1") });
  const { generateText, wrapLanguageModel, openai: models } = await sdk("6");
  const model = guarded({ wrapLanguageModel, openai: models }, gate, { user: "u" });
  const chain = await chatOpenAI("@langchain/openai", { callbacks: [spendgateHandler(gate, { user: "u" })] });
  for (const work of [() => generateText({ model, prompt: "Hello" }), () => chain.invoke("Hello")]) {
    fixed();
    const attributes = await traced(work);
    assert.equal(attributes["gen_ai.operation.name"], "chat");
    assert.equal(attributes["gen_ai.provider.name"], "openai");
    assert.deepEqual([attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]], [100, 100]);
    assert.equal(attributes["operation.cost"], 0.00125);
  }
});
