import { fromBase64Url, toBase64Url } from "./base64url.js";

/** The header that carries a signed identity. */
export const IDENTITY_HEADER = "x-spendgate-identity";

/** How long an identity lasts unless said, and at most, in seconds. */
const LASTS_S = 300;
const LASTS_S_MAX = 86_400;
/** Shorter secrets can be guessed, bytes. */
const SECRET_BYTES_MIN = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** No id has a control character, so a line is one id. */
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Far longer than three ids of 256 bytes. */
const HEADER_MAX = 2_048;

/** Who a request is for, as the application's server has signed it. */
export interface Identity {
  user: string;
  tier?: string;
  feature?: string;
}

export interface SignedIdentity extends Identity {
  /** From now; 300 unless given, at most a day. */
  expiresInSeconds?: number;
}

/** A secret, and the name under which the one who verifies knows it. */
export interface IdentitySecret {
  /** 1 to 64 letters, digits, `_` or `-`. */
  keyId: string;
  /** At least 16 bytes as UTF-8. */
  secret: string;
}

/** Why an identity is refused. */
export type IdentityFault = "identity_missing" | "identity_malformed" | "identity_unknown_key" | "identity_forged" | "identity_expired";

export type VerifiedIdentity = { identity: Identity; fault: null } | { identity: null; fault: IdentityFault };

/**
 * The value of the header `x-spendgate-identity`, for the application's server to put on its requests:
 * `v1.KEY_ID.EXPIRES.IDS.MAC`. EXPIRES is in seconds since 1970; IDS is base64url of `user`, `tier` and `feature`, joined by line
 * feeds and empty where absent; MAC is base64url of the HMAC-SHA256, with the secret, of all that stands before its dot.
 *
 * @param nowMs the time, epoch milliseconds
 * @throws TypeError for what cannot be signed: an id that is empty or has a control character, a short secret
 */
export async function signIdentity(signed: SignedIdentity, { keyId, secret }: IdentitySecret, nowMs = Date.now()): Promise<string> {
  const { user, tier, feature, expiresInSeconds = LASTS_S } = signed;
  if (typeof user !== "string" || user === "") throw new TypeError("`user` has to be a text that is not empty");
  for (const [name, id] of Object.entries({ user, tier, feature })) {
    if (id !== undefined && (typeof id !== "string" || CONTROL.test(id))) throw new TypeError(`\`${name}\` has to be a text without control characters`);
  }
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > LASTS_S_MAX) {
    throw new TypeError("`expiresInSeconds` is a whole number from 1 to 86,400");
  }
  checkSecret(keyId, secret);
  const ids = toBase64Url(new TextEncoder().encode([user, tier ?? "", feature ?? ""].join("\n")));
  const text = `v1.${keyId}.${Math.floor(nowMs / 1_000) + expiresInSeconds}.${ids}`;
  const mac = await crypto.subtle.sign("HMAC", await keyOf(secret, "sign"), new TextEncoder().encode(text));
  return `${text}.${toBase64Url(new Uint8Array(mac))}`;
}

/**
 * Who the header's value says a request is for, or why it is refused.
 *
 * @param header null where the request has none
 * @param secrets by key id; while one is replaced by another, both
 * @param nowMs the time, epoch milliseconds
 */
export async function verifyIdentity(
  header: string | null,
  secrets: Readonly<Record<string, string>>,
  nowMs = Date.now(),
): Promise<VerifiedIdentity> {
  if (header === null || header === "") return refused("identity_missing");
  const [version, keyId = "", expires = "", ids = "", mac = "", ...more] = header.length > HEADER_MAX ? [] : header.split(".");
  const bytes = fromBase64Url(ids);
  const signature = fromBase64Url(mac);
  if (version !== "v1" || more.length > 0 || !/^[0-9]{1,15}$/.test(expires) || bytes === null || signature === null) {
    return refused("identity_malformed");
  }
  const secret = Object.hasOwn(secrets, keyId) ? secrets[keyId] : undefined;
  if (secret === undefined) return refused("identity_unknown_key");
  const text = new TextEncoder().encode(header.slice(0, header.lastIndexOf(".")));
  // `verify` takes the same time for each wrong signature.
  if (!(await crypto.subtle.verify("HMAC", await keyOf(secret, "verify"), signature, text))) return refused("identity_forged");
  if (Number(expires) * 1_000 <= nowMs) return refused("identity_expired");
  return identityOf(bytes);
}

/** @throws TypeError for a key id or a secret that cannot be used */
export function checkSecret(keyId: string, secret: string): void {
  if (!KEY_ID.test(keyId)) throw new TypeError("a key id is 1 to 64 letters, digits, `_` or `-`");
  if (typeof secret !== "string" || new TextEncoder().encode(secret).length < SECRET_BYTES_MIN) {
    throw new TypeError(`the secret of key \`${keyId}\` has to have at least ${SECRET_BYTES_MIN} bytes`);
  }
}

function identityOf(bytes: Uint8Array): VerifiedIdentity {
  let lines: string[];
  try {
    lines = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).split("\n");
  } catch {
    return refused("identity_malformed");
  }
  const [user = "", tier = "", feature = ""] = lines;
  if (lines.length !== 3 || user === "") return refused("identity_malformed");
  return { identity: { user, ...(tier === "" ? {} : { tier }), ...(feature === "" ? {} : { feature }) }, fault: null };
}

function refused(fault: IdentityFault): VerifiedIdentity {
  return { identity: null, fault };
}

function keyOf(secret: string, use: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [use]);
}
