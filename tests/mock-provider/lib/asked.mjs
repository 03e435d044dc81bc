// What routes read of requests in the same way.

import { RequestError } from "./errors.mjs";

/** @typedef {import("../types.d.ts").Asked} Asked */
/** @typedef {import("../types.d.ts").Tool} Tool */

/** When everything was made: answers are the same each time. 2026-01-01, in seconds. */
export const CREATED = 1_767_225_600;

const CHOICES_MAX = 128;

/** @param {unknown} value */
const isWhole = (value) => Number.isInteger(value) && Number(value) > 0;

/**
 * @param {Partial<Omit<Asked, "model">> & { model: unknown, promptTokens: number }} read
 * @returns {Asked}
 */
export function asked(read) {
  if (typeof read.model !== "string" || read.model === "") throw new RequestError(400, "you must provide a model parameter");
  const { maxTokens, choices } = read;
  if (maxTokens !== undefined && !isWhole(maxTokens)) throw new RequestError(400, "the largest number of tokens is a whole number above 0");
  if (choices !== undefined && !(isWhole(choices) && choices <= CHOICES_MAX)) {
    throw new RequestError(400, `the number of answers is a whole one from 1 to ${CHOICES_MAX}`);
  }
  return {
    stream: false,
    maxTokens: undefined,
    tools: [],
    forced: undefined,
    callPrefix: "call_mock_",
    schema: undefined,
    choices: 1,
    ...read,
    model: read.model,
  };
}

/** @param {any} value @param {string} name */
export function needList(value, name) {
  if (!Array.isArray(value) || value.length === 0) throw new RequestError(400, `\`${name}\` is a list with at least one entry`);
}

/** @param {unknown} value @returns {any[]} */
export const list = (value) => (Array.isArray(value) ? value : []);
