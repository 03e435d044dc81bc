import type { Api } from "spendgate";

/** Where a request goes. */
export interface Place {
  api: Api;
  /** The path below the API's base URL, with its slash. */
  rest: string;
}

const PREFIXES: readonly (readonly [string, Api])[] = [
  ["/openai/v1/", "openai"],
  ["/anthropic/", "anthropic"],
];

/** The API that a path of the gateway leads to; null where it leads nowhere. */
export function placeOf({ pathname }: URL): Place | null {
  const found = PREFIXES.find(([prefix]) => pathname.startsWith(prefix));
  return found === undefined ? null : { api: found[1], rest: pathname.slice(found[0].length - 1) };
}

/** Whether a request is among those that cost nothing. */
export function isFree(request: Request, free: readonly string[]): boolean {
  const { pathname } = new URL(request.url);
  // What a provider might take for a path is none here.
  if (/%2f|%5c/i.test(pathname)) return false;
  const asked = `${request.method} ${pathname}`;
  return free.some((path) => (path.endsWith("*") ? asked.startsWith(path.slice(0, -1)) : asked === path));
}
