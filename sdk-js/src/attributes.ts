/** Free values that ride along on events, such as a prompt's version or a request's id. */
export type Tags = Readonly<Record<string, string | number | boolean>>;

/** Who a call is for. Ids are 1 to 256 bytes of UTF-8; a whole number is taken as its digits. */
export interface Attributes {
  /** Whose money it is. */
  user?: string | number | bigint | null | undefined;
  /** The same as `user`. */
  userId?: string | number | bigint | null | undefined;
  /** The user's plan. */
  tier?: string | null | undefined;
  /** The same as `tier`. */
  plan?: string | null | undefined;
  /** The customer the user belongs to. */
  org?: string | number | bigint | null | undefined;
  /** The part of the application. */
  feature?: string | null | undefined;
  /** The same as `feature`. */
  group?: string | null | undefined;
  /** A conversation or an agent's run. */
  session?: string | number | bigint | null | undefined;
  /** The provider, where the client does not tell it. */
  provider?: string | null | undefined;
  tags?: Tags | null | undefined;
}

/** Attributes under their own names; what nobody gave is absent. */
export interface Subject {
  user?: string;
  tier?: string;
  org?: string;
  feature?: string;
  session?: string;
  provider?: string;
  tags?: Tags;
}

/** Attributes with the names of the wire, later ones before earlier ones; `tags` are joined. */
export function subjectOf(...given: readonly (Attributes | null | undefined)[]): Subject {
  const subject: Subject = {};
  for (const attributes of given) {
    if (attributes === null || attributes === undefined) continue;
    put(subject, "user", attributes.user ?? attributes.userId);
    put(subject, "tier", attributes.tier ?? attributes.plan);
    put(subject, "org", attributes.org);
    put(subject, "feature", attributes.feature ?? attributes.group);
    put(subject, "session", attributes.session);
    put(subject, "provider", attributes.provider);
    if (attributes.tags) subject.tags = { ...subject.tags, ...attributes.tags };
  }
  return subject;
}

type Id = Exclude<keyof Subject, "tags">;

function put(subject: Subject, key: Id, value: unknown): void {
  if (value === null || value === undefined) return;
  // What is no text is left as it is: the engine refuses it, and the diagnostic names it.
  const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  subject[key] = isWhole ? String(value) : (value as string);
}
