import { nearestTo } from '../config/wording.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { expandRange, isRange } from '../farm/host-range.js';
import type { Part } from '../plan/part.js';
import { machinesOf } from '../probe/connections.js';
import type { Farm, Host, Worker } from '../farm/farm.js';

export interface TargetWorker {
  readonly host: Host;
  readonly worker: Worker;
}

/**
 * The workers that words stand for, each once: names of hosts and workers, `@tag` of hosts, and patterns such as
 * `pc1-*` and `pc1-[01-12]`. Fails with SF611 for a word that stands for nothing.
 */
export function resolveTargets(farm: Farm, words: readonly string[]): Result<readonly TargetWorker[]> {
  const matches = matchesOf(farm, words);
  if (!matches.ok) return matches;
  const { hosts, workers } = matches.value;
  const all = farm.hosts.flatMap((host) => host.workers.map((worker) => ({ host, worker })));
  return success(all.filter(({ host, worker }) => hosts.has(host.name) || workers.has(worker.name)));
}

/** Words for what a command is about, and for what it leaves out of that. */
export interface PartWords {
  readonly target?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface ChosenPart extends Part {
  /** Hosts that are not even looked at: they may be down for good reason. */
  readonly leftOut: ReadonlySet<string>;
}

/** Undefined where nobody said anything: all of it. A machine of the miner's own can be named as a host. Fails with SF611. */
export function resolvePart(
  { name, hosts: withWorkers, miner }: Farm,
  { target, exclude }: PartWords,
): Result<ChosenPart | undefined> {
  if (target === undefined && exclude === undefined) return success(undefined);
  const farm = { name, hosts: machinesOf({ hosts: withWorkers, miner }) };
  const wanted = target === undefined ? undefined : matchesOf(farm, target);
  if (wanted?.ok === false) return wanted;
  const left = matchesOf(farm, exclude ?? []);
  if (!left.ok) return left;
  const { hosts, workers } = left.value;
  const isChosen = (host: Host, worker: Worker): boolean =>
    !hosts.has(host.name) &&
    !workers.has(worker.name) &&
    (wanted === undefined || wanted.value.hosts.has(host.name) || wanted.value.workers.has(worker.name));
  const chosen = farm.hosts.flatMap((host) =>
    host.workers.filter((worker) => isChosen(host, worker)).map((worker) => ({ host, worker })),
  );
  const whole = farm.hosts.filter(
    (host) =>
      (wanted === undefined || wanted.value.hosts.has(host.name)) &&
      !hosts.has(host.name) &&
      host.workers.every((worker) => isChosen(host, worker)),
  );
  if (chosen.length + whole.length === 0)
    return failure(nothingLeft(farm, target !== undefined, exclude !== undefined));
  return success({
    hosts: new Set([...chosen.map(({ host }) => host), ...whole].map(({ name }) => name)),
    // What is left under the name it had is part of it.
    workers: new Set(chosen.flatMap(({ worker }) => [worker.name, worker.renamedFrom ?? []].flat())),
    whole: new Set(whole.map(({ name }) => name)),
    leftOut: hosts,
  });
}

/** The hosts that names, `@tag` and patterns stand for; all of them for no words. Fails with SF611. */
export function hostsNamed(
  { name: farm, hosts }: Pick<Farm, 'name' | 'hosts'>,
  words: readonly string[],
): Result<readonly Host[]> {
  if (words.length === 0) return success(hosts);
  const stray = words.find((word) => !hosts.some(meansHost(word)));
  if (stray !== undefined)
    return failure(unknown(farm, 'host', stray, [...hosts.map(({ name }) => name), ...tagsOf(hosts)]));
  return success(hosts.filter((host) => words.some((word) => meansHost(word)(host))));
}

interface Matches {
  readonly hosts: ReadonlySet<string>;
  readonly workers: ReadonlySet<string>;
}

function matchesOf(
  { name: farm, hosts }: Pick<Farm, 'name' | 'hosts'>,
  words: readonly string[],
): Result<Matches> {
  const known = [...new Set(hosts.flatMap((host) => [host.name, ...host.workers.map(({ name }) => name)]))];
  const found = { hosts: new Set<string>(), workers: new Set<string>() };
  for (const word of words) {
    const fits = patternOf(word);
    const mine = hosts.filter(meansHost(word));
    const workers = hosts.flatMap((host) => host.workers.filter(({ name }) => fits(name)));
    if (mine.length + workers.length === 0)
      return failure(unknown(farm, 'host or worker', word, [...known, ...tagsOf(hosts)]));
    for (const { name } of mine) found.hosts.add(name);
    for (const { name } of workers) found.workers.add(name);
  }
  return success(found);
}

function meansHost(word: string): (host: Host) => boolean {
  const fits = patternOf(word);
  return ({ name, tags }) => fits(name) || tags.some((tag) => `@${tag}` === word);
}

function tagsOf(hosts: readonly Host[]): readonly string[] {
  return [...new Set(hosts.flatMap(({ tags }) => tags.map((tag) => `@${tag}`)))];
}

/** Names have letters, digits, `.`, `_` and `-` alone, so that nothing else need be escaped. */
function patternOf(word: string): (name: string) => boolean {
  const ranged = isRange(word) ? expandRange(word) : [{ name: word }];
  if (typeof ranged === 'string') return () => false;
  const patterns = ranged.map(
    ({ name }) =>
      new RegExp(
        `^${name
          .replaceAll(/[^\w*?-]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
      ),
  );
  return (name) => patterns.some((pattern) => pattern.test(name));
}

function unknown(farm: string, what: string, word: string, known: readonly string[]): Diagnostic {
  const meant = nearestTo(word, known);
  return {
    code: 'SF611',
    severity: 'error',
    message: `${farm} has no ${what} ${word}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    help: `It has: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`,
  };
}

function nothingLeft({ name }: Pick<Farm, 'name'>, targeted: boolean, excluding: boolean): Diagnostic {
  const what = targeted ? 'what --target names' : 'all of it';
  return {
    code: 'SF611',
    severity: 'error',
    message: `no worker of ${name} is left: ${excluding ? `${what} is left out by --exclude` : `${what} has none`}`,
    help: excluding ? 'Name less with --exclude.' : 'Name a host that has workers.',
  };
}
