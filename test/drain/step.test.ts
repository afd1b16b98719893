import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drainStep, type DrainDecision, type DrainGoal } from '../../src/drain/step.js';
import type { DrainJob, DrainSnapshot, HeldSector } from '../../src/drain/snapshot.js';
import type { FileType } from '../../src/lotus/file-type.js';
import { DECLARABLE_TASKS, type TaskCode } from '../../src/lotus/task.js';

const DECLARED: readonly TaskCode[] = ['AP', 'PC1', 'PC2', 'C2'];
const ALWAYS_ON: readonly TaskCode[] = ['C1', 'FIN', 'GET'];

function serving(...tasks: readonly TaskCode[]): DrainSnapshot {
  return snapshot({ enabled: new Set([...tasks, ...ALWAYS_ON]) });
}

function snapshot(overrides: Partial<DrainSnapshot>): DrainSnapshot {
  return {
    worker: 'worker-1',
    alive: true,
    silent: false,
    unregistered: false,
    elsewhere: false,
    ended: false,
    enabled: new Set(),
    jobs: [],
    posts: [],
    readers: [],
    proofs: [],
    locks: [],
    held: [],
    others: [],
    ...overrides,
  };
}

function job(task: TaskCode, state: DrainJob['state'] = 'running', sector = 's-t01000-7'): DrainJob {
  return { task, sector, state, since: '2026-01-02T03:04:05Z' };
}

function held(
  state: string | undefined,
  elsewhere: readonly TaskCode[] = [],
  types: readonly FileType[] = ['sealed', 'cache'],
): HeldSector {
  return {
    sector: 's-t01000-7',
    types,
    paths: [],
    elsewhere: new Set(elsewhere),
    allowTo: [],
    ...(state === undefined ? {} : { state }),
  };
}

/** `job PC1`, `reader GET`, `sector WaitSeed`, `stranded PC2`, `away PreCommit2` */
function blockers({ blockers: all }: DrainDecision): readonly string[] {
  return all.map((blocker) => {
    if (blocker.kind === 'job' || blocker.kind === 'reader') return `${blocker.kind} ${blocker.job.task}`;
    if (blocker.kind === 'lock') return `lock ${blocker.lock.sector}`;
    if (blocker.kind === 'post') return `post ${blocker.task}`;
    if (!('sector' in blocker)) return blocker.kind;
    return `${blocker.kind} ${blocker.kind === 'stranded' ? blocker.task : (blocker.sector.state ?? '?')}`;
  });
}

function decided(decision: DrainDecision): string {
  const { disable, enable, verdict } = decision;
  const parts = [`off: ${disable.join(' ')}`, `on: ${enable.join(' ')}`, ...blockers(decision), verdict];
  return parts.filter((part) => !part.endsWith(': ')).join('; ');
}

type Situation = [what: string, snapshot: DrainSnapshot, expected: string, declared?: readonly TaskCode[]];

describe('a worker that shall get quiet', () => {
  it.each<Situation>([
    ['idle, all tasks on', serving(...DECLARED), 'off: AP PC1 PC2 C2; done'],
    ['idle, all tasks off', serving(), 'done'],
    ['a task on that is not declared', serving('UNS', 'GSK'), 'off: UNS GSK; done'],
    ['PC1 running', { ...serving(...DECLARED), jobs: [job('PC1')] }, 'off: AP PC1 PC2 C2; job PC1; working'],
    ['PC1 assigned', { ...serving(), jobs: [job('PC1', 'assigned')] }, 'job PC1; working'],
    ['PC2 prepared', { ...serving(), jobs: [job('PC2', 'prepared')] }, 'job PC2; working'],
    ['an always-on task running', { ...serving(), jobs: [job('FIN')] }, 'job FIN; working'],
    ['another worker fetches from it', { ...serving(), readers: [job('PC2')] }, 'reader PC2; working'],
    ['sectors held', { ...serving(), held: [held('PreCommit2'), held(undefined)] }, 'done'],
    [
      'a held sector that only it can go on with',
      { ...serving('PC2'), held: [held('PreCommit2')] },
      'off: PC2; done',
    ],
    ['not answering', snapshot({ alive: false, enabled: new Set(['AP']) }), 'done'],
    ['not answering, with a job', snapshot({ alive: false, jobs: [job('PC1')] }), 'job PC1; working'],
    ['ended, with a job', snapshot({ alive: false, ended: true, jobs: [job('PC1')] }), 'done'],
    [
      'ended, with a job that is awaited',
      snapshot({ alive: false, ended: true, jobs: [job('PC1', 'awaited')] }),
      'done',
    ],
    [
      'ended, and read from',
      snapshot({ alive: false, ended: true, readers: [job('GET')] }),
      'reader GET; working',
    ],
    ['posts, which nobody can switch', serving('WDP'), 'done', ['WDP']],
  ])('%s', (_, seen, expected, declared = DECLARED) => {
    expect(decided(drainStep(seen, 'quiet', declared))).toBe(expected);
  });
});

