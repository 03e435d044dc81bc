// The tokens of a request, by a rule that needs no tokenizer.

/** Four characters are a token, here and in what is answered. */
export const TOKEN_CHARS = 4;
/** An image, an audio clip or a file that is sent. */
export const MEDIA_TOKENS = 85;

/** What is not said to the model, or names a medium. */
const UNREAD = new Set(["type", "role", "id", "call_id", "tool_call_id", "tool_use_id", "detail", "cache_control", "mime_type", "mimeType"]);
const MEDIA = new Set(["image_url", "input_audio", "file", "source", "inlineData", "fileData", "inline_data", "file_data", "file_id"]);

/** @param {number} chars */
export const tokensOf = (chars) => Math.ceil(chars / TOKEN_CHARS);

/**
 * The tokens of the parts of a request that a model reads: the characters of all texts in them by four, rounded up
 * once, and a fixed number for each medium. Numbers in a list (tokens that a client made itself) count as one each.
 * @param {unknown[]} parts
 */
export function promptTokens(...parts) {
  const sum = { chars: 0, tokens: 0 };
  for (const part of parts) add(part, sum);
  return tokensOf(sum.chars) + sum.tokens;
}

/**
 * @param {any} value
 * @param {{ chars: number, tokens: number }} sum
 */
function add(value, sum) {
  if (typeof value === "string") sum.chars += value.length;
  else if (typeof value === "number") sum.tokens += 1;
  else if (Array.isArray(value)) for (const item of value) add(item, sum);
  else if (typeof value === "object" && value !== null) {
    for (const key in value) {
      if (MEDIA.has(key)) sum.tokens += MEDIA_TOKENS;
      else if (!UNREAD.has(key)) add(value[key], sum);
    }
  }
}
