// The short way of a command and its JSON text give the same answer, over any package with the class `Engine`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { calls, POLICY, random } from "../random.mjs";

const START_MS = Date.UTC(2026, 4, 10);

/** The wire's form of a command's parts: bigints as text, undefined members left out. */
function text(step) {
  return JSON.stringify(step, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

/** What a method gives, or how it refuses, as JSON would carry it. */
function answer(method) {
  try {
    return JSON.parse(JSON.stringify(method()));
  } catch (error) {
    const { code, path, message } = error;
    return { error: code, message, ...(path === null ? {} : { path }) };
  }
}

export function twins({ Engine }, rounds = 20_000) {
  test(`${rounds} random commands are answered alike by method and as text`, () => {
    const next = random(5);
    const call = calls(next);
    const [short, long] = [1, 2].map(() => new Engine({ at_ms: START_MS, policy: POLICY }));
    const open = [];
    for (let round = 0; round < rounds; round++) {
      const at_ms = START_MS + round * 50;
      const both = (method, step) => {
        const given = answer(() => method(short));
        assert.deepEqual(given, JSON.parse(long.command_text(text({ ...step, at_ms }))), `round ${round}: ${text(step)}`);
        return given;
      };
      const kind = next(10);
      if (kind < 5) {
        const asked = call();
        const ttl_ms = next(3) === 0 ? next(100_000) : undefined;
        const { reservation } = both((engine) => engine.reserve(asked, at_ms, ttl_ms), { reserve: asked, ttl_ms });
        if (reservation) open.push(reservation);
      } else if (kind < 8) {
        const settle = open.splice(next(open.length || 1), 1)[0] ?? "r0";
        const actual = [{ usd: next(1000) / 1e4 }, { input_tokens: next(900) }, null, { usd: -1 }, { tokens: 1.5 }][next(5)];
        const report = [undefined, { ok: false }, { ok: true, latency_ms: next(5000) }, { latency_ms: -1 }][next(4)];
        both((engine) => engine.settle(settle, actual, at_ms, report), { settle, actual, ...report });
      } else if (kind === 8) {
        const release = open.splice(next(open.length || 1), 1)[0] ?? "nobody";
        both((engine) => engine.release(release, at_ms), { release });
      } else if (next(20) === 0) {
        both((engine) => engine.set_policy(POLICY, at_ms), { set_policy: POLICY });
      } else {
        const asked = call();
        both((engine) => engine.preview(asked, at_ms), { preview: asked });
      }
    }
    assert.deepEqual(short.events(START_MS + rounds * 50), JSON.parse(long.command_text(text({ events: true, at_ms: START_MS + rounds * 50 }))));
  });
}