describe('a worker that shall get empty', () => {
  const holding = (sector: HeldSector, ...tasks: readonly TaskCode[]): DrainSnapshot => ({
    ...serving(...tasks),
    held: [sector],
  });

  it.each<Situation>([
    ['holds nothing', serving(...DECLARED), 'off: AP PC1 PC2 C2; done'],
    ['holds nothing, PC1 running', { ...serving('PC1'), jobs: [job('PC1')] }, 'off: PC1; job PC1; working'],
    ['is read from', { ...serving(), readers: [job('GET')] }, 'reader GET; working'],
    [
      'needs PC2 here, and C2 later',
      holding(held('PreCommit2'), ...DECLARED),
      'off: AP PC1; sector PreCommit2; working',
    ],
    [
      'PC2 can be done elsewhere',
      holding(held('PreCommit2', ['PC2']), ...DECLARED),
      'off: AP PC1 PC2 C2; sector PreCommit2; working',
    ],
    [
      'PC1 done, PC2 to come here',
      holding(held('PreCommit1', ['C2']), ...DECLARED),
      'off: AP PC1 C2; sector PreCommit1; working',
    ],
    [
      'PC1 failed before its output',
      holding(held('SealPreCommit1Failed', ['PC1'], ['unsealed'])),
      'sector SealPreCommit1Failed; working',
    ],
    [
      'PC2 failed',
      holding(held('SealPreCommit2Failed', ['C2']), 'PC2'),
      'sector SealPreCommit2Failed; working',
    ],
    [
      'PC2 was switched off by a crash or a hand',
      holding(held('PreCommit2', ['C2'])),
      'on: PC2; sector PreCommit2; working',
    ],
    [
      'all tasks came back after a crash',
      holding(held('PreCommit2', ['C2']), ...DECLARED),
      'off: AP PC1 C2; sector PreCommit2; working',
    ],
    [
      'PC2 is running',
      { ...holding(held('PreCommit2', ['C2']), 'PC2'), jobs: [job('PC2')] },
      'job PC2; sector PreCommit2; working',
    ],
    [
      'PC2 nowhere: a deadlock',
      holding(held('PreCommit2'), 'AP', 'PC1'),
      'off: AP PC1; stranded PC2; never',
      ['AP', 'PC1'],
    ],
    [
      'PC2 nowhere, but it is running elsewhere',
      { ...holding(held('PreCommit2')), readers: [job('PC2')] },
      'reader PC2; sector PreCommit2; working',
      ['AP', 'PC1'],
    ],
    [
      'PC2 on, though not declared',
      holding(held('PreCommit2'), 'PC2'),
      'off: PC2; stranded PC2; never',
      ['AP'],
    ],
    [
      'PC1 to come, elsewhere',
      holding(held('Packing', ['PC1'], ['unsealed']), ...DECLARED),
      'off: AP PC1 PC2 C2; sector Packing; working',
    ],
    [
      'PC1 to come, nowhere else',
      holding(held('GetTicket', [], ['unsealed']), ...DECLARED),
      'off: AP PC1 PC2 C2; stranded PC1; never',
    ],
    ['deals to come', holding(held('WaitDeals', ['PC1'], ['unsealed'])), 'stranded AP; never'],
    [
      'PC1 running elsewhere on data from here',
      { ...holding(held('PreCommit1', ['PC1'], ['unsealed'])), readers: [job('PC1')] },
      'reader PC1; sector PreCommit1; working',
    ],
    [
      'WaitSeed: no job anywhere for 75 minutes',
      holding(held('WaitSeed', ['C2']), ...DECLARED),
      'off: AP PC1 PC2 C2; sector WaitSeed; working',
    ],
    [
      'WaitSeed, and this is the last one with C2',
      holding(held('WaitSeed'), ...DECLARED),
      'off: AP PC1 PC2; sector WaitSeed; working',
    ],
    [
      'WaitSeed, and nobody has C2',
      holding(held('WaitSeed'), 'AP', 'PC1'),
      'off: AP PC1; stranded C2; never',
      ['AP', 'PC1'],
    ],
    [
      'C1 running',
      { ...holding(held('Committing', ['C2'])), jobs: [job('C1')] },
      'job C1; sector Committing; working',
    ],
    ['C1 pending', holding(held('Committing', ['C2'])), 'sector Committing; working'],
    ['C1 failed', holding(held('ComputeProofFailed', ['C2'])), 'sector ComputeProofFailed; working'],
    [
      'FIN pending: C2 is behind it',
      holding(held('FinalizeSector', ['GET']), ...DECLARED),
      'off: AP PC1 PC2 C2; sector FinalizeSector; working',
    ],
    [
      'waiting for the message: C2 is behind it',
      holding(held('CommitWait'), 'C2'),
      'off: C2; sector CommitWait; working',
    ],
    ['finished, in its long-term storage', holding(held('Proving')), 'stays Proving; never'],
    [
      'an update to prove, here',
      holding(held('ProveReplicaUpdate', [], ['update', 'update-cache']), 'PR2', 'RU'),
      'off: RU; sector ProveReplicaUpdate; working',
      ['RU', 'PR2'],
    ],
    [
      'an update to prove, elsewhere',
      holding(held('ProveReplicaUpdate', ['PR2'], ['update']), 'PR2'),
      'off: PR2; sector ProveReplicaUpdate; working',
      ['PR2'],
    ],
    [
      'an update that nobody can prove',
      holding(held('ProveReplicaUpdate', [], ['update'])),
      'stranded PR2; never',
    ],
    [
      'a sector of which the miner says nothing',
      holding(held(undefined), ...DECLARED),
      'off: AP PC1 PC2 C2; sector ?; working',
    ],
    [
      'does not run, and holds a sector',
      snapshot({ alive: false, held: [held('WaitSeed', ['C2'])] }),
      'away WaitSeed; never',
    ],
    ['does not run, and holds nothing', snapshot({ alive: false }), 'done'],
    [
      'one sector goes on, the other cannot',
      { ...serving(), held: [held('WaitSeed', ['C2']), { ...held('PreCommit2'), sector: 's-t01000-8' }] },
      'sector WaitSeed; stranded PC2; never',
      ['AP'],
    ],
    [
      'two sectors that need different tasks here',
      { ...serving(...DECLARED), held: [held('WaitSeed'), { ...held('PreCommit2'), sector: 's-t01000-8' }] },
      'off: AP PC1; sector WaitSeed; sector PreCommit2; working',
    ],
  ])('%s', (_, seen, expected, declared = DECLARED) => {
    expect(decided(drainStep(seen, 'empty', declared))).toBe(expected);
  });
});

