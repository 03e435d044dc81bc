export { IDENTITY_HEADER, checkSecret, signIdentity, verifyIdentity } from "./identity.js";
export type { Identity, IdentityFault, IdentitySecret, SignedIdentity, VerifiedIdentity } from "./identity.js";
export { apiErrorResponse, type ApiError } from "../fetch/refusal.js";
export type { Api } from "../fetch/paths.js";
