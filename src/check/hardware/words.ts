const GiB = 2 ** 30;

/** From the largest; a TiB is not used below ten, where a tenth of one is too coarse to compare. */
const UNITS: readonly (readonly [name: string, bytes: number, from: number])[] = [
  ['TiB', 2 ** 40, 10 * 2 ** 40],
  ['GiB', GiB, GiB],
  ['MiB', 2 ** 20, 2 ** 20],
  ['KiB', 2 ** 10, 2 ** 10],
];

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.slice(-1).join('')}`;
}

/** `1 CPU`, `2 CPUs`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** What is needed, in bytes, rounded up: never as much as what is a little too small for it. */
export function sizeNeeded(bytes: number): string {
  return inUnits(bytes, Math.ceil);
}

/** What is there, in bytes, rounded down. */
export function sizeThere(bytes: number): string {
  return inUnits(bytes, Math.floor);
}

/** To a tenth of the unit. */
function inUnits(bytes: number, round: (value: number) => number): string {
  const [name, size] = UNITS.find(([, , from]) => bytes >= from) ?? ['bytes', 1];
  return `${round((bytes * 10) / size) / 10} ${name}`;
}

/** CPUs or GPUs by number, as ranges: `0-3,8`. */
export function ranges(numbers: Iterable<number>): string {
  const found: { first: number; last: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const latest = found.at(-1);
    if (latest?.last === number - 1) latest.last = number;
    else found.push({ first: number, last: number });
  }
  return found.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
