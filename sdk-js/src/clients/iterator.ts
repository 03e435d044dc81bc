/** What all asynchronous generators of the host have in common: `for await` over them, on later hosts also `await using`. */
const COMMON = Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})()) as object) as object;

type Step = (value?: unknown) => Promise<IteratorResult<unknown, unknown>>;

/** What a generator does; `owner` is kept as long as the generator is. */
interface Steps {
  next: Step;
  return: Step;
  throw: Step;
  owner?: unknown;
}

/** A generator that takes these steps, and can be used as the host's own. */
export function generatorOf(steps: Steps): AsyncGenerator<unknown> {
  return Object.assign(Object.create(COMMON) as AsyncGenerator<unknown>, steps);
}
