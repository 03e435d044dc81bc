// The smallest value that a JSON Schema takes, so that a structured answer can be parsed.

/** @typedef {Record<string, any>} Schema */

const DEPTH_MAX = 20;

/**
 * @param {any} schema a JSON Schema, or Gemini's form of one; anything else gives `{}`
 * @returns {unknown}
 */
export function sample(schema) {
  return typeof schema === "object" && schema !== null ? make(schema, schema, 0) : {};
}

/** @param {Schema} schema @param {Schema} root @param {number} depth @returns {unknown} */
function make(schema, root, depth) {
  if (typeof schema !== "object" || schema === null || depth > DEPTH_MAX) return null;
  if (typeof schema.$ref === "string") return make(lookup(schema.$ref, root), root, depth + 1);
  if ("const" in schema) return schema.const;
  if ("default" in schema) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choice = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choice)) return make(choice[0], root, depth + 1);
  if (Array.isArray(schema.allOf)) {
    return Object.assign({}, ...schema.allOf.map((/** @type {Schema} */ part) => make(part, root, depth + 1)));
  }
  return ofType(schema, root, depth);
}

/** @param {Schema} schema @param {Schema} root @param {number} depth @returns {unknown} */
function ofType(schema, root, depth) {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (String(type ?? "object").toLowerCase()) {
    case "string":
      return "x".repeat(schema.minLength ?? 0);
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "null":
      return null;
    case "array":
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => make(schema.items ?? {}, root, depth + 1));
    default: {
      const required = schema.required ?? Object.keys(schema.properties ?? {});
      return Object.fromEntries(required.map((/** @type {string} */ key) => [key, make(schema.properties?.[key] ?? {}, root, depth + 1)]));
    }
  }
}

/** @param {string} ref as `#/$defs/Item` @param {Schema} root */
function lookup(ref, root) {
  /** @type {any} */
  let found = root;
  for (const step of ref.replace(/^#\/?/, "").split("/")) if (step !== "") found = found?.[step];
  return found;
}