const switchable = DECLARABLE_TASKS.filter((task) => task.switchable).map(({ code }) => code);
const someTasks = fc.subarray([...switchable, ...ALWAYS_ON]);
const sectorName = fc.constantFrom('s-t01000-7', 's-t01000-8', 's-t01000-9');
const anyJob = fc.record({
  task: fc.constantFrom<TaskCode>('PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET'),
  sector: sectorName,
  state: fc.constantFrom<DrainJob['state']>('assigned', 'prepared', 'running'),
  since: fc.constant(''),
});
const anySector = fc.record(
  {
    sector: sectorName,
    types: fc.subarray<FileType>(['unsealed', 'sealed', 'cache', 'update']),
    elsewhere: fc.subarray<TaskCode>(['PC1', 'PC2', 'C2', 'PR2']).map((codes) => new Set(codes)),
    paths: fc.constant([]),
    allowTo: fc.constant([]),
    state: fc.constantFrom(
      'Packing',
      'PreCommit1',
      'PreCommit2',
      'WaitSeed',
      'Committing',
      'FinalizeSector',
      'Odd',
    ),
  },
  { requiredKeys: ['sector', 'types', 'paths', 'elsewhere', 'allowTo'], noNullPrototype: true },
);
const anySnapshot: fc.Arbitrary<DrainSnapshot> = fc.record({
  worker: fc.constant('worker-1'),
  alive: fc.boolean(),
  silent: fc.boolean(),
  unregistered: fc.boolean(),
  elsewhere: fc.boolean(),
  ended: fc.boolean(),
  enabled: someTasks.map((codes) => new Set(codes)),
  jobs: fc.array(anyJob, { maxLength: 2 }),
  posts: fc.subarray<TaskCode>(['WDP', 'WNP']),
  readers: fc.array(anyJob, { maxLength: 2 }),
  proofs: fc.constant([]),
  locks: fc.constant([]),
  others: fc.constant([]),
  held: fc.uniqueArray(anySector, { maxLength: 3, selector: ({ sector }) => sector }),
});
const anyGoal = fc.constantFrom<DrainGoal>('quiet', 'empty');

