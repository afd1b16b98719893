import { parseSize } from '../farm/size.js';

const UNITS: readonly (readonly [string, number])[] = [
  ['PiB', 2 ** 50],
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['PB', 1e15],
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
];

/** A size as a person would write it: `1.5TiB`, `900GB`; plain bytes where none of these is exact. */
export function sizeText(bytes: number): string | number {
  const texts = UNITS.filter(([, unit]) => bytes >= unit).flatMap(([name, unit]) => {
    const text = `${bytes / unit}`;
    return /^\d+(?:\.\d{1,2})?$/.test(text) && parseSize(`${text}${name}`) === bytes
      ? [`${text}${name}`]
      : [];
  });
  return texts.reduce((best, text) => (text.length < best.length ? text : best), texts[0] ?? '') || bytes;
}
