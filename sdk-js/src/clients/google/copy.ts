import { member } from "../operation.js";

type Members = Record<string, unknown>;
type Made = new (...given: unknown[]) => Members;

/**
 * A copy of the client with the same connection. Its methods are bound to the `models` they were made with, so a new `models` is
 * made over the client's own connection, and chats that use it; the rest is copied as it is. Null where the client is not built so.
 */
export function copyClient(client: object): object | null {
  const models = member(client, "models") as Members;
  const connection = models["apiClient"];
  if (typeof connection !== "object" || connection === null) return null;
  try {
    const made = new (models.constructor as Made)(connection);
    if (typeof made["generateContent"] !== "function") return null;
    const copy = shallow(client as Members);
    for (const [key, value] of Object.entries(client)) {
      if (isGroup(value) && value !== connection) copy[key] = shallow(value);
    }
    copy["models"] = made;
    if (isGroup(copy["chats"])) copy["chats"]["modelsModule"] = made;
    return copy;
  } catch {
    return null;
  }
}

/** An object of the same class with the same members, but for groups that a getter keeps once it has made them. */
function shallow(object: Members): Members {
  const copy = Object.create(Object.getPrototypeOf(object) as object) as Members;
  for (const [key, value] of Object.entries(object)) {
    if (!(key.startsWith("_") && key.slice(1) in object)) copy[key] = value;
  }
  return copy;
}

function isGroup(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype;
}
