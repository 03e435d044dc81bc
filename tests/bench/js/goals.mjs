// What the benchmarks in JavaScript share: how things are timed beside each other, and how a goal is printed.

/** The middle of a list of numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Times contestants in turn, again and again, so that what else the machine does falls on all of them. The first round
 * warms up and is dropped. Gives of each the times that count, by round, and all of them.
 *
 * @param {Record<string, () => number | Promise<number>>} contestants functions that time themselves once
 * @param {{rounds: number, best: number}} options of `best` times in a row the least counts: what is not the
 *   contestant's own only adds. What comes rarely, a collection of garbage say, is in none but all of them
 * @returns {Promise<Record<string, {least: number[], all: number[]}>>}
 */
export async function interleaved(contestants, { rounds, best }) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, { least: [], all: [] }]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, once] of Object.entries(contestants)) {
      const taken = [];
      while (taken.length < best) taken.push(await once());
      if (round === 0) continue;
      times[name].least.push(Math.min(...taken));
      times[name].all.push(...taken);
    }
  }
  return times;
}

/** The median over the rounds of one contestant's time by another's. */
export function ratio(over, under) {
  return median(over.least.map((time, round) => time / under.least[round]));
}

/** The sum of all of one contestant's times by that of another's. */
export function ratioOfAll(over, under) {
  const sum = ({ all }) => all.reduce((total, time) => total + time, 0);
  return sum(over) / sum(under);
}

/**
 * Prints a goal as one line of JSON; scripts/bench.sh makes a row of it.
 *
 * @param {string} goal its number and what is measured
 * @param {number} figure what was measured
 * @param {{pass: number, stretch: number, detail: string}} more what it should be, and what the figure is made of: at most
 *   that, or at least where `stretch` is the larger
 */
export function print(goal, figure, { pass, stretch, detail }) {
  console.log(JSON.stringify({ goal, figure: Number(figure.toPrecision(4)), pass, stretch, detail }));
}
