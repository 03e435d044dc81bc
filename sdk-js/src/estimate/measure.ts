/** What a request is made of: the bytes of its text as UTF-8, and its images and other media. */
export interface Measured {
  bytes: number;
  images: number;
  /** The texts, where a tokenizer wants them. */
  texts: string[] | null;
}

/** Deeper than that nothing is counted: nothing a client sends is. */
const DEPTH = 64;

/** Keys whose value is an image, a sound or a file, in the words of the providers' clients. */
const MEDIA = new Set([
  "image_url",
  "input_audio",
  "file_data",
  "file_id",
  "fileData",
  "inlineData",
  "inline_data",
]);

/** Adds up what a parameter of a call has in it. */
export function measure(value: unknown, into: Measured, depth = DEPTH): void {
  if (typeof value === "string") {
    if (value.startsWith("data:")) {
      into.images++;
    } else {
      into.bytes += utf8Bytes(value);
      into.texts?.push(value);
    }
  } else if (typeof value === "number") {
    // Inputs may be given as tokens: a token is about four bytes.
    into.bytes += 4;
  } else if (typeof value === "object" && value !== null && depth > 0) {
    if (Array.isArray(value)) {
      for (const item of value) measure(item, into, depth - 1);
    } else {
      measureObject(value as Record<string, unknown>, into, depth - 1);
    }
  }
}

function measureObject(object: Record<string, unknown>, into: Measured, depth: number): void {
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer || isFile(object)) {
    into.images++;
    return;
  }
  // The form of Anthropic's media, {type: "base64" | "url" | "file", …}, and of the AI SDK's.
  const mediaType = object["media_type"] ?? object["mediaType"];
  if (typeof mediaType === "string" && "data" in object) {
    if (mediaType.startsWith("text/")) measure(object["data"], into, depth);
    else into.images++;
    return;
  }
  if (object["type"] === "url" && typeof object["url"] === "string") {
    into.images++;
    return;
  }
  for (const key in object) {
    const value = object[key];
    if (value === undefined || typeof value === "function") continue;
    if (MEDIA.has(key) && value !== null) {
      into.images++;
      continue;
    }
    // Keys stand for the tokens that frame a message.
    into.bytes += key.length;
    measure(value, into, depth);
  }
}

/** Blobs, responses and streams of files, whatever their class. */
function isFile(object: object): boolean {
  const { arrayBuffer, pipe, getReader } = object as { [key: string]: unknown };
  return typeof arrayBuffer === "function" || typeof pipe === "function" || typeof getReader === "function";
}

const encoded: ((text: string) => number) | undefined =
  typeof Buffer === "function" ? (text) => Buffer.byteLength(text) : undefined;

/** The length of a text as UTF-8. */
export function utf8Bytes(text: string): number {
  if (encoded !== undefined && text.length > 64) return encoded(text);
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
