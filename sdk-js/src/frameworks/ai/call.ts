import type { Attributes } from "../../attributes.js";
import type { Calls } from "../../calls.js";
import { failed } from "../../clients/failure.js";
import { member } from "../../clients/operation.js";
import type { Shape } from "../../estimate/estimate.js";
import type { Ticket } from "../../ticket.js";
import { admittedParams, isAdmitted, providerOf } from "./model.js";
import type { CallParams, EmbedParams, EmbedResult, Embedder, GenerateResult, Model, ModelId, StreamResult } from "./model.js";
import { watchParts } from "./stream.js";
import { PartsMeter, usageOf } from "./usage.js";

/** One call of a model. */
export interface AiCall<P = CallParams> {
  calls: Calls;
  attributes: Attributes;
  params: P;
  model: ModelId;
  models?: ((id: string) => Model) | undefined;
}

/** A call of `doGenerate`, admitted before and charged after. */
export async function generate<R extends GenerateResult>(call: AiCall, otherwise: () => PromiseLike<R>): Promise<R> {
  if (isPassed(call)) return otherwise();
  const ticket = await admit(call, languageShape(call));
  const model = modelFor(call, ticket);
  const result: R = await reach(call, ticket, () => model.doGenerate(admittedParams(call.params, call.calls)));
  ticket.settle(usageOf(result, providerOf(call.model)));
  return result;
}

/** A call of `doStream`, admitted before; it is charged as its parts are read. */
export async function stream<R extends StreamResult>(call: AiCall, otherwise: () => PromiseLike<R>): Promise<R> {
  if (isPassed(call)) return otherwise();
  const ticket = await admit(call, languageShape(call));
  const model = modelFor(call, ticket);
  const result: R = await reach(call, ticket, () => model.doStream(admittedParams(call.params, call.calls)));
  const meter = new PartsMeter(providerOf(call.model));
  return { ...result, stream: watchParts(result.stream, { meter, ticket, cut: call.calls.cutting }) };
}

/** A call of `doEmbed`, admitted before and charged after. */
export async function embed<R extends EmbedResult>(call: AiCall<EmbedParams>, otherwise: () => PromiseLike<R>): Promise<R> {
  if (isPassed(call)) return otherwise();
  const { model, params } = call;
  const ticket = await admit(call, () => ({ model: model.modelId, input: [params.values], maxOutputTokens: 0 }), "embeddings");
  if (ticket.decision?.action === "downgrade") keep(call, ticket, "embeddings of two models cannot be compared");
  const result: R = await reach(call, ticket, () => (model as Embedder).doEmbed(admittedParams(params, call.calls)));
  const tokens = result.usage?.tokens;
  ticket.settle(typeof tokens === "number" ? { input_tokens: tokens } : undefined);
  return result;
}

/** Whether a call is none of ours, or is a part of one that was admitted. */
function isPassed<P extends object>({ calls, params }: AiCall<P>): boolean {
  return !calls.isEnabled || calls.isInside() || isAdmitted(params, calls);
}

function admit<P>({ calls, attributes, model, params }: AiCall<P>, shape: () => Shape, operation = "chat"): Promise<Ticket> {
  return calls.admit(shape, attributes, providerOf(model), params, operation);
}

function languageShape({ model, params }: AiCall): () => Shape {
  return () => ({
    model: model.modelId,
    input: [params.prompt, params.tools, member(params.responseFormat, "schema")],
    maxOutputTokens: params.maxOutputTokens,
  });
}

/** The model to call. */
function modelFor(call: AiCall, ticket: Ticket): Model {
  const sibling = ticket.decision?.action === "downgrade" ? siblingOf(call, ticket) : undefined;
  return sibling ?? (call.model as Model);
}

/** The cheaper model of a downgrade; undefined where there is none to be had, and the call keeps its model. */
function siblingOf(call: AiCall, ticket: Ticket): Model | undefined {
  const { models, model } = call;
  const id = ticket.decision?.model;
  if (typeof id !== "string") return undefined;
  if (models === undefined) {
    keep(call, ticket, "the middleware has no `models` to make another one with");
    return undefined;
  }
  try {
    const sibling = models(id);
    const version = sibling.specificationVersion;
    if (version === model.specificationVersion) return sibling;
    keep(call, ticket, `\`models\` makes models of version ${version}, and this one has ${model.specificationVersion}`);
  } catch (error) {
    keep(call, ticket, "`models` failed", error);
  }
  return undefined;
}

function keep<P>({ calls }: AiCall<P>, ticket: Ticket, why: string, error?: unknown): void {
  const { requested_model: requested, model } = ticket.decision ?? {};
  ticket.keepModel();
  calls.diagnostics.tell("not_downgraded", `${requested} is called and not ${model}: ${why}`, error);
}

/** Makes an admitted call; a failure ends it. */
async function reach<P, R>({ calls }: AiCall<P>, ticket: Ticket, work: () => PromiseLike<R>): Promise<R> {
  try {
    return await calls.inside(work);
  } catch (error) {
    failed(ticket, error);
    throw error;
  }
}
