import type { Window } from "@spendgate/wasm/engine";

/** The kind of a window, in the words of inline budgets. */
export type WindowType = "day" | "week" | "month" | "other";

const HOUR_MS = 3_600_000;

/** The kind of a window by its length; days around clock changes have 22 to 26 hours. */
export function windowType({ start, end }: Window): WindowType {
  const hours = (Date.parse(end) - Date.parse(start)) / HOUR_MS;
  if (hours >= 22 && hours <= 26) return "day";
  if (hours >= 166 && hours <= 170) return "week";
  return hours >= 670 && hours <= 746 ? "month" : "other";
}
