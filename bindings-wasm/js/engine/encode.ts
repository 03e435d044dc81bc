import { SpendgateError } from "./error.js";

/**
 * A command as JSON text. Nothing is lost on the way that `JSON.stringify` would drop or change in silence: bigints
 * and numbers that are not finite go as text, for the engine to read or refuse; functions, symbols and
 * text that is not Unicode are refused here, with their path.
 */
export function encode(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, plain);
  } catch (cause) {
    const [path, why] = found(value) ?? ["", "cannot be written as JSON"];
    throw new SpendgateError("invalid_call", path === "" ? why : `${path}: ${why}`, path, { cause });
  }
  return text ?? "null";
}

class Unfit extends Error {}

function plain(_key: string, value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return value.toString();
    case "string":
      if (!value.isWellFormed()) throw new Unfit();
      return value;
    case "function":
    case "symbol":
      throw new Unfit();
    default:
      return value;
  }
}

function found(value: unknown): [string, string] | undefined {
  try {
    return fault(value, "", new Set());
  } catch {
    return ["", "has a member that cannot be read"];
  }
}

/** The first member that cannot be written, and why. */
function fault(value: unknown, path: string, above: Set<unknown>): [string, string] | undefined {
  if (typeof value === "string") return value.isWellFormed() ? undefined : [path, "is not well-formed Unicode"];
  if (typeof value === "function" || typeof value === "symbol") return [path, `is a ${typeof value}`];
  if (typeof value !== "object" || value === null) return undefined;
  if (above.has(value)) return [path, "contains itself"];
  if (above.size > 100) return [path, "is nested too deeply"];
  above.add(value);
  for (const [key, member] of Object.entries(value)) {
    if (!key.isWellFormed()) return [path, "has a key that is not well-formed Unicode"];
    const at = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const inside = fault(member, at, above);
    if (inside) return inside;
  }
  above.delete(value);
  return undefined;
}
