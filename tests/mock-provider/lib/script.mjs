// What a script may say, so that a mistyped key fails the test that has it.

/** @typedef {import("../types.d.ts").Script} Script */

/** A script or an order that cannot be followed. */
export class ScriptError extends Error {}

const isObject = (/** @type {unknown} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (/** @type {unknown} */ value) => typeof value === "string";
const isCount = (/** @type {unknown} */ value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isMs = (/** @type {unknown} */ value) => typeof value === "number" && value >= 0 && value < 2 ** 31;
const isList = (/** @type {(value: unknown) => boolean} */ of) => (/** @type {unknown} */ value) =>
  Array.isArray(value) && value.every(of);

const FAULTS = ["reset", "close", "hang", "malformed", "truncate"];
const COUNTS = [
  "input", "cached", "cache_write", "cache_write_1h", "audio_input", "image_input", "tool_input", "output", "reasoning",
  "audio_output", "image_output", "web_searches",
];

/** @type {Record<string, (value: any) => boolean>} */
const KEYS = {
  text: isText,
  json: (value) => value !== undefined,
  tokens: isCount,
  chunks: (value) => isCount(value) || isList(isText)(value),
  chunk_chars: (value) => isCount(value) && value > 0,
  tool_calls: isList((call) => isObject(call) && onlyKeys(call, ["id", "name", "arguments"])),
  finish: isText,
  model: isText,
  model_suffix: isText,
  service_tier: isText,
  usage: isUsage,
  report: (value) => value === "none" || isObject(value),
  audio_seconds: (value) => typeof value === "number",
  delay_ms: isMs,
  chunk_delay_ms: isMs,
  error: isError,
  fault: (value) => FAULTS.includes(value),
  after_chunks: isCount,
  headers: (value) => isObject(value) && Object.values(value).every(isText),
  times: (value) => isCount(value) && value > 0,
};

/** Every key of a script, and every count of its usage. */
export const NAMES = { keys: Object.keys(KEYS), counts: COUNTS };

/** @param {any} object @param {string[]} keys */
function onlyKeys(object, keys) {
  return Object.keys(object).every((key) => keys.includes(key));
}

/** @param {any} value */
function isUsage(value) {
  if (!isObject(value) || !onlyKeys(value, [...COUNTS, "iterations"])) return false;
  // Below zero is allowed: some tests want just that.
  return COUNTS.every((key) => value[key] === undefined || Number.isSafeInteger(value[key]));
}

/** @param {any} value */
function isError(value) {
  const keys = ["status", "type", "code", "message", "body", "retry_after"];
  return isObject(value) && onlyKeys(value, keys) && isCount(value.status) && value.status >= 400 && value.status < 600;
}

/**
 * Takes any value for a script, or throws a `ScriptError` that names the key.
 * @param {unknown} value
 * @returns {Script}
 */
export function readScript(value) {
  if (!isObject(value)) throw new ScriptError("a script is an object");
  for (const [key, member] of Object.entries(/** @type {object} */ (value))) {
    const fits = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (fits === undefined) throw new ScriptError(`\`${key}\` is no key of a script`);
    if (!fits(member)) throw new ScriptError(`\`${key}\` cannot be ${JSON.stringify(member)}`);
  }
  return /** @type {Script} */ (value);
}

/**
 * The script in the header `x-mock-script`.
 * @param {string} text
 */
export function readHeader(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ScriptError("x-mock-script is no JSON");
  }
  return readScript(value);
}
