import { describe, expect, it } from 'vitest';
import { attachedIds, hostFacts, indexFacts } from '../../src/observed/facts-by-name.js';
import type { ObservedHost, ObservedProcess, ObservedWorker } from '../../src/observed/observed.js';
import { Secret } from '../../src/secret/secret.js';
import {
  ABSENT,
  aStoragePath,
  aUnit,
  changeLive,
  changeProcess,
  file,
  unreached,
} from '../support/observation.js';
import { ID, PLACED, SEAL } from '../support/plan.js';

const host = PLACED.hosts.get('host-1');
if (host?.reached !== true) throw new Error('host-1 is in place');
const HOST: ObservedHost = host;
const SECTOR = 'sealed/s-t01000-1';

type Change = (worker: ObservedWorker) => ObservedWorker;

function changed(change: Change, before = HOST): ObservedHost {
  const worker = before.workers.get('worker-1');
  if (worker === undefined) throw new Error('host-1 has worker-1');
  return { ...before, workers: new Map([...before.workers, ['worker-1', change(worker)]]) };
}

function path(overrides: Parameters<typeof aStoragePath>[1]): Change {
  return (worker) => {
    const seen = worker.storage.get(SEAL) ?? aStoragePath();
    return { ...worker, storage: new Map([[SEAL, { ...seen, ...overrides }]]) };
  };
}

function process(change: (before: ObservedProcess) => ObservedProcess): Change {
  return changeProcess(change);
}

function differing(after: ObservedHost, before = HOST): readonly string[] {
  const [a, b] = [hostFacts(before), hostFacts(after)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}

describe('the facts of a host', () => {
  it.each<[string, ObservedHost, string]>([
    ['another manifest', { ...HOST, manifestSha256: 'other' }, 'manifest'],
    ['a template of units', { ...HOST, unitTemplate: file('[Unit]') }, 'template of the units'],
    ['a worker forgotten', { ...HOST, forgotten: ['w'] }, 'workers that the file names no more'],
  ])('have %s', (_, after, subject) => {
    expect(differing(after)).toEqual([subject]);
  });

  it.each<[string, Change, string]>([
    ['the mode of a file', (one) => ({ ...one, envFile: withMode(one.envFile) }), 'environment file'],
    ['a file gone', (one) => ({ ...one, envFile: ABSENT }), 'environment file'],
    ['a drop-in', (one) => ({ ...one, dropIn: file('[Service]') }), 'drop-in'],
    ['a list of paths', (one) => ({ ...one, storageJson: file('{}') }), 'storage.json'],
    ['a process started anew', process((one) => ({ ...one, pid: one.pid + 1 })), 'process'],
    ['who keeps a process', process((one) => ({ ...one, manager: 'systemd' })), 'process'],
    [
      'its environment',
      process((one) => ({ ...one, environ: new Map([['X', new Secret('y')]]) })),
      'process',
    ],
    ['a worker that does not answer', process((one) => ({ ...one, live: unreached() })), 'tasks and paths'],
    ['its tasks', changeLive((one) => ({ ...one, tasks: new Set(['PC1'] as const) })), 'tasks and paths'],
    ['its paths', changeLive((one) => ({ ...one, paths: [] })), 'tasks and paths'],
    ['a unit', (one) => ({ ...one, unit: aUnit() }), 'unit'],
    ['whether it is enabled', (one) => ({ ...one, startsAtBoot: true }), 'unit'],
    ['two that keep it', (one) => ({ ...one, twice: true }), 'unit'],
    ['somebody else that started it', (one) => ({ ...one, startedElsewhere: true }), 'unit'],
    [
      'a program that is not there any more',
      (one) => ({ ...one, standing: { lacking: ['numactl'], user: 'ok', denied: [] } }),
      'user, programs and rights',
    ],
    ['a folder gone', path({ exists: false }), SEAL],
    ['a disk gone', path({ onRootFileSystem: true }), SEAL],
    ['a sectorstore.json', path({ sectorStore: file('{}') }), SEAL],
  ])('have %s', (_, change, subject) => {
    expect(differing(changed(change))).toEqual([`worker-1: ${subject}`]);
  });

  it.each<[string, Partial<ObservedWorker['unit'] & object>]>([
    ['whether it is active', { active: 'active' }],
    ['in which way', { sub: 'start-pre' }],
  ])('have of a unit %s', (_, other) => {
    const before = changed((one) => ({ ...one, unit: aUnit() }));
    expect(
      differing(
        changed((one) => ({ ...one, unit: aUnit(other) })),
        before,
      ),
    ).toEqual(['worker-1: unit']);
  });

  it('have the first sector on a path that its worker has not attached', () => {
    const detached = changeLive((one) => ({ ...one, paths: [] }));
    const first = changed((one) => path({ entries: [SECTOR] })(detached(one)));
    expect(differing(first, changed(detached))).toEqual([`worker-1: ${SEAL}`]);
    const second = changed((one) => path({ entries: [SECTOR, 'cache/s-t01000-1'] })(detached(one)));
    expect(differing(second, first)).toEqual([]);
  });

  it('do not have what goes on by itself, and in no order', () => {
    expect(differing(changed(path({ entries: [SECTOR] })))).toEqual([]);
    const unit = (restarts: number): ObservedHost =>
      changed((one) => ({ ...one, unit: aUnit({ restarts }) }));
    expect(differing(unit(2), unit(1))).toEqual([]);
    const session = changeLive((one) => ({ ...one, session: 'other' }));
    expect(differing(changed(session))).toEqual([]);
    const turned = changeLive((one) => ({ ...one, tasks: new Set([...one.tasks].toReversed()) }));
    expect(differing(changed(turned))).toEqual([]);
    const environ = process((one) => ({ ...one, environ: new Map([...one.environ].toReversed()) }));
    expect(differing(changed(environ))).toEqual([]);
    const forgotten = (...names: string[]): ObservedHost => ({ ...HOST, forgotten: names });
    expect(differing(forgotten('a', 'b'), forgotten('b', 'a'))).toEqual([]);
  });
});

it('finds the paths that workers have attached, and how the index has them', () => {
  expect(attachedIds(HOST)).toEqual([ID]);
  expect(attachedIds(unreached())).toEqual([]);
  expect([...indexFacts(PLACED.miner, [ID, 'unknown']).keys()]).toEqual([ID, 'unknown']);
});

function withMode(before: ObservedWorker['envFile']): ObservedWorker['envFile'] {
  return before.state === 'present' ? { ...before, mode: '640' } : before;
}
