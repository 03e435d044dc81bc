import type { Attributes } from "../attributes.js";
import type { Calls } from "../calls.js";
import type { Ticket } from "../ticket.js";
import { failed } from "./failure.js";
import { GatedPromise, type Hooks, type Sent } from "./gated-promise.js";
import { member, type Operation, type Params } from "./operation.js";
import { isEventStream, watchResponse } from "./raw.js";
import { isClientStream, metered, watchStream, type Watch } from "./stream.js";

/** A method of a client, unbound from it. */
export type Method = (params: Params, ...rest: unknown[]) => PromiseLike<unknown>;

/** What a guarded method needs to know of where it is. */
export interface Guarding {
  calls: Calls;
  attributes: Attributes | undefined;
  provider: string | undefined;
}

/** The same method, admitted before and charged after. Its promise has what the client's own has. */
export function guard(original: Method, operation: Operation, guarding: Guarding): Method {
  return (params, ...rest) => {
    const { calls } = guarding;
    // A client that calls another wrapped one, or a framework over a wrapped client, is charged once.
    if (!calls.isEnabled || calls.isInside() || calls.isCovered(rest[0])) return original(params, ...rest);
    let ticket: Ticket | undefined;
    const sent = (async (): Promise<Sent<unknown>> => {
      ticket = await calls.begin(operation, params, guarding);
      const request = requestOf(operation, params, ticket);
      try {
        const call = calls.inside(() => original(request, ...rest));
        ticket.endsWith(call as object);
        return { call };
      } catch (error) {
        failed(ticket, error);
        throw error;
      }
    })();
    const hooks: Hooks = {
      answered: (answer) => (ticket === undefined ? answer : answered(answer, operation, params, ticket, guarding)),
      responded: (response) => (ticket === undefined ? response : watchResponse(response, watchOf(operation, params, ticket, guarding), operation)),
      failed: (error) => failed(ticket, error),
    };
    return new GatedPromise(sent, hooks);
  };
}

/** The parameters to send for an admitted call. */
export function requestOf(operation: Operation, params: Params, ticket: Ticket): Params {
  const model = ticket.decision?.model;
  const isSwapped = ticket.decision?.action === "downgrade" && typeof model === "string";
  const request = isSwapped ? operation.withModel(params, model) : params;
  return operation.prepare?.(request) ?? request;
}

function watchOf(operation: Operation, params: Params, ticket: Ticket, { calls, provider }: Guarding): Watch {
  return { meter: operation.meter(params, provider), ticket, cut: calls.cutting, provider };
}

/** Charges an answer, or has its stream charged as it is read. */
function answered<T>(answer: T, operation: Operation, params: Params, ticket: Ticket, guarding: Guarding): T {
  if (isClientStream(answer)) {
    if (ticket.isOpen) watchStream(answer, watchOf(operation, params, ticket, guarding));
    return answer;
  }
  const iterator = member(answer, Symbol.asyncIterator as unknown as string);
  if (typeof iterator === "function") {
    const chunks = (iterator as () => AsyncIterator<unknown>).bind(answer);
    return metered(chunks, watchOf(operation, params, ticket, guarding), answer) as T;
  }
  if (typeof Response === "function" && answer instanceof Response && isEventStream(answer)) {
    return watchResponse(answer, watchOf(operation, params, ticket, guarding), operation) as T;
  }
  ticket.settle(operation.used(answer, guarding.provider));
  return answer;
}