describe('a worker for WindowPoSt', () => {
  const due = { index: 7, isOpen: true, until: 120 };
  it.each<DrainGoal>(['quiet', 'empty'])('is not %s while a proof is due, and will be', (goal) => {
    const enabled = new Set<TaskCode>(['WDP']);
    expect(decided(drainStep(snapshot({ enabled, due }), goal, ['WDP']))).toBe('proof-due; working');
    expect(decided(drainStep(snapshot({ enabled }), goal, ['WDP']))).toBe('done');
  });
});

it('a worker that computes a proof is at rest for no goal', () => {
  const seen = snapshot({ enabled: new Set<TaskCode>(['WNP']), posts: ['WNP'] });
  expect(decided(drainStep(seen, 'quiet', ['WNP']))).toBe('post WNP; working');
  expect(decided(drainStep(seen, 'empty', ['WNP']))).toBe('post WNP; working');
});

describe('a worker that runs, is known to the miner and does not answer', () => {
  it.each<DrainGoal>(['quiet', 'empty'])('is not %s: it may be given work at any moment', (goal) => {
    const decision = drainStep(snapshot({ alive: false, silent: true }), goal, ['PC1']);
    expect(decision).toMatchObject({ verdict: 'working', blockers: [{ kind: 'silent' }] });
  });

  it('is no reason to say never', () => {
    const seen = snapshot({ alive: false, silent: true, held: [held('WaitSeed')] });
    expect(blockers(drainStep(seen, 'empty', ['PC1']))).toEqual(['silent', 'sector WaitSeed']);
  });
});

it.each<DrainGoal>(['quiet', 'empty'])('a worker that runs elsewhere is never seen to be %s', (goal) => {
  const decision = drainStep(snapshot({ alive: false, elsewhere: true }), goal, ['PC1']);
  expect(decision).toMatchObject({ verdict: 'never', blockers: [{ kind: 'elsewhere' }] });
});

describe('whatever is seen', () => {
  it('no task is switched on and off, and only such as can be', () => {
    fc.assert(
      fc.property(anySnapshot, anyGoal, someTasks, (seen, goal, declared) => {
        const { disable, enable } = drainStep(seen, goal, declared);
        expect(disable.filter((code) => enable.includes(code))).toEqual([]);
        for (const code of disable) expect(seen.enabled.has(code)).toBe(true);
        for (const code of enable) expect(declared.includes(code) && !seen.enabled.has(code)).toBe(true);
        for (const code of [...disable, ...enable]) expect(switchable).toContain(code);
        if (!seen.alive) expect([...disable, ...enable]).toEqual([]);
      }),
    );
  });

  it('doing what it says leaves nothing to switch', () => {
    fc.assert(
      fc.property(anySnapshot, anyGoal, someTasks, (seen, goal, declared) => {
        const { disable, enable } = drainStep(seen, goal, declared);
        const enabled = new Set([...seen.enabled, ...enable].filter((code) => !disable.includes(code)));
        expect(drainStep({ ...seen, enabled }, goal, declared)).toMatchObject({ disable: [], enable: [] });
      }),
    );
  });

  it('it is done just when nothing blocks, and never only for a reason', () => {
    fc.assert(
      fc.property(anySnapshot, anyGoal, someTasks, (seen, goal, declared) => {
        const decision = drainStep(seen, goal, declared);
        const hopeless = decision.blockers.some(({ kind }) =>
          ['stranded', 'away', 'lost', 'stays', 'failed', 'elsewhere'].includes(kind),
        );
        const expected = decision.blockers.length === 0 ? 'done' : hopeless ? 'never' : 'working';
        expect(decision.verdict).toBe(expected);
        if (goal === 'empty')
          expect(decision.verdict === 'done').toBe(
            isAtRest({ ...seen, ended: false }) && seen.held.length === 0,
          );
      }),
    );
  });

  it('quiet cares for no sector that only lies there', () => {
    fc.assert(
      fc.property(anySnapshot, someTasks, (seen, declared) => {
        expect(drainStep(seen, 'quiet', declared)).toEqual(
          drainStep({ ...seen, held: [] }, 'quiet', declared),
        );
        expect(drainStep(seen, 'quiet', declared).verdict).toBe(
          seen.elsewhere ? 'never' : isAtRest(seen) ? 'done' : 'working',
        );
      }),
    );
  });

  function isAtRest(seen: DrainSnapshot): boolean {
    const { jobs, posts, readers, silent, unregistered, elsewhere, ended } = seen;
    const left = ended ? 0 : jobs.length;
    return left + posts.length + readers.length === 0 && !silent && !unregistered && !elsewhere;
  }
});
