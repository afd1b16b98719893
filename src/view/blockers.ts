import { unreachable } from '../diagnostic/unreachable.js';
import { deadlockWords, type Proposal } from '../drain/deadlock.js';
import type { DueProof, HeldSector, SectorLocks } from '../drain/snapshot.js';
import type { Blocker, Wait } from '../drain/step.js';
import { shellQuote } from '../host/shell.js';
import type { TaskCode } from '../lotus/task.js';
import { oneLine } from './text.js';
import { count, someOf } from './words.js';

const MOST = 5;

/** What holds a restart or a drain up, without times: the same as long as nothing has changed. */
export function blockersWords(blockers: readonly Blocker[]): string {
  const jobs = blockers.filter(({ kind }) => kind === 'job' || kind === 'lost' || kind === 'reader');
  const locks = blockers.filter(({ kind }) => kind === 'lock');
  const sectors = blockers.filter((blocker) => 'sector' in blocker);
  const silent = blockers.some(({ kind }) => kind === 'silent') ? 'an answer of the worker' : '';
  const lost = blockers.some(({ kind }) => kind === 'unregistered')
    ? 'the miner to see the worker again'
    : '';
  const elsewhere = blockers.some(({ kind }) => kind === 'elsewhere') ? 'a worker that runs elsewhere' : '';
  const posts = blockers.flatMap((blocker) => (blocker.kind === 'post' ? [postWords(blocker.task)] : []));
  const due = blockers.flatMap((blocker) => (blocker.kind === 'proof-due' ? [dueWords(blocker.due)] : []));
  return [
    silent,
    lost,
    elsewhere,
    ...posts,
    ...due,
    named(jobs, 'job'),
    named(locks, 'lock'),
    named(sectors, 'sector'),
  ]
    .filter((words) => words !== '')
    .join('; ');
}

/** `2 jobs, 1 sector` */
export function blockersCount(blockers: readonly Blocker[]): string {
  const jobs = blockers.filter((blocker) => 'job' in blocker).length;
  const sectors = blockers.filter((blocker) => 'sector' in blocker).length;
  const rest = blockers.length - jobs - sectors;
  return [
    ...(jobs === 0 ? [] : [count(jobs, 'job')]),
    ...(sectors === 0 ? [] : [count(sectors, 'sector')]),
    ...(rest === 0 ? [] : [`${rest} more`]),
  ].join(', ');
}

/** Since when it has been so, ISO 8601; undefined where nobody can say. */
export function blockerSince(blocker: Blocker): string | undefined {
  const since = 'job' in blocker ? blocker.job.since : 'sector' in blocker ? blocker.sector.since : undefined;
  return since === undefined || Number.isNaN(Date.parse(since)) ? undefined : since;
}

/** `2 jobs: PC1 of s-t01000-3 (running), AP of s-t01000-4 (assigned)` */
function named(blockers: readonly Blocker[], what: string): string {
  if (blockers.length === 0) return '';
  return `${count(blockers.length, what)}: ${oneLine(someOf(blockers.map(blockerWords), MOST))}`;
}

/** The same with the path on which a sector lies. */
export function blockerLine(blocker: Blocker): string {
  return wordsOf(blocker, inPlace);
}

/** What one of them is, in which state, and what it waits for. */
function blockerWords(blocker: Blocker): string {
  return wordsOf(blocker, inState);
}

/** How a sector is named. */
type Name = (sector: HeldSector) => string;

