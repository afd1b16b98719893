import { describe, expect, it } from 'vitest';
import { crossedDrains, refusedDrains, unknownGroup } from '../../src/cli/drain-refusals.js';
import type { TargetWorker } from '../../src/cli/targets.js';
import type { TaskCode } from '../../src/lotus/task.js';
import type { Farm } from '../../src/farm/farm.js';
import { asDrained } from '../../src/observed/intents.js';
import type { Observation } from '../../src/observed/observed.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import { startedBy } from '../support/foreign.js';
import { aDiagnostic, changeWorker, inPlace, unreached } from '../support/observation.js';

const WORKER = aWorker({
  name: 'worker-1',
  tasks: ['PC1', 'PC2'],
  storage: [aStorage({ path: '/mnt/seal', groups: ['fast'] })],
});
const DRAIN = { stop: true };
const NO_LEAST = { minAvailable: new Map<TaskCode, number>() };
const FARM = aFarm({ hosts: [aHost({ name: 'host-1', workers: [WORKER] })], storageGroups: ['slow'] });

function targets({ hosts }: Farm): readonly TargetWorker[] {
  return hosts.flatMap((host) => host.workers.map((worker) => ({ host, worker })));
}

describe('refusedDrains', () => {
  it('are those of the last worker that does something, unless that is meant', () => {
    const said = refusedDrains(targets(FARM), inPlace(FARM), NO_LEAST, DRAIN);
    expect(said.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'SF641 nobody but worker-1 takes PC1',
      'SF641 nobody but worker-1 takes PC2',
    ]);
    expect(refusedDrains(targets(FARM), inPlace(FARM), NO_LEAST, { ...DRAIN, allowLast: true })).toEqual([]);
  });

  it('are those of too many at once for the rules of the file', () => {
    const many = aFarm({
      hosts: [1, 2, 3].map((n) =>
        aHost({ name: `host-${n}`, workers: [aWorker({ name: `worker-${n}`, tasks: ['C2'] })] }),
      ),
    });
    const least = {
      minAvailable: new Map<TaskCode, number>([
        ['C2', 2],
        ['PC1', 1],
      ]),
    };
    const two = targets(many).slice(0, 2);
    expect(refusedDrains(two.slice(0, 1), inPlace(many), least, DRAIN)).toEqual([]);
    expect(refusedDrains(two, inPlace(many), least, { ...DRAIN, allowLast: true })).toEqual([]);
    expect(refusedDrains(two, inPlace(many), least, DRAIN)).toMatchObject([
      {
        code: 'SF633',
        message: 'worker-1, worker-2 cannot be drained now: fewer than 2 would go on doing C2',
        help: 'Nothing was changed. Bring the other workers for C2 back first, or lower `rollout.minAvailable`. Where it is meant so, say --allow-last.',
      },
    ]);
  });

  it('are those of workers that would come back when they are stopped, whatever is meant', () => {
    const starter = { kind: 'tmux', again: { pid: 12 } } as const;
    const seen = changeWorker(inPlace(FARM), 'worker-1', startedBy({ starter }));
    const [refused, ...others] = refusedDrains(targets(FARM), seen, NO_LEAST, { ...DRAIN, allowLast: true });
    expect(others).toEqual([]);
    expect(refused).toMatchObject({ code: 'SF556', place: { host: 'host-1', worker: 'worker-1' } });
    expect(refused?.help).toContain('--no-stop');
    expect(refusedDrains(targets(FARM), seen, NO_LEAST, { allowLast: true, stop: false })).toEqual([]);
  });

  it('are all while the miner cannot say who else does it', () => {
    const away = {
      ...inPlace(FARM),
      miner: { reached: false, diagnostic: aDiagnostic('no miner') },
    } as const;
    expect(refusedDrains(targets(FARM), away, NO_LEAST, DRAIN)).toEqual([aDiagnostic('no miner')]);
    expect(refusedDrains(targets(FARM), away, NO_LEAST, { ...DRAIN, allowLast: true })).toEqual([]);
  });
});

describe('crossedDrains', () => {
  const TWO = aFarm({
    hosts: ['host-1', 'host-2'].map((name, index) =>
      aHost({ name, workers: [aWorker({ name: `worker-${index + 1}`, tasks: ['C2'] })] }),
    ),
  });
  const [first, second] = targets(TWO);
  const drained = (...names: readonly string[]): Observation => asDrained(inPlace(TWO), new Set(names));
  const said = (
    mine: TargetWorker | undefined,
    before: Observation,
    now: Observation,
    rules = NO_LEAST,
  ): readonly string[] =>
    crossedDrains(mine === undefined ? [] : [mine], before, now, rules).map(
      ({ code, help }) => `${code} ${help}`,
    );

  it('are those that leave nobody, since others are drained that were not when they were asked for', () => {
    const help = 'It is taken back, as worker-2 is drained meanwhile by . ';
    expect(said(first, inPlace(TWO), drained('worker-1', 'worker-2'))).toEqual([
      `SF641 ${help}Give another worker C2 first, or say --allow-last.`,
    ]);
    expect(said(second, inPlace(TWO), drained('worker-1', 'worker-2'))).toHaveLength(1);
  });

  it('are those of a host, too, that cannot be seen any more', () => {
    const now = drained('worker-1');
    const away = { ...now, hosts: new Map([...now.hosts, ['host-2', unreached()]]) };
    expect(said(first, inPlace(TWO), away)).toEqual([
      'SF641 It is taken back, as worker-2 cannot be seen any more. Give another worker C2 first, or say --allow-last.',
    ]);
  });

  it('are those that leave too few by the rules of the file, as apply would not', () => {
    const three = aFarm({
      hosts: [1, 2, 3].map((n) =>
        aHost({ name: `host-${n}`, workers: [aWorker({ name: `worker-${n}`, tasks: ['C2'] })] }),
      ),
    });
    const [mine] = targets(three);
    const seen = inPlace(three);
    const now = asDrained(seen, new Set(['worker-1', 'worker-2']));
    expect(said(mine, seen, now)).toEqual([]);
    const [refused] = said(mine, seen, now, { minAvailable: new Map([['C2', 2]]) });
    expect(refused).toMatch(/^SF633 It is taken back, as worker-2 is drained meanwhile by .*--allow-last\.$/);
  });

  it('are none where nobody came meanwhile', () => {
    expect(said(first, inPlace(TWO), drained('worker-1'))).toEqual([]);
    expect(said(first, drained('worker-2'), drained('worker-1', 'worker-2'))).toEqual([]);
  });
});

it('unknownGroup is one that neither the file nor the index knows', () => {
  expect(unknownGroup(FARM, inPlace(FARM), ['slow', 'fast'])).toBeUndefined();
  expect(unknownGroup(FARM, inPlace(FARM), ['slwo'])).toMatchObject({
    code: 'SF643',
    message: '--resolve allow-to=slwo: no such storage group; did you mean slow?',
  });
});
