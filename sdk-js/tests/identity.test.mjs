// Identities that cannot be signed, and headers that are not what they seem. The vector is in portable/http.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { signIdentity, verifyIdentity } from "spendgate/edge";

const KEY = { keyId: "k1", secret: "a secret of the tests" };
const SECRETS = { k1: KEY.secret };
const NOW = Date.UTC(2026, 0, 1);

const faultOf = async (header, nowMs = NOW) => (await verifyIdentity(header, SECRETS, nowMs)).fault;

test("what cannot be meant is not signed", async () => {
  for (const identity of [{}, { user: "" }, { user: 7 }, { user: "a\nb" }, { user: "u", tier: "a\u0000" }, { user: "u", feature: 7 }]) {
    await assert.rejects(signIdentity(identity, KEY), TypeError, JSON.stringify(identity));
  }
  for (const expiresInSeconds of [0, -1, 1.5, 86_401, Number.NaN]) await assert.rejects(signIdentity({ user: "u", expiresInSeconds }, KEY), TypeError);
  for (const key of [{ keyId: "a.b", secret: KEY.secret }, { keyId: "", secret: KEY.secret }, { keyId: "k1", secret: "short" }]) {
    await assert.rejects(signIdentity({ user: "u" }, key), TypeError);
  }
});

test("ids come back as they were, in any script", async () => {
  for (const identity of [{ user: "u" }, { user: "Zoë 😀", tier: "größer", feature: "a:b" }, { user: "__proto__" }, { user: "\ufeffu", feature: "f" }]) {
    const header = await signIdentity(identity, KEY, NOW);
    assert.deepEqual((await verifyIdentity(header, SECRETS, NOW)).identity, identity);
  }
});

test("every changed letter of a header is refused", async () => {
  const header = await signIdentity({ user: "user_4421", tier: "free" }, KEY, NOW);
  for (let at = 0; at < header.length; at++) {
    const changed = header.slice(0, at) + (header[at] === "A" ? "B" : "A") + header.slice(at + 1);
    assert.notEqual(await faultOf(changed), null, changed);
    assert.notEqual(await faultOf(header.slice(0, at)), null);
  }
  assert.equal(await faultOf(header), null);
});

test("an identity lasts until its last second, and no longer", async () => {
  const header = await signIdentity({ user: "u", expiresInSeconds: 60 }, KEY, NOW);
  assert.equal(await faultOf(header, NOW + 59_999), null);
  assert.equal(await faultOf(header, NOW + 60_000), "identity_expired");
});

test("names of keys are those of the secrets alone, and a header of any length is answered", async () => {
  for (const keyId of ["__proto__", "constructor", "toString"]) {
    assert.equal(await faultOf(`v1.${keyId}.9999999999.dQoK.AAAA`), "identity_unknown_key");
  }
  assert.equal(await faultOf(""), "identity_missing");
  for (const header of ["v1", "v2.k1.1.a.b", "v1.k1.1.a.b.c", "v1.k1.-1.dQoK.AAAA", "v1.k1.1e9.dQoK.AAAA", "v1.k1.1.a+b.AAAA", "x".repeat(100_000)]) {
    assert.equal(await faultOf(header), "identity_malformed", header.slice(0, 40));
  }
});
