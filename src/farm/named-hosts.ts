import { finding, type YamlPath } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { WrittenHost, WrittenWorker } from '../config/written.gen.js';
import {
  countValues,
  expandRange,
  fill,
  fillText,
  isRange,
  type RangedName,
  strayPlaceholders,
  textsOf,
} from './host-range.js';
import type { Report } from './report.js';

/** Most hosts of a farm, ranges expanded. */
const MAX_HOSTS = 2000;
/** Most values below all hosts, ranges expanded: keeps a small file from filling the memory. */
const MAX_VALUES = 5_000_000;

/** A host as it is written, but for its own name and number. */
export interface NamedHost {
  readonly name: string;
  readonly written: WrittenHost;
  readonly workers: readonly NamedWorker[];
  readonly yaml: YamlPath;
}

export interface NamedWorker {
  readonly name: string;
  readonly written: WrittenWorker;
  readonly yaml: YamlPath;
}

/** All hosts, ranges expanded, in the order of the file. Says which names and placeholders are wrong. */
export function nameHosts(written: Readonly<Record<string, WrittenHost>>, report: Report): NamedHost[] {
  const hosts = new Map<string, NamedHost>();
  let values = 0;
  for (const [key, host] of Object.entries(written)) {
    const yaml = ['hosts', key];
    const names = namesOf(key, yaml, report);
    checkPlaceholders(host, yaml, isRange(key), report);
    values += countValues(host) * names.length;
    if (hosts.size + names.length > MAX_HOSTS || values > MAX_VALUES) {
      report(tooMany(yaml));
      break;
    }
    for (const named of names) {
      if (hosts.has(named.name))
        report(finding('SF208', yaml, `a host ${quote(named.name)} is written above`, { on: 'key' }));
      else hosts.set(named.name, nameHost(named, host, yaml));
    }
  }
  return [...hosts.values()];
}

type MaybeRangedName = Pick<RangedName, 'name'> & Partial<RangedName>;

function namesOf(key: string, yaml: YamlPath, report: Report): readonly MaybeRangedName[] {
  if (!isRange(key)) return [{ name: key }];
  const names = expandRange(key);
  if (typeof names !== 'string') return names;
  report(
    finding('SF206', yaml, `${quote(key)} is no range of hosts: ${names}`, {
      help: 'Write it as in pc1-[01-24].',
      on: 'key',
    }),
  );
  return [];
}

function nameHost({ name, number }: MaybeRangedName, written: WrittenHost, yaml: YamlPath): NamedHost {
  const own = number === undefined ? written : fill(written, number);
  const workers = Object.entries(own.workers ?? {}).map(([key, worker]) => ({
    name: number === undefined ? key : fillText(key, number),
    written: worker,
    yaml: [...yaml, 'workers', key],
  }));
  return { name, written: own, workers, yaml };
}

/** Reports placeholders that would be taken literally. */
export function checkPlaceholders(written: unknown, yaml: YamlPath, inRange: boolean, report: Report): void {
  const help = inRange
    ? 'Possible: {n} the number, {nn} as padded in the name, {n+10} the number plus ten.'
    : 'Placeholders are filled below a range of hosts such as pc1-[01-24].';
  for (const { text, at, on } of textsOf(written, yaml)) {
    for (const placeholder of strayPlaceholders(text, inRange)) {
      report(finding('SF209', at, `${quote(placeholder)} stands for nothing here`, { help, on }));
    }
  }
}

function tooMany(yaml: YamlPath): ReturnType<typeof finding> {
  return finding(
    'SF207',
    yaml,
    `with these the farm has more than ${MAX_HOSTS.toLocaleString('en')} hosts or too much below them`,
    {
      help: 'Split the farm.',
      on: 'key',
    },
  );
}
