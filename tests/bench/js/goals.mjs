// What the benchmarks in JavaScript share: how things are timed beside each other, and how a goal is printed.

/** The middle of a list of numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Times contestants in turn, again and again, so that what else the machine does falls on all of them. The first round
 * warms up and is dropped. Gives the times of each, by round.
 *
 * @param {Record<string, () => number | Promise<number>>} contestants functions that time themselves once
 * @param {{rounds: number, best: number}} options of `best` times in a row the least counts: what is not the
 *   contestant's own only adds
 */
export async function interleaved(contestants, { rounds, best }) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, once] of Object.entries(contestants)) {
      let least = Infinity;
      for (let left = best; left > 0; left--) least = Math.min(least, await once());
      if (round > 0) times[name].push(least);
    }
  }
  return times;
}

/** The median over the rounds of one time by another. */
export function ratio(over, under) {
  return median(over.map((time, round) => time / under[round]));
}

/**
 * Prints a goal as one line of JSON.
 *
 * @param {string} goal its number and what is measured
 * @param {number} figure what was measured
 * @param {{pass: number, stretch: number, detail: string}} more what it should be, and what the figure is made of
 */
export function print(goal, figure, { pass, stretch, detail }) {
  console.log(JSON.stringify({ goal, figure: Number(figure.toPrecision(4)), pass, stretch, detail }));
}
