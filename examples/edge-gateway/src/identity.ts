import type { Attributes } from "spendgate";
import { apiErrorResponse, IDENTITY_HEADER, verifyIdentity, type IdentityFault } from "spendgate/edge";
import type { Config } from "./config.js";
import { placeOf } from "./routes.js";

const MESSAGES: Readonly<Record<IdentityFault, string>> = {
  identity_missing: `the header ${IDENTITY_HEADER} is missing`,
  identity_malformed: `the header ${IDENTITY_HEADER} is not of the form v1.KEY_ID.EXPIRES.IDS.MAC`,
  identity_unknown_key: "the identity is signed with a key that is not known",
  identity_forged: "the identity's signature is wrong",
  identity_expired: "the identity has expired",
};

/**
 * Who a request is for, by what the application's server has signed and by nothing else: other headers and the `user` of the
 * body are the word of whoever sends them. A response where that is refused.
 */
export async function attributesOf(request: Request, { secrets, allowsUnsigned }: Config): Promise<Attributes | Response> {
  const { identity, fault } = await verifyIdentity(request.headers.get(IDENTITY_HEADER), secrets);
  if (identity !== null) return { ...identity };
  if (fault === "identity_missing" && allowsUnsigned) return {};
  return apiErrorResponse(placeOf(new URL(request.url))?.api ?? "openai", { status: 401, code: fault, message: MESSAGES[fault] });
}
