import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drainSnapshot } from '../../src/drain/snapshot.js';
import { drainStep, type DrainDecision } from '../../src/drain/step.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { farmOf, placeOf, seenOf, statesOf, type There } from './drain-scene.js';

const STATES = [
  'WaitDeals', 'AddPiece', 'Packing', 'GetTicket', 'PreCommit1', 'SealPreCommit1Failed', 'PreCommit2', 'PreCommitWait', 'WaitSeed',
  'Committing', 'CommitFailed', 'CommitWait', 'FinalizeSector', 'Proving', 'UpdateReplica', 'ProveReplicaUpdate', 'ReplicaUpdateFailed',
  'FinalizeReplicaUpdate', 'ReleaseSectorKey', 'FailedUnrecoverable', 'Removing', 'Removed', 'NewInLotus', '?',
] as const; // prettier-ignore
const TASKS: readonly TaskCode[] = ['AP', 'PC1', 'PC2', 'C2', 'RU', 'PR2'];
const ALWAYS_ON: readonly TaskCode[] = ['C1', 'FIN', 'GET', 'PR1', 'FRU'];
const RANK = { done: 0, working: 1, never: 2 } as const;

const groups = fc.subarray(['group-1', 'group-2', 'group-3']);
const member = fc.tuple(
  fc.subarray([...TASKS]),
  fc.record({
    groups,
    allowTo: groups,
    seal: fc.boolean(),
    store: fc.boolean(),
    weight: fc.constantFrom(0, 10),
  }),
);
const files = fc.subarray(['unsealed', 'sealed', 'cache', 'update', 'update-cache'], { minLength: 1 });
const sector = fc.tuple(fc.constantFrom(...STATES), files);
const held = fc.array(sector, { maxLength: 4 });
const job = fc.tuple(
  fc.constantFrom('AP', 'PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET'),
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom('running', 'prepared', 'assigned'),
);

interface Drawn {
  readonly members: readonly (readonly [readonly TaskCode[], object])[];
  readonly there: Omit<There, 'farm'>;
}

const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    members: fc.array(member, { minLength: 1, maxLength: 3 }),
    sectors: held,
    jobs: fc.array(job, { maxLength: 2 }),
    jobsOfOther: fc.array(job, { maxLength: 2 }),
    left: fc.array(fc.tuple(fc.constantFrom('PC1', 'C2'), fc.integer({ min: -3, max: -1 })), {
      maxLength: 2,
    }),
    locked: fc.subarray([0, 1, 2]),
    tasks: fc.subarray([...TASKS]),
    stored: fc.boolean(),
  })
  .map(({ members, sectors, jobs, jobsOfOther, left, locked, tasks, stored }) => ({
    members,
    there: {
      holds: { 'worker-1': sectors.map(([state, types], at) => `${at} ${state} ${types.join(' ')}`) },
      jobs: {
        'worker-1': jobs.map((parts) => parts.join(' ')),
        ...(members.length > 1 ? { 'worker-2': jobsOfOther.map((parts) => parts.join(' ')) } : {}),
      },
      left: left.map(([code, wait]) => `${code} 9 ${wait} worker-1`),
      locks: locked.map((at) => `${at} writes sealed`),
      tasks: { 'worker-1': tasks },
      ...(stored ? {} : { noStore: true as const }),
    },
  }));

function decide({ members, there }: Drawn): DrainDecision {
  const whole = { ...there, farm: farmOf(...members) };
  const seen = seenOf(whole, 'worker-1');
  const snapshot = drainSnapshot(placeOf(seen, 'worker-1'), seen, seen.miner, statesOf(whole));
  return drainStep(snapshot, 'empty', members[0]?.[0] ?? []);
}

const RUNS = { numRuns: 500 };
const GONE: ReadonlySet<string> = new Set(['Removed']);

describe('whatever a look at a farm shows', () => {
  it('a drain is done only when no job, no lock and no sector that is needed is left', () => {
    fc.assert(
      fc.property(drawn, (choice) => {
        const { verdict } = decide(choice);
        const { holds = {}, jobs = {}, left = [], locks = [] } = choice.there;
        const sectors = (holds['worker-1'] ?? []).filter((text) => !GONE.has(text.split(' ')[1] ?? ''));
        const present = (holds['worker-1'] ?? []).map((text) => text.split(' ')[0]);
        const locked = locks.filter((text) => present.includes(text.split(' ')[0]));
        const open = [...(jobs['worker-1'] ?? []), ...left.filter((text) => text.split(' ')[2] === '-1')];
        if (sectors.length + locked.length + open.length > 0) expect(verdict).not.toBe('done');
      }),
      RUNS,
    );
  });

  it('one more worker that takes everything makes nothing worse', () => {
    const more = fc.record({ groups, allowTo: fc.constant([]), seal: fc.constant(true) });
    fc.assert(
      fc.property(drawn, more, (choice, path) => {
        const after = { ...choice, members: [...choice.members, [TASKS, path] as const] };
        expect(RANK[decide(after).verdict]).toBeLessThanOrEqual(RANK[decide(choice).verdict]);
      }),
      RUNS,
    );
  });

  it('what is proposed frees what it names, and one group is enough', () => {
    fc.assert(
      fc.property(drawn, ({ members, there }) => {
        const before = decide({ members, there });
        const { proposal } = before;
        if (proposal === undefined) return;
        expect(proposal.allowTo).toHaveLength(1);
        const [[codes, path] = [[], {}], ...others] = members;
        const { allowTo = [] } = path as { allowTo?: readonly string[] };
        const opened = { ...path, allowTo: [...allowTo, ...proposal.allowTo] };
        const freed = decide({ members: [[codes, opened], ...others], there });
        const stranded = freed.blockers.flatMap((blocker) =>
          blocker.kind === 'stranded' && blocker.task === 'PC2' ? [blocker.sector.sector] : [],
        );
        expect(stranded).toEqual([]);
        expect(proposal.frees.length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it('no task is switched on and off, and what is always on stays so', () => {
    fc.assert(
      fc.property(drawn, (choice) => {
        const { disable, enable } = decide(choice);
        expect(disable.filter((code) => enable.includes(code))).toEqual([]);
        expect([...disable, ...enable].filter((code) => ALWAYS_ON.includes(code))).toEqual([]);
        expect(enable.filter((code) => ['AP', 'PC1', 'RU'].includes(code))).toEqual([]);
      }),
      RUNS,
    );
  });
});
