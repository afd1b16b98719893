import type { WrittenFarm, WrittenHost } from '../config/written.gen.js';
import { expandRange, fill, fillText, MAX_RANGE, type HostNumber } from '../farm/host-range.js';

type NamedHost = readonly [name: string, host: WrittenHost];

/** Hosts that follow each other by one number, in their names and in all that differs between them, become one. */
export function liftRanges(farm: WrittenFarm): WrittenFarm {
  const hosts = Object.entries(farm.hosts);
  const lifted: NamedHost[] = [];
  for (let at = 0; at < hosts.length;) {
    const run = longestRun(hosts.slice(at, at + MAX_RANGE));
    lifted.push(run.host);
    at += run.length;
  }
  return { ...farm, hosts: Object.fromEntries(lifted) };
}

interface Run {
  readonly host: NamedHost;
  readonly length: number;
}

/** Of the hosts that begin with the first one. */
function longestRun(hosts: readonly NamedHost[]): Run {
  const [first, second] = hosts;
  if (first === undefined) throw new Error('no host');
  const alone = { host: first, length: 1 };
  const step = second === undefined ? undefined : stepBetween(first[0], second[0]);
  if (second === undefined || step === undefined) return alone;
  const template = templateOf(first[1], second[1], step);
  if (template === undefined) return alone;
  const end = hosts.findIndex(([name, host], index) => {
    const number = { ...step, number: step.number + index };
    return name !== nameOf(step, number.number) || !isSame(filled(template, number), host);
  });
  const members = hosts.slice(0, end < 0 ? hosts.length : end);
  const last = members.at(-1)?.[0] ?? first[0];
  const key = `${step.prefix}[${digits(first[0], step)}-${digits(last, step)}]${step.suffix}`;
  const names = expandRange(key);
  const stands =
    typeof names !== 'string' &&
    isSame(
      names.map(({ name }) => name),
      members.map(([name]) => name),
    );
  return members.length > 1 && stands ? { host: [key, template], length: members.length } : alone;
}

interface Step extends HostNumber {
  readonly prefix: string;
  readonly suffix: string;
}

/** Where the second name is the first with one number more. */
function stepBetween(first: string, second: string): Step | undefined {
  const [one, other] = [pieces(first), pieces(second)];
  const differing = one.flatMap((piece, index) => (piece === other[index] ? [] : [index]));
  const [at] = differing;
  const digitsOfFirst = at === undefined ? '' : (one[at] ?? '');
  if (at === undefined || differing.length !== 1 || one.length !== other.length || !isNumber(digitsOfFirst))
    return undefined;
  const step = {
    prefix: one.slice(0, at).join(''),
    suffix: one.slice(at + 1).join(''),
    number: Number(digitsOfFirst),
    width: /^0\d/.test(digitsOfFirst) ? digitsOfFirst.length : 1,
  };
  return nameOf(step, step.number + 1) === second ? step : undefined;
}

function nameOf({ prefix, suffix, width }: Step, number: number): string {
  return `${prefix}${String(number).padStart(width, '0')}${suffix}`;
}

function digits(name: string, { prefix, suffix }: Step): string {
  return name.slice(prefix.length, name.length - suffix.length);
}

/** A host with placeholders for which the first and the second number give these two; undefined where there is none. */
function templateOf(first: WrittenHost, second: WrittenHost, number: HostNumber): WrittenHost | undefined {
  const { workers: ofFirst, ...rest } = first;
  const { workers: ofSecond, ...others } = second;
  const host = between(rest, others, number) as WrittenHost | undefined;
  const workers = between(Object.entries(ofFirst ?? {}), Object.entries(ofSecond ?? {}), number);
  if (host === undefined || workers === undefined || (ofFirst === undefined) !== (ofSecond === undefined))
    return undefined;
  return ofFirst === undefined
    ? host
    : { ...host, workers: Object.fromEntries(workers as [string, object][]) };
}

/** Keys stay as they are, but for the names of workers. */
function filled({ workers, ...host }: WrittenHost, number: HostNumber): WrittenHost {
  const rest = fill(host, number);
  if (workers === undefined) return rest;
  const named = Object.entries(workers).map(
    ([key, worker]) => [fillText(key, number), fill(worker, number)] as const,
  );
  return { ...rest, workers: Object.fromEntries(named) };
}

/** Undefined where two values differ by more than the number. */
function between(first: unknown, second: unknown, number: HostNumber): unknown {
  if (typeof first === 'string' && typeof second === 'string') return textBetween(first, second, number);
  if (typeof first !== 'object' || typeof second !== 'object' || first === null || second === null)
    return first === second ? first : undefined;
  const [ofFirst, ofSecond] = [Object.entries(first), Object.entries(second)];
  const entries = ofFirst.map(([key, value], index): [string, unknown] => {
    const [otherKey, other] = ofSecond[index] ?? [];
    return [key, key === otherKey ? between(value, other, number) : undefined];
  });
  if (ofFirst.length !== ofSecond.length || entries.some(([, value]) => value === undefined))
    return undefined;
  return Array.isArray(first) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

function textBetween(first: string, second: string, number: HostNumber): string | undefined {
  const [one, other] = [pieces(first), pieces(second)];
  const texts = one.map((piece, index) => {
    if (piece === other[index]) return piece;
    return placeholders(piece, number).find(
      (text) =>
        fillText(text, number) === piece &&
        fillText(text, { ...number, number: number.number + 1 }) === other[index],
    );
  });
  return one.length === other.length && !texts.includes(undefined) ? texts.join('') : undefined;
}

/** What may stand for the digits; an address is never padded, a name mostly. */
function placeholders(piece: string, { number }: HostNumber): readonly string[] {
  const more = Number(piece) - number;
  if (!isNumber(piece) || more < 0) return [];
  const offset = more === 0 ? '' : `+${more}`;
  return [`{n${offset}}`, `{nn${offset}}`];
}

function isNumber(piece: string): boolean {
  return /^\d{1,9}$/.test(piece);
}

/** Digits and what is between them, in turn. */
function pieces(text: string): readonly string[] {
  return text.split(/(\d+)/);
}

/** The order of keys counts, too: that of workers is that of the farm. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
