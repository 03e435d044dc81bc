// Server-sent events as text.

/** An event without a name: OpenAI's chat, Gemini. @param {unknown} data */
export const data = (data) => `data: ${JSON.stringify(data)}\n\n`;

/** An event with the name in its `type`: Responses, Anthropic. @param {{ type: string, [member: string]: unknown }} data */
export const named = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** An event that no parser takes. */
export const MALFORMED = 'data: {"id": "broken", "choices": [{"delta"\n\n';
