import type { YamlPath } from '../config/finding.js';

/** Most hosts one range may stand for. */
export const MAX_RANGE = 1000;

/** The number of one host of a range. */
export interface HostNumber {
  readonly number: number;
  /** Digits the name shows at least, zeros in front. */
  readonly width: number;
}

export interface RangedName {
  readonly name: string;
  readonly number: HostNumber;
}

const RANGE = /^([^[\]]*)\[(\d{1,9})-(\d{1,9})\]([^[\]]*)$/;

export function isRange(name: string): boolean {
  return /[[\]]/.test(name);
}

/** The names a range such as `pc1-[01-24]` stands for, in order; a text where it is broken says why. */
export function expandRange(name: string): readonly RangedName[] | string {
  const [, prefix = '', firstText = '', lastText = '', suffix = ''] = RANGE.exec(name) ?? [];
  if (firstText === '') return 'a range has one part such as [01-24], with nothing but two numbers in it';
  const [first, last] = [Number(firstText), Number(lastText)];
  const padded = /^0\d/.test(firstText) || /^0\d/.test(lastText);
  if (padded && firstText.length !== lastText.length)
    return 'both numbers of a padded range have as many digits';
  if (first > last) return `a range goes upwards, and ${firstText} is more than ${lastText}`;
  const size = last - first + 1;
  if (size > MAX_RANGE)
    return `a range has at most ${MAX_RANGE.toLocaleString('en')} hosts, and this one ${size.toLocaleString('en')}`;
  const width = padded ? firstText.length : 1;
  return Array.from({ length: size }, (_, index) => {
    const number = { number: first + index, width };
    return { name: `${prefix}${pad(number.number, width)}${suffix}`, number };
  });
}

const PLACEHOLDER = /\{(nn?)(?:\+(\d{1,9}))?\}/g;
/** What somebody may have meant to be one. */
const PLACEHOLDER_LIKE = /\{n+(?:\s*[-+*][^{}]*)?\}/g;

/** `{n}` as the number, `{nn}` as padded in the name, `{n+10}` ten more. */
export function fillText(text: string, { number, width }: HostNumber): string {
  return text.replaceAll(PLACEHOLDER, (_, kind: string, offset?: string) => {
    const sum = number + Number(offset ?? '0');
    return kind === 'nn' ? pad(sum, width) : String(sum);
  });
}

/** A value with the placeholders in all its texts filled; keys stay as they are. */
export function fill<T>(value: T, number: HostNumber): T {
  // The shape stays: only texts change, and to texts.
  return mapTexts(value, (text) => fillText(text, number)) as T;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}

/** Placeholders of a text that stand for nothing: all of them outside a range, misspelt ones in it. */
export function strayPlaceholders(text: string, inRange: boolean): readonly string[] {
  const found = text.match(PLACEHOLDER_LIKE) ?? [];
  return inRange ? found.filter((placeholder) => placeholder.replaceAll(PLACEHOLDER, '') !== '') : found;
}

export interface PlacedText {
  readonly text: string;
  readonly at: YamlPath;
  readonly on: 'key' | 'value';
}

/** Every text in a value, keys too, with where it is. */
export function* textsOf(value: unknown, at: YamlPath): Generator<PlacedText> {
  if (typeof value === 'string') yield { text: value, at, on: 'value' };
  if (typeof value !== 'object' || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    const below = [...at, isList ? Number(key) : key];
    if (!isList) yield { text: key, at: below, on: 'key' };
    yield* textsOf(item, below);
  }
}

/** How many values there are in a value, itself among them. */
export function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + countValues(item), 1);
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
