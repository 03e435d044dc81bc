// The shapes that scripts, answers and records have.
import type { IncomingMessage, ServerResponse } from "node:http";

/** Tokens of a call. The parts of `input` and of `output` stand inside them, whatever the provider's own way is. */
export interface Usage {
  input: number;
  cached?: number;
  cache_write?: number;
  cache_write_1h?: number;
  audio_input?: number;
  image_input?: number;
  tool_input?: number;
  output: number;
  reasoning?: number;
  audio_output?: number;
  image_output?: number;
  web_searches?: number;
  /** Anthropic's list, as it is sent; what is no `message` in it is billed beside the rest. */
  iterations?: object[];
}

export interface ScriptedError {
  status: number;
  type?: string;
  code?: string;
  message?: string;
  /** Sent in place of the provider's own shape. */
  body?: unknown;
  retry_after?: number | string;
}

export type Fault = "reset" | "close" | "hang" | "malformed" | "truncate";

/** What a test says about an answer; README.md has the table. */
export interface Script {
  text?: string;
  json?: unknown;
  tokens?: number;
  chunks?: number | string[];
  chunk_chars?: number;
  tool_calls?: { id?: string; name?: string; arguments?: unknown }[];
  finish?: string;
  model?: string;
  model_suffix?: string;
  service_tier?: string;
  usage?: Partial<Usage>;
  report?: "none" | Record<string, unknown>;
  audio_seconds?: number;
  delay_ms?: number;
  chunk_delay_ms?: number;
  error?: ScriptedError;
  fault?: Fault;
  after_chunks?: number;
  headers?: Record<string, string>;
  times?: number;
}

/** What `POST /_mock/script` takes. */
export interface ScriptOrder {
  scope?: string;
  default?: Script | null;
  queue?: Script[];
  append?: Script[];
}

export type Provider = "openai" | "anthropic" | "gemini";

export interface Tool {
  name: string;
  schema: unknown;
}

/** What a route read in a request. */
export interface Asked {
  model: string;
  stream: boolean;
  promptTokens: number;
  maxTokens: number | undefined;
  tools: Tool[];
  /** The tool that has to be called. */
  forced: Tool | undefined;
  /** How ids of tool calls begin. */
  callPrefix: string;
  /** The JSON Schema of a structured answer; `true` for any object. */
  schema: unknown;
  choices: number;
}

export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
  pieces: string[];
}

/** What the model says. */
export interface Answer {
  model: string;
  text: string;
  pieces: string[];
  toolCalls: ToolCall[];
  finish: string;
  usage: Usage;
  /** Replaces the usage in the answer: `null` leaves it out, an object is sent as it is. */
  report: Record<string, unknown> | null | undefined;
  serviceTier: string | undefined;
  /** Characters of all chunks. */
  chars: number;
  number: number;
}

/** One chunk of the answer as it is written, and how many of its characters it carries. */
export interface Delta {
  data: string;
  chars: number;
}

/** A stream: what comes before the first chunk, the chunks, what comes after the last. */
export interface Plan {
  start: string;
  deltas: Delta[];
  end: string;
}

/** What a route answers. */
export interface Reply {
  asked: Asked;
  answer: Answer;
  /** The usage in the provider's own form. */
  wire(usage: Usage): Record<string, unknown>;
  /** The answer in one piece. */
  whole(): unknown;
  /** The answer as a stream, where it was asked for. */
  stream?: () => Plan;
  /** The type of a `whole` that is a Buffer or a text. */
  type?: string;
  /** The answer tells no usage. */
  silent?: boolean;
  /** Nothing is billed for this route. */
  free?: boolean;
}

/** A request as a route sees it. */
export interface Incoming {
  body: any;
  script: Script;
  /** Counts the requests of this server from 0; makes ids. */
  number: number;
  /** Parts of the path, as the model of Gemini's. */
  params: string[];
  headers: IncomingMessage["headers"];
}

export interface Route {
  name: string;
  provider: Provider;
  handle(incoming: Incoming): Reply;
}

/** One request, as `GET /_mock/received` lists it. */
export interface Received {
  number: number;
  scope: string;
  route: string;
  method: string;
  path: string;
  model: string;
  stream: boolean;
  headers: IncomingMessage["headers"];
  body: unknown;
  /** The status that was sent, or `null` where the connection ended before it. */
  status: number | null;
  state: "open" | "answered" | "refused" | "aborted" | "broken";
  chunks: number;
  chars: number;
  /** The usage in the answer, as it was sent, or `null`. */
  reported: Record<string, unknown> | null;
  /** What the call costs, in the provider's own form, or `null` for nothing. */
  billed: Record<string, unknown> | null;
  billed_usage: Usage | null;
}

export interface Totals {
  requests: number;
  open: number;
  answered: number;
  refused: number;
  aborted: number;
  broken: number;
  /** By the model of the answer. */
  billed: Record<string, Usage & { calls: number }>;
}

export interface ReceivedAnswer extends Totals {
  list: Received[];
}

export interface MockProvider {
  url: string;
  script(order: ScriptOrder): void;
  received(filter?: { scope?: string; idle_ms?: number; list?: boolean }): Promise<ReceivedAnswer>;
  reset(filter?: { scope?: string }): void;
  refusedUrl(): Promise<string>;
  close(): Promise<void>;
}

export type { IncomingMessage, ServerResponse };
