import { describe, expect, it } from 'vitest';
import { refusals, type Refusal } from '../../src/drain/refusals.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { guideFarm, withoutGroups } from '../support/farm.js';
import { changeLive, changeMiner, changeWorker, stopped, workerStats } from '../support/observation.js';
import { farmOf, seenOf, type There } from './drain-scene.js';

const ALL: readonly TaskCode[] = ['AP', 'PC1', 'PC2', 'C2'];
const GUIDE = guideFarm();
const OPEN = withoutGroups(GUIDE);

/** `last PC2 worker-1`, `only-pc2 group-1: worker-1 for worker-2:/mnt/seal-2` */
function words(
  asked: readonly string[],
  there: There,
  least?: ReadonlyMap<TaskCode, number>,
): readonly string[] {
  const seen = seenOf(there);
  return refusals(asked, seen, seen.miner, least).map((refusal: Refusal) => {
    const workers = refusal.workers.join(' ');
    if (refusal.kind === 'last-of-task') return `last ${refusal.task} ${workers}`;
    if (refusal.kind === 'too-few') return `fewer than ${refusal.least} ${refusal.task} ${workers}`;
    const feeders = refusal.feeders.map(({ worker, path }) => `${worker}:${path}`);
    return `only-pc2 ${refusal.groups.join(' ')}: ${workers} for ${feeders.join(' ')}`;
  });
}

type Row = readonly [what: string, asked: readonly string[], there: There, expected: readonly string[]];

const toGroup1 = { allowTo: ['group-1'] };
const ofGroup1 = { groups: ['group-1'], allowTo: ['group-1'] };