function wordsOf(blocker: Blocker, name: Name): string {
  switch (blocker.kind) {
    case 'job':
      return blocker.job.state === 'awaited'
        ? `${blocker.job.task} of ${blocker.job.sector} (the miner waits for its return)`
        : `${blocker.job.task} of ${blocker.job.sector} (${blocker.job.state})`;
    case 'lost':
      return `${blocker.job.task} of ${blocker.job.sector}, which only the next start of the worker returns`;
    case 'reader':
      return `${blocker.job.task} of ${blocker.job.sector} elsewhere, which reads from here`;
    case 'lock':
      return lockWords(blocker.lock);
    case 'sector':
      return sectorWords(name(blocker.sector), blocker.waitsFor);
    case 'stranded':
      return `${name(blocker.sector)} ${deadlockWords(blocker)}`;
    case 'away':
      return `${name(blocker.sector)} lies here, but the worker does not run`;
    case 'stays':
      return `${name(blocker.sector)} ${blocker.sector.settled === true ? 'has its long-term storage here' : 'is finished and stays here'}`;
    case 'failed':
      return `${name(blocker.sector)} is given up by Lotus and stays until somebody removes it`;
    case 'silent':
      return 'the worker does not answer';
    case 'unregistered':
      return 'the miner has lost the worker, which comes back to it when its own tasks have ended';
    case 'elsewhere':
      return 'the worker runs elsewhere';
    case 'post':
      return postWords(blocker.task);
    case 'proof-due':
      return dueWords(blocker.due);
    default:
      return unreachable(blocker);
  }
}

function postWords(task: TaskCode): string {
  return `a ${task === 'WNP' ? 'WinningPoSt' : 'WindowPoSt'} that it computes`;
}

function dueWords({ index, isOpen }: DueProof): string {
  return `the WindowPoSt of deadline ${index}, which ${isOpen ? 'is open' : 'will be due soon'}`;
}

function lockWords({ sector, reads, writes }: SectorLocks): string {
  const parts = [
    ...(writes.length > 0 ? [`writing ${writes.join(', ')}`] : []),
    ...(reads.length > 0 ? [`reading ${reads.join(', ')}`] : []),
  ];
  return `${sector} for ${parts.join(' and ')}`;
}

function sectorWords(sector: string, waitsFor: Wait): string {
  const words = waitWords(waitsFor);
  return words === undefined ? sector : `${sector} (waits for ${words})`;
}

/** Undefined for what is not known. */
function waitWords(wait: Wait): string | undefined {
  switch (wait.on) {
    case 'job-here':
      return `${wait.task}, a job here`;
    case 'job-elsewhere':
      return `${wait.task}, a job elsewhere`;
    case 'room-elsewhere':
      return `a worker with room for ${wait.task}`;
    case 'own-task':
      return `${wait.task} of this worker`;
    case 'others':
      return `${wait.task}, where its other files are`;
    case 'seed':
      return 'its seed, up to 75 minutes';
    case 'chain':
      return 'the chain';
    case 'deals':
      return 'its pieces';
    case 'removal':
      return 'the removal of files';
    case 'release':
      return 'the end of what is done with it';
    case 'unknown':
      return undefined;
    default:
      return unreachable(wait);
  }
}

function inState({ sector, state }: HeldSector): string {
  return state === undefined ? sector : `${sector} in ${state}`;
}

function inPlace(sector: HeldSector): string {
  const { paths } = sector;
  return paths.length === 0 ? inState(sector) : `${inState(sector)} on ${paths.join(' and ')}`;
}

/** The change that would free stranded sectors, as a person asks for it. */
export function proposalWords({ allowTo, frees }: Proposal): string {
  return `\`--resolve ${asWord(oneLine(`allow-to=${allowTo.join(',')}`))}\` lets ${count(frees.length, 'sector')} go on: ${oneLine(someOf(frees, MOST))}`;
}

/** As it is to be typed into a shell. */
function asWord(text: string): string {
  return /^[\w=,.@:/-]+$/.test(text) ? text : shellQuote(text);
}

/** The same for machines. */
export function blockerJson(blocker: Blocker): Readonly<Record<string, unknown>> {
  if (!('sector' in blocker)) return blocker;
  const { elsewhere, ...sector } = blocker.sector;
  return { ...blocker, sector: { ...sector, elsewhere: [...elsewhere] } };
}
