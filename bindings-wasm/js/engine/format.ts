// Exact text of whole numbers up to 2^53, as the engine writes amounts, times and reservations.

const NANOS_DIGITS = 9;

/** The canonical text of an amount: nano-dollars for `usd`, else pieces. */
export function amountText(amount: number, unit: string): string {
  if (unit !== "usd") return amount.toString();
  const digits = amount.toString().padStart(NANOS_DIGITS + 1, "0");
  const fraction = digits.slice(-NANOS_DIGITS).replace(/0+$/, "");
  return digits.slice(0, -NANOS_DIGITS) + (fraction && `.${fraction}`);
}

/** RFC 3339 in UTC with three fraction digits or none, of epoch milliseconds; the year 10000 ends the last window. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/^\+0/, "").replace(".000Z", "Z");
}

/** The text of a reservation's number. */
export function reservationText(number: number): string {
  return `r${number.toString(16)}`;
}

/** The number of a reservation's text; NaN when it is none, or not exact as a number. */
export function reservationNumber(id: string): number {
  return /^r[0-9a-f]{1,13}$/.test(id) ? parseInt(id.slice(1), 16) : NaN;
}
