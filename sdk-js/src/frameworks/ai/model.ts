/** What is to be known of a model of the AI SDK, in the versions 3 and 4 of its interface. */
export interface ModelId {
  readonly provider: string;
  readonly modelId: string;
  readonly specificationVersion?: string;
}

/** A model that can be called. */
export interface Model extends ModelId {
  doGenerate(params: any): PromiseLike<any>;
  doStream(params: any): PromiseLike<any>;
}

/** An embedding model that can be called. */
export interface Embedder extends ModelId {
  doEmbed(params: any): PromiseLike<any>;
}

type ProviderOptions = Readonly<Record<string, unknown>>;

/** The parameters of a call to a language model. */
export interface CallParams {
  prompt: unknown;
  maxOutputTokens?: number | undefined;
  tools?: unknown;
  responseFormat?: unknown;
  providerOptions?: ProviderOptions | undefined;
}

export interface GenerateResult {
  usage: unknown;
  providerMetadata?: unknown;
}

export interface StreamResult {
  stream: ReadableStream<any>;
}

/** The parameters of a call to an embedding model. */
export interface EmbedParams {
  values: readonly unknown[];
  providerOptions?: ProviderOptions | undefined;
}

export interface EmbedResult {
  usage?: { tokens: number } | undefined;
}

/** The provider's name: `openai.responses` and `openai.chat` are one. */
export function providerOf({ provider }: ModelId): string | undefined {
  return typeof provider === "string" ? provider.split(".")[0] : undefined;
}

/** In the parameters of an admitted call: by whom it was. A middleware within another finds it, whatever stands between them. */
const ADMITTED = Symbol("spendgate.admitted");

/** The parameters of an admitted call, without what is said to us alone. */
export function admittedParams<P extends { providerOptions?: ProviderOptions | undefined }>(params: P, by: object): P {
  const admitted = { ...params, [ADMITTED]: by };
  if (params.providerOptions?.["spendgate"] === undefined) return admitted;
  const { spendgate: _, ...others } = params.providerOptions;
  return { ...admitted, providerOptions: others };
}

/** Whether a call was admitted by `by` already. */
export function isAdmitted(params: object, by: object): boolean {
  return (params as { [ADMITTED]?: object })[ADMITTED] === by;
}
