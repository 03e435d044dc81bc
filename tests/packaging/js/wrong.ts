// A program that the types have to refuse: in each line with a mark, and in no other.

import { Engine, SpendgateError, type Action, type Decision } from "@spendgate/wasm";

const engine = new Engine({ at_ms: 0 });
const decision: Decision = engine.reserve({ user: "u" }, 0);
export const action: Action = decision.action;
export const other: Action = "perhaps"; // wrong
export const early = new Engine({}); // wrong
export const untimed = engine.reserve({ user: "u" }); // wrong
export const misspelt = engine.reserve({ usr: "u" }, 0); // wrong
export const number: number = decision.remaining; // wrong
export const code: "no_such_code" = new SpendgateError("invalid_id", "").code; // wrong
decision.allowed = true; // wrong
engine.reset(); // wrong
