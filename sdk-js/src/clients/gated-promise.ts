/** A call that was sent, in a box: a promise that resolves to a promise would wait for it. */
export interface Sent<T> {
  call: PromiseLike<T> & Partial<ApiPromise<T>>;
}

/** What the promises of OpenAI's and Anthropic's clients can do beyond `then`. */
interface ApiPromise<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response; [key: string]: unknown }>;
  _thenUnwrap<U>(transform: (data: T, ...rest: unknown[]) => U): PromiseLike<U>;
  /** What the client knows of a request that was answered; it reads the answer from `response`. */
  _responseProps(): Promise<{ response: Response; [key: string]: unknown }>;
}

/** What is done at the end of a call. */
export interface Hooks {
  /** Takes the answer that was read, and gives what the caller gets in its place. */
  answered<T>(answer: T): T;
  /** Takes the raw response that the caller wants to read alone. */
  responded(response: Response): Response;
  /** Takes the error of a call that failed. */
  failed(error: unknown): void;
}

/**
 * The promise of a call that is sent after it was admitted. It has the methods of the client's own promise, and reads the
 * answer in the way that was asked for, and once.
 */
export class GatedPromise<T> extends Promise<T> {
  readonly #sent: Promise<Sent<T>>;
  readonly #hooks: Hooks;
  #answer: Promise<T> | undefined;
  #props: ReturnType<ApiPromise<T>["_responseProps"]> | undefined;

  /** What `then` makes is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(sent: Promise<Sent<T>>, hooks: Hooks) {
    // The promise below is never used; `then` and its like are those of the call.
    super((resolve) => resolve(undefined as never));
    this.#sent = sent;
    this.#hooks = hooks;
  }

  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#read().then(fulfilled, rejected);
  }

  override catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#read().catch(rejected);
  }

  override finally(done?: (() => void) | null): Promise<T> {
    return this.#read().finally(done);
  }

  /** The raw response; its body is charged as it is read. */
  async asResponse(): Promise<Response> {
    const { call } = await this.#sent;
    return this.#failing(async () => this.#hooks.responded(await method(call, "asResponse")()));
  }

  /** The answer beside the raw response. */
  async withResponse(): Promise<{ data: T; response: Response; [key: string]: unknown }> {
    const { call } = await this.#sent;
    return this.#failing(async () => {
      const both = await method(call, "withResponse")();
      return { ...both, data: this.#hooks.answered(both.data) };
    });
  }

  /** A call of the client's helpers, which read the answer in their own way. */
  _thenUnwrap<U>(transform: (data: T, ...rest: unknown[]) => U): GatedPromise<U> {
    const hooks = this.#hooks;
    const sent = this.#sent.then(({ call }) => ({
      call: method(call, "_thenUnwrap")((data: T, ...rest: unknown[]) => transform(hooks.answered(data), ...rest)) as Sent<U>["call"],
    }));
    return new GatedPromise(sent, { ...hooks, answered: (answer) => answer });
  }

  /** The unread response with its request, from which Anthropic's message threads and tool runners read the answer themselves. */
  _responseProps(): ReturnType<ApiPromise<T>["_responseProps"]> {
    this.#props ??= this.#sent.then(({ call }) =>
      this.#failing(async () => {
        const props = await method(call, "_responseProps")();
        props.response = this.#hooks.responded(props.response);
        return props;
      }),
    );
    return this.#props;
  }

  #read(): Promise<T> {
    this.#answer ??= this.#sent.then(({ call }) => this.#failing(async () => this.#hooks.answered(await call)));
    return this.#answer;
  }

  async #failing<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      this.#hooks.failed(error);
      throw error;
    }
  }
}

function method<T, K extends keyof ApiPromise<T>>(call: Sent<T>["call"], name: K): ApiPromise<T>[K] {
  const found = call[name];
  if (typeof found !== "function") throw new TypeError(`the client's promise has no \`${name}\``);
  return found.bind(call) as ApiPromise<T>[K];
}