describe('what is said against a drain', () => {
  it.each<Row>([
    ['one of several', ['worker-1'], { farm: OPEN }, []],
    ['nobody', [], { farm: OPEN }, []],
    ['a name that is not there', ['worker-9'], { farm: OPEN }, []],
    [
      'the last for some of its tasks',
      ['worker-1'],
      { farm: farmOf([ALL], [['AP', 'PC1']]) },
      ['last PC2 worker-1', 'last C2 worker-1'],
    ],
    [
      'all that have a task together',
      ['worker-1', 'worker-2'],
      { farm: OPEN },
      ['last PC2 worker-1 worker-2', 'last C2 worker-1 worker-2'],
    ],
    ['the last for WindowPoSt', ['worker-1'], { farm: farmOf([['WDP']], [ALL]) }, ['last WDP worker-1']],
    ['the last for WinningPoSt', ['worker-1'], { farm: farmOf([['WNP']], [['WDP']]) }, ['last WNP worker-1']],
    ['one of two for WindowPoSt', ['worker-1'], { farm: farmOf([['WDP']], [['WDP']]) }, []],
    [
      'one of two, of which the other is drained',
      ['worker-1'],
      { farm: farmOf([ALL], [['C2']]), drained: ['worker-2'] },
      ['last AP worker-1', 'last PC1 worker-1', 'last PC2 worker-1', 'last C2 worker-1'],
    ],
    ['one that is drained already', ['worker-1'], { farm: farmOf([ALL]), drained: ['worker-1'] }, []],
    [
      'one of two, of which the other has the task switched off',
      ['worker-1'],
      { farm: farmOf([['C2']], [['PC1', 'C2']]), tasks: { 'worker-2': ['PC1'] } },
      ['last C2 worker-1'],
    ],
    [
      "the guide's worker-1, to which worker-3 hands over",
      ['worker-1'],
      { farm: GUIDE },
      ['only-pc2 example-seal-group-1: worker-1 for worker-3:/mnt/nvme0/seal'],
    ],
    ["the guide's worker-2, to which only its own sectors go", ['worker-2'], { farm: GUIDE }, []],
    ["the guide's worker-3", ['worker-3'], { farm: GUIDE }, []],
    ['both ends of a way', ['worker-1', 'worker-3'], { farm: GUIDE }, []],
    [
      'both of a group',
      ['worker-1', 'worker-2'],
      { farm: farmOf([ALL, ofGroup1], [ALL, ofGroup1], [['PC1'], toGroup1], [ALL]) },
      ['only-pc2 group-1: worker-1 worker-2 for worker-3:/mnt/seal-3'],
    ],
    [
      'one of a group',
      ['worker-1'],
      { farm: farmOf([ALL, ofGroup1], [ALL, ofGroup1], [['PC1'], toGroup1], [ALL]) },
      [],
    ],
    [
      'one of a group, of which the other has no path to seal on',
      ['worker-1'],
      { farm: farmOf([ALL, ofGroup1], [ALL, { ...ofGroup1, seal: false }], [['PC1'], toGroup1]) },
      ['only-pc2 group-1: worker-1 for worker-3:/mnt/seal-3'],
    ],
    [
      'two paths of one way',
      ['worker-1'],
      { farm: farmOf([ALL, ofGroup1], [['PC1'], toGroup1], [['PC1'], toGroup1], [ALL]) },
      ['only-pc2 group-1: worker-1 for worker-2:/mnt/seal-2 worker-3:/mnt/seal-3'],
    ],
    [
      'a path that leads to two groups, of which one stays',
      ['worker-1'],
      {
        farm: farmOf([ALL, ofGroup1], [ALL, { groups: ['g-2'] }], [['PC1'], { allowTo: ['group-1', 'g-2'] }]),
      },
      [],
    ],
    [
      'a path of a worker that is away',
      ['worker-1'],
      {
        farm: farmOf([ALL, ofGroup1], [ALL], [['PC1'], toGroup1]),
        change: (seen) => changeWorker(seen, 'worker-3', stopped),
      },
      [],
    ],
    [
      'a path of a worker that does its own PC2',
      ['worker-1'],
      { farm: farmOf([ALL, ofGroup1], [ALL, toGroup1]) },
      [],
    ],
    [
      'a path that only stores',
      ['worker-1'],
      { farm: farmOf([ALL, ofGroup1], [ALL], [['PC1'], { ...toGroup1, seal: false, store: true }]) },
      [],
    ],
  ])('%s', (_, asked, there, expected) => {
    expect(words(asked, there)).toEqual(expected);
  });

  it('is nothing where the miner itself takes the task', () => {
    const change: There['change'] = (seen) =>
      changeMiner(seen, { workers: new Map([...seen.miner.workers, ['miner', workerStats('miner', ALL)]]) });
    expect(words(['worker-1'], { farm: farmOf([ALL]), change })).toEqual([]);
  });

  it('is not softened by a worker that the miner has hidden', () => {
    const change: There['change'] = (seen) => {
      const workers = [...seen.miner.workers].map(
        ([session, one]) => [session, { ...one, Enabled: one.Info.Hostname !== 'worker-2' }] as const,
      );
      return changeMiner(
        changeWorker(
          seen,
          'worker-2',
          changeLive((live) => live),
        ),
        {
          workers: new Map(workers),
        },
      );
    };
    expect(words(['worker-1'], { farm: farmOf([['C2']], [['C2']]), change })).toEqual(['last C2 worker-1']);
  });
});

describe('what the rules of the file say against a drain', () => {
  const FOUR = farmOf([ALL], [ALL], [ALL], [['PC1']]);

  it.each<[string, readonly string[], There, number, readonly string[]]>([
    ['one of three, where two shall stay', ['worker-1'], { farm: FOUR }, 2, []],
    ['two of three', ['worker-2', 'worker-1'], { farm: FOUR }, 2, ['fewer than 2 C2 worker-1 worker-2']],
    ['one that does not do it', ['worker-4'], { farm: FOUR }, 3, []],
    [
      'one, where another is drained',
      ['worker-1'],
      { farm: FOUR, drained: ['worker-2'] },
      2,
      ['fewer than 2 C2 worker-1'],
    ],
    [
      'one, where another has it off',
      ['worker-1'],
      { farm: FOUR, tasks: { 'worker-2': ['PC1'] } },
      2,
      ['fewer than 2 C2 worker-1'],
    ],
    ['one that is drained already', ['worker-1'], { farm: FOUR, drained: ['worker-1'] }, 3, []],
    [
      'all of them: that is said alone',
      ['worker-1', 'worker-2', 'worker-3'],
      { farm: FOUR },
      2,
      [
        'last AP worker-1 worker-2 worker-3',
        'last PC2 worker-1 worker-2 worker-3',
        'last C2 worker-1 worker-2 worker-3',
      ],
    ],
  ])('%s', (_, asked, there, least, expected) => {
    expect(words(asked, there, new Map([['C2', least]]))).toEqual(expected);
  });
});
