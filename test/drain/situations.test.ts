import { describe, expect, it } from 'vitest';
import type { TaskCode } from '../../src/lotus/task.js';
import { aFarm, aHost, aStorage, aWorker, guideFarm, withoutGroups } from '../support/farm.js';
import {
  changeLive,
  changeMiner,
  changePath,
  changeProcess,
  changeWorker,
  idOf,
  stopped,
  unreached,
} from '../support/observation.js';
import { farmOf, look, type Seen, type There } from './drain-scene.js';

const ALL: readonly TaskCode[] = ['AP', 'PC1', 'PC2', 'C2'];
const SNAP: readonly TaskCode[] = ['RU', 'PR2'];
const ONE = { groups: ['group-1'], allowTo: ['group-1'] };
const TWO = { groups: ['group-2'], allowTo: ['group-2'] };

const GUIDE = guideFarm();
const OPEN = withoutGroups(GUIDE);
/** Each sends its sectors to itself alone. */
const SELF = farmOf([ALL, ONE], [ALL, TWO]);
/** worker-1 seals up to PC1 for a group of which it is the only one. */
const STUCK = farmOf([['AP', 'PC1'], ONE], [ALL, TWO]);
/** One machine does PC1, the other the rest. */
const SPLIT = farmOf([['AP', 'PC1'], { allowTo: ['group-2'] }], [['PC2', 'C2'], TWO]);
const LONELY = farmOf([ALL, ONE]);
/** worker-2 has long-term storage. */
const KEEPING = farmOf([ALL, {}], [ALL, { store: true }]);
const SNAPPING = farmOf([SNAP, {}], [SNAP, {}]);
const STORING = farmOf([ALL, { store: true }], [ALL, {}]);
const POSTS = farmOf([['WDP'], { seal: false }], [['WDP'], { seal: false }]);
const PAIR = aFarm({
  hosts: [
    aHost({
      workers: [1, 2].map((n) =>
        aWorker({
          name: `worker-${n}`,
          tasks: ALL,
          storage: [aStorage({ path: `/mnt/seal-${n}`, groups: ['g'], allowTo: ['g'] })],
        }),
      ),
    }),
  ],
});

const PATH = '/mnt/seal-1';
const ID = idOf('host-1', PATH);

/** worker-2 has the path of worker-1 attached too, as one shared file system. */
function shared(seen: Seen): Seen {
  const path = { ID, Weight: 10, LocalPath: PATH, CanSeal: true, CanStore: false };
  return changeWorker(
    seen,
    'worker-2',
    changeLive((live) => ({ ...live, paths: [...live.paths, path] })),
  );
}

function away(name: string): (seen: Seen) => Seen {
  return (seen) => {
    const gone = [...seen.miner.workers].filter(([, { Info }]) => Info.Hostname !== name);
    return changeWorker(changeMiner(seen, { workers: new Map(gone) }), name, stopped);
  };
}

/** As the miner has a worker that it cannot reach. */
function disabled({ miner }: Seen, name: string): Seen['miner']['workers'] {
  return new Map(
    [...miner.workers].map(([session, one]) => [
      session,
      one.Info.Hostname === name ? { ...one, Enabled: false } : one,
    ]),
  );
}

/** The index keeps the paths of whoever is away. */
function unserved(seen: Seen): Seen {
  const storage = new Map([...seen.miner.storage].map(([id, { info }]) => [id, { info }] as const));
  return changeMiner(seen, { storage });
}

const unseen =
  (host: string) =>
  (seen: Seen): Seen => ({ ...seen, hosts: new Map([...seen.hosts, [host, unreached()]]) });

/** Somebody else's, of whom the miner alone tells. */
const strange =
  (host: string) =>
  (seen: Seen): Seen => ({ ...seen, hosts: new Map([...seen.hosts].filter(([name]) => name !== host)) });

/** It runs, and does not answer us. */
const silent = (seen: Seen): Seen =>
  changeWorker(
    seen,
    'worker-1',
    changeLive(() => unreached()),
  );

/** The miner was restarted: it knows no path of a worker that is busy. */
function forgotten(seen: Seen): Seen {
  const storage = new Map([...seen.miner.storage].filter(([id]) => id !== ID));
  const entries = ['sealed/s-t01000-7', 'cache/s-t01000-7'];
  return changeWorker(changeMiner(seen, { storage }), 'worker-1', changePath(PATH, { entries }));
}

/** What is there → `off TASKS; on TASKS; what blocks; verdict`. A sector is its number with what it waits for. */
type Situation = readonly [what: string, there: There, expected: string];

const on = (there: Partial<There> & Pick<There, 'farm'>, ...sectors: readonly string[]): There => ({
  ...there,
  holds: { ...there.holds, 'worker-1': sectors },
});

const TASKS: readonly Situation[] = [
  ['nothing there', { farm: OPEN }, 'off AP PC1 PC2 C2; done'],
  ['nothing there, all off', { farm: OPEN, tasks: { 'worker-1': [] } }, 'done'],
  ['all tasks are back after a crash', on({ farm: SELF }, '7 PreCommit2'), 'off AP PC1 C2; 7 own-task PC2; working'],
  ['PC2 was switched off by hand', on({ farm: SELF, tasks: { 'worker-1': [] } }, '7 PreCommit2'), 'on PC2; 7 own-task PC2; working'],
  ['tasks on that nobody declared', { farm: OPEN, tasks: { 'worker-1': ['UNS', 'GSK', 'DC'] } }, 'off DC UNS GSK; done'],
  ['PC1 only, the rest elsewhere', on({ farm: SPLIT }, '7 PreCommit2'), 'off AP PC1; 7 room-elsewhere PC2; working'],
  ['a machine of PC2 and C2, and of a sector that came to it', { farm: SPLIT, holds: { 'worker-2': ['7 WaitSeed'] } }, 'off PC2; 7 seed; working'],
  ['C2 only', { farm: farmOf([['C2'], { seal: false }], [ALL, {}]) }, 'off C2; done'],
  ['C2 only, at work', { farm: farmOf([['C2'], { seal: false }], [ALL, {}]), jobs: { 'worker-1': ['C2 9'] } }, 'off C2; job C2 9; working'],
  ['the last with C2, and a sector that needs it', on({ farm: farmOf([ALL, {}], [['PC1', 'PC2'], {}]) }, '7 WaitSeed'), 'off AP PC1 PC2; 7 seed; working'],
  ['nobody has C2 yet, which comes after PC2', on({ farm: farmOf([['AP', 'PC1', 'PC2'], {}], [['PC1'], {}]) }, '7 PreCommit2'), 'off AP PC1; 7 own-task PC2; working'],
  ['nobody has C2', on({ farm: farmOf([['AP', 'PC1'], {}], [['PC2'], {}]) }, '7 WaitSeed'), 'off AP PC1; 7 stranded C2; never'],
]; // prettier-ignore

const GROUPS: readonly Situation[] = [
  ["the guide's worker-1, of a group of its own", on({ farm: GUIDE }, '7 PreCommit2'), 'off AP PC1 C2; 7 own-task PC2; working'],
  ['no groups: anybody goes on', on({ farm: OPEN }, '7 PreCommit2'), 'off AP PC1 PC2 C2; 7 room-elsewhere PC2; working'],
  ['groups of which it is the only one, and it does PC2', on({ farm: LONELY }, '7 PreCommit2'), 'off AP PC1; 7 own-task PC2; working'],
  ['groups of which it is the only one, without PC2', on({ farm: STUCK }, '7 PreCommit2'), 'off AP PC1; 7 stranded PC2; allow group-2; never'],
  ['one of two is stranded', on({ farm: STUCK }, '7 PreCommit2', '8 WaitSeed'), 'off AP PC1; 7 stranded PC2; 8 seed; allow group-2; never'],
  ['nobody has PC2 at all', on({ farm: farmOf([['AP', 'PC1'], ONE], [['C2'], TWO]) }, '7 PreCommit2'), 'off AP PC1; 7 stranded PC2; never'],
  ['whoever has PC2 has no group', on({ farm: farmOf([['PC1'], ONE], [['PC2'], {}]) }, '7 PreCommit2'), 'off PC1; 7 stranded PC2; never'],
  ['whoever has PC2 has no sealing path', on({ farm: farmOf([['PC1'], ONE], [['PC2'], { ...TWO, seal: false }]) }, '7 PreCommit2'), 'off PC1; 7 stranded PC2; never'],
  ['whoever has PC2 has no sealing path', on({ farm: farmOf([['PC1'], ONE], [['PC2'], { ...ONE, seal: false }]) }, '7 PreCommit2'), 'off PC1; 7 stranded PC2; never'],
  ['whoever has PC2 is drained, too', on({ farm: farmOf([['PC1'], ONE], [['PC2'], ONE]), drained: ['worker-2'] }, '7 PreCommit2'), 'off PC1; 7 stranded PC2; never'],
  ['the group of most workers with PC2 is proposed', on({ farm: farmOf([['PC1'], ONE], [['PC2'], TWO], [['PC2'], { groups: ['group-3'] }], [['PC2'], { groups: ['group-3'] }]) }, '7 PreCommit2'), 'off PC1; 7 stranded PC2; allow group-3; never'],
  ['of two as good, the first is proposed', on({ farm: farmOf([['PC1'], ONE], [['PC2'], { groups: ['group-9', 'group-2'] }]) }, '7 PreCommit2'), 'off PC1; 7 stranded PC2; allow group-2; never'],
  ['an unsealed copy elsewhere opens nothing', { ...on({ farm: farmOf([['PC1'], ONE], [['PC2', 'C2'], {}]) }, '7 PreCommit2'), holds: { 'worker-1': ['7 PreCommit2'], 'worker-2': ['7 PreCommit2 unsealed'] } }, 'off PC1; 7 stranded PC2; never'],
  ['another has a part of it, whose path allows no group of its own', { farm: farmOf([['PC1'], ONE], [['PC2'], { allowTo: ['group-9'] }]), holds: { 'worker-1': ['7 PreCommit2'], 'worker-2': ['7 PreCommit2 cache'] } }, 'off PC1; 7 room-elsewhere PC2; working'],
  ['another has a part of it, whose path is open to all', { farm: farmOf([['PC1'], ONE], [['PC1'], {}], [['PC2'], {}]), holds: { 'worker-1': ['7 PreCommit2'], 'worker-2': ['7 PreCommit2 sealed'] } }, 'off PC1; 7 room-elsewhere PC2; working'],
  ['PC2 runs for it elsewhere all the same', on({ farm: STUCK, jobs: { 'worker-2': ['PC2 7'] } }, '7 PreCommit2'), 'off AP PC1; reader PC2 7; 7 job-elsewhere PC2; working'],
  ['groups do not matter to PC1', on({ farm: SELF }, '7 GetTicket unsealed'), 'off AP PC1 PC2 C2; 7 chain; working'],
  ['nobody else has PC1', on({ farm: LONELY }, '7 GetTicket unsealed'), 'off AP PC1 PC2 C2; 7 stranded PC1; never'],
  ['groups do not matter to C2', on({ farm: SELF }, '7 WaitSeed'), 'off AP PC1 PC2 C2; 7 seed; working'],
  ['two drained at once do not wait for each other', on({ farm: PAIR, drained: ['worker-2'] }, '7 PreCommit2'), 'off AP PC1; 7 own-task PC2; working'],
]; // prettier-ignore

const PATHS: readonly Situation[] = [
  ['its path is shared with a live worker', on({ farm: SELF, change: shared }, '7 PreCommit2', '8 WaitSeed'), 'off AP PC1 PC2 C2; done'],
  ['its path is shared with one that is drained, too: nobody would serve it in the end', on({ farm: SELF, change: shared, drained: ['worker-2'] }, '8 WaitSeed'), 'off AP PC1 PC2; 8 seed; working'],
  ['its path was shared with a worker that is away', on({ farm: SELF, change: (seen) => away('worker-2')(shared(seen)) }, '7 PreCommit2'), 'off AP PC1; 7 own-task PC2; working'],
  ['a shared path, and its own job', on({ farm: SELF, change: shared, jobs: { 'worker-1': ['PC1 7'] } }, '7 PreCommit1'), 'off AP PC1 PC2 C2; job PC1 7; working'],
  ['a neighbour on the same host takes over', on({ farm: PAIR }, '7 PreCommit2'), 'off AP PC1 PC2 C2; 7 room-elsewhere PC2; working'],
  ['the neighbour has its own sectors', { farm: PAIR, holds: { 'worker-2': ['7 PreCommit2'] }, jobs: { 'worker-2': ['PC2 7'] } }, 'off AP PC1 PC2 C2; done'],
  ['long-term storage on its path', on({ farm: STORING }, '7 Proving'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['a sector that will end on its path', on({ farm: STORING }, '7 WaitSeed'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['only the cache of a sector is where it might end', on({ farm: STORING }, '7 WaitSeed cache'), 'off AP PC1 PC2 C2; 7 seed; working'],
  ['a sector that PC2 takes away before', on({ farm: STORING }, '7 PreCommit2'), 'off AP PC1 PC2 C2; 7 room-elsewhere PC2; working'],
  ['no path for long-term storage anywhere', on({ farm: OPEN, noStore: true }, '7 FinalizeSector'), 'off AP PC1 PC2 C2; 7 stranded GET; never'],
  ['its own one is the only one', on({ farm: STORING, noStore: true }, '7 FinalizeSector'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['only the unsealed copy is here, the rest elsewhere', on({ farm: LONELY }, '7 PreCommit2 unsealed'), 'off AP PC1 PC2 C2; 7 others PC2; working'],
  ['only the unsealed copy is here, and it is finalized', on({ farm: OPEN }, '7 FinalizeSector unsealed'), 'off AP PC1 PC2 C2; 7 others FIN; working'],
]; // prettier-ignore

const JOBS: readonly Situation[] = [
  ['PC1 runs', { farm: OPEN, jobs: { 'worker-1': ['PC1 7'] } }, 'off AP PC1 PC2 C2; job PC1 7; working'],
  ['PC1 is assigned', { farm: OPEN, jobs: { 'worker-1': ['PC1 7 assigned'] } }, 'off AP PC1 PC2 C2; job PC1 7; working'],
  ['PC2 is prepared', { farm: OPEN, jobs: { 'worker-1': ['PC2 7 prepared'] } }, 'off AP PC1 PC2 C2; job PC2 7; working'],
  ['C1 runs', on({ farm: OPEN, jobs: { 'worker-1': ['C1 7'] } }, '7 Committing'), 'off AP PC1 PC2 C2; job C1 7; 7 job-here C1; working'],
  ['C1 waits to be given out', on({ farm: OPEN, locks: ['7 reads sealed cache'] }, '7 Committing'), 'off AP PC1 PC2 C2; lock 7; 7 own-task C1; working'],
  ['C2 waits for room', on({ farm: OPEN }, '7 Committing'), 'off AP PC1 PC2 C2; 7 room-elsewhere C2; working'],
  ['C2 runs elsewhere', on({ farm: OPEN, jobs: { 'worker-2': ['C2 7'] } }, '7 Committing'), 'off AP PC1 PC2 C2; 7 job-elsewhere C2; working'],
  ['C2 runs with the last one that has it, which is drained, too', on({ farm: farmOf([['PC1'], {}], [['C2'], {}]), drained: ['worker-2'], jobs: { 'worker-2': ['C2 7'] } }, '7 Committing'), 'off PC1; 7 job-elsewhere C2; working'],
  ['FIN runs', on({ farm: OPEN, jobs: { 'worker-1': ['FIN 7'] } }, '7 FinalizeSector'), 'off AP PC1 PC2 C2; job FIN 7; 7 job-here FIN; working'],
  ['GET takes it away', on({ farm: OPEN, jobs: { 'worker-2': ['GET 7'] } }, '7 FinalizeSector'), 'off AP PC1 PC2 C2; reader GET 7; 7 job-elsewhere GET; working'],
  ['a job of another sector elsewhere', { farm: OPEN, jobs: { 'worker-2': ['PC2 9'] } }, 'off AP PC1 PC2 C2; done'],
  ['the miner waits for the return of a job of its name', { farm: OPEN, left: ['PC1 7 -1 worker-1'] }, 'off AP PC1 PC2 C2; awaited PC1 7; working'],
  ['the miner waits for the return of a job of another', { farm: OPEN, left: ['PC1 7 -1 worker-2'] }, 'off AP PC1 PC2 C2; done'],
  ['leftovers: returned, and done', { farm: OPEN, left: ['PC1 7 -2 worker-1', 'PC2 8 -3 worker-1'] }, 'off AP PC1 PC2 C2; done'],
  ['a job under its session, which the miner has dropped', { farm: OPEN, jobs: { 'worker-1': ['PC1 7'] }, change: (seen) => changeMiner(seen, { workers: new Map() }) }, 'off AP PC1 PC2 C2; unregistered; job PC1 7; working'],
  ['a lock with no job: PC2 waits to be given out', on({ farm: OPEN, locks: ['7 writes sealed cache'] }, '7 PreCommit2'), 'off AP PC1 PC2 C2; lock 7; 7 room-elsewhere PC2; working'],
  ['a lock on a sector that is not here', { farm: OPEN, locks: ['9 reads sealed'] }, 'off AP PC1 PC2 C2; done'],
  ['who reads it has it locked', on({ farm: OPEN, jobs: { 'worker-2': ['PC2 7'] }, locks: ['7 reads sealed cache'] }, '7 PreCommit2'), 'off AP PC1 PC2 C2; reader PC2 7; 7 job-elsewhere PC2; working'],
  ['a finished sector with a job here', on({ farm: OPEN, jobs: { 'worker-1': ['FIN 7'] } }, '7 Proving'), 'off AP PC1 PC2 C2; job FIN 7; 7 job-here FIN; working'],
  ['a finished sector that is taken away', on({ farm: OPEN, jobs: { 'worker-2': ['GET 7'] } }, '7 Proving'), 'off AP PC1 PC2 C2; reader GET 7; 7 job-elsewhere GET; working'],
  ['a sector that Lotus has given up, and somebody still reads', on({ farm: OPEN, locks: ['7 reads sealed'] }, '7 FailedUnrecoverable'), 'off AP PC1 PC2 C2; lock 7; 7 release; working'],
  ['a finished sector that somebody reads', on({ farm: OPEN, locks: ['7 reads sealed'] }, '7 Proving'), 'off AP PC1 PC2 C2; lock 7; 7 release; working'],
]; // prettier-ignore

const STATES: readonly Situation[] = [
  ['a sector takes deals here, and AddPiece is off', on({ farm: OPEN }, '7 WaitDeals unsealed'), 'off AP PC1 PC2 C2; 7 stranded AP; never'],
  ['a sector takes deals elsewhere', on({ farm: OPEN }, '7 WaitDeals cache'), 'off AP PC1 PC2 C2; 7 deals; working'],
  ['a sector comes from another miner', on({ farm: OPEN }, '7 ReceiveSector unsealed'), 'off AP PC1 PC2 C2; 7 chain; working'],
  ['more pieces must come to where the first are', on({ farm: OPEN, locks: ['7 writes unsealed'] }, '7 AddPiece unsealed'), 'off AP PC1 PC2 C2; lock 7; 7 stranded AP; never'],
  ['a piece is being added', on({ farm: OPEN, jobs: { 'worker-1': ['AP 7'] }, locks: ['7 writes unsealed'] }, '7 AddPiece unsealed'), 'off AP PC1 PC2 C2; job AP 7; 7 job-here AP; working'],
  ['PC1 was aborted, what it left lies here', on({ farm: SELF }, '7 SealPreCommit1Failed'), 'off AP PC1 PC2 C2; 7 room-elsewhere PC1; working'],
  ['PC1 was aborted, nobody else can begin anew', on({ farm: LONELY }, '7 SealPreCommit1Failed'), 'off AP PC1 PC2 C2; 7 stranded PC1; never'],
  ['PC2 was aborted', on({ farm: SELF }, '7 SealPreCommit2Failed'), 'off AP PC1 C2; 7 own-task PC2; working'],
  ['its precommit message is on its way', on({ farm: OPEN }, '7 PreCommitWait'), 'off AP PC1 PC2 C2; 7 chain; working'],
  ['the message has failed', on({ farm: OPEN }, '7 PreCommitFailed'), 'off AP PC1 PC2 C2; 7 chain; working'],
  ['the proof has failed', on({ farm: OPEN }, '7 ComputeProofFailed'), 'off AP PC1 PC2 C2; 7 room-elsewhere C2; working'],
  ['C2 is behind it', on({ farm: LONELY }, '7 CommitAggregateWait'), 'off AP PC1 PC2 C2; 7 chain; working'],
  ['FIN has failed and comes again', on({ farm: OPEN }, '7 FinalizeFailed'), 'off AP PC1 PC2 C2; 7 own-task FIN; working'],
  ['Lotus has given it up', on({ farm: OPEN }, '7 FailedUnrecoverable'), 'off AP PC1 PC2 C2; 7 failed; never'],
  ['it is being removed', on({ farm: OPEN }, '7 Removing'), 'off AP PC1 PC2 C2; 7 removal; working'],
  ['its removal has failed and comes again', on({ farm: OPEN }, '7 RemoveFailed'), 'off AP PC1 PC2 C2; 7 removal; working'],
  ['it is removed, and files of it are left', on({ farm: OPEN }, '7 Removed'), 'off AP PC1 PC2 C2; done'],
  ['it is being terminated', on({ farm: STORING }, '7 TerminateWait'), 'off AP PC1 PC2 C2; 7 chain; working'],
  ['it is faulty', on({ farm: STORING }, '7 Faulty'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['finished, but still here', on({ farm: OPEN }, '7 Proving'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['a move has not removed it', on({ farm: OPEN, stored: ['7 Proving'] }, '7 Proving'), 'off AP PC1 PC2 C2; done'],
  ['a move has not removed it, and it is faulty', on({ farm: OPEN, stored: ['7 Proving'] }, '7 Faulty'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its move is not at its end', on({ farm: OPEN, stored: ['7 Proving'] }, '7 FinalizeSector'), 'off AP PC1 PC2 C2; 7 own-task FIN; working'],
  ['only a part of it was moved', on({ farm: OPEN, stored: ['7 Proving sealed'] }, '7 Proving'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its unsealed copy was not released', on({ farm: OPEN, stored: ['7 Proving'], unsealedIsLeftOver: true }, '7 Proving unsealed'), 'off AP PC1 PC2 C2; done'],
  ['neither was moved away nor its unsealed copy released', on({ farm: OPEN, stored: ['7 Proving'], unsealedIsLeftOver: true }, '7 Proving unsealed sealed cache'), 'off AP PC1 PC2 C2; done'],
  ['its unsealed copy may be one to keep', on({ farm: OPEN, stored: ['7 Proving'] }, '7 Proving unsealed'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its unsealed copy is all that can be reached', on({ farm: OPEN, stored: ['7 Proving'], unsealedIsLeftOver: true, change: unserved }, '7 Proving unsealed'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its sealed file lies here beside an unsealed copy', on({ farm: OPEN, stored: ['7 Proving cache'], unsealedIsLeftOver: true }, '7 Proving unsealed sealed'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its unsealed copy is not released yet', on({ farm: OPEN, stored: ['7 FinalizeSector'], unsealedIsLeftOver: true }, '7 FinalizeSector unsealed'), 'off AP PC1 PC2 C2; 7 others FIN; working'],
  ['its copy is in no long-term storage', on({ farm: OPEN, holds: { 'worker-2': ['7 Proving'] } }, '7 Proving'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its copy is in long-term storage of another worker', on({ farm: KEEPING, holds: { 'worker-2': ['7 Proving'] } }, '7 Proving'), 'off AP PC1 PC2 C2; done'],
  ['its copy is where nobody serves it now', on({ farm: OPEN, stored: ['7 Proving'], change: unserved }, '7 Proving'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its copy is on a host that cannot be seen', on({ farm: KEEPING, holds: { 'worker-2': ['7 Proving'] }, change: unseen('host-2') }, '7 Proving'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['its copy is with a worker that is not of the farm', on({ farm: KEEPING, holds: { 'worker-2': ['7 Proving'] }, change: strange('host-2') }, '7 Proving'), 'off AP PC1 PC2 C2; done'],
  ['its copy goes with a worker that is drained, too', on({ farm: KEEPING, holds: { 'worker-2': ['7 Proving'] }, drained: ['worker-2'] }, '7 Proving'), 'off AP PC1 PC2 C2; 7 stays; never'],
  ['a state that sealfarm does not know', on({ farm: LONELY }, '7 NewInLotus'), 'off AP PC1 PC2 C2; 7 unknown; working'],
  ['deals for a finished sector', on({ farm: SNAPPING }, '7 SnapDealsWaitDeals unsealed'), 'off RU PR2; 7 stranded AP; never'],
  ['an update to be made, elsewhere', on({ farm: SNAPPING }, '7 UpdateReplica'), 'off RU PR2; 7 room-elsewhere RU; working'],
  ['an update that nobody else can make', on({ farm: farmOf([SNAP, {}], [ALL, {}]) }, '7 UpdateReplica'), 'off RU PR2; 7 stranded RU; never'],
  ['an update to be proven, elsewhere', on({ farm: SNAPPING }, '7 ProveReplicaUpdate update update-cache'), 'off RU PR2; 7 room-elsewhere PR2; working'],
  ['an update that nobody else can prove', on({ farm: farmOf([SNAP, {}], [ALL, {}]) }, '7 ProveReplicaUpdate update update-cache'), 'off RU; 7 own-task PR2; working'],
  ['an update that nobody can prove', on({ farm: farmOf([['RU'], {}], [['RU'], {}]) }, '7 ProveReplicaUpdate update update-cache'), 'off RU; 7 stranded PR2; never'],
  ['an update is sent', on({ farm: SNAPPING }, '7 SubmitReplicaUpdate update'), 'off RU PR2; 7 chain; working'],
  ['an update has failed', on({ farm: SNAPPING }, '7 ReplicaUpdateFailed update'), 'off RU PR2; 7 chain; working'],
  ['an update goes to its long-term storage', on({ farm: SNAPPING }, '7 FinalizeReplicaUpdate update'), 'off RU PR2; 7 own-task FRU; working'],
  ['an update gets active', on({ farm: SNAPPING }, '7 UpdateActivating'), 'off RU PR2; 7 chain; working'],
  ['the old key goes', on({ farm: SNAPPING }, '7 ReleaseSectorKey'), 'off RU PR2; 7 removal; working'],
  ['an update is given up', on({ farm: SNAPPING }, '7 AbortUpgrade update'), 'off RU PR2; 7 removal; working'],
  ['the miner says nothing of it', on({ farm: LONELY }, '7 ?'), 'off AP PC1 PC2 C2; 7 unknown; working'],
  ['several, each at another stage', on({ farm: SELF }, '7 WaitSeed', '8 PreCommit2', '9 FinalizeSector'), 'off AP PC1 C2; 7 seed; 8 own-task PC2; 9 own-task FIN; working'],
]; // prettier-ignore

const AWAY: readonly Situation[] = [
  ['it does not run, and holds nothing', { farm: OPEN, change: away('worker-1') }, 'done'],
  ['it does not run, and holds a sector', on({ farm: OPEN, change: away('worker-1') }, '7 WaitSeed'), '7 away; never'],
  ['it does not run, and the sector is removed', on({ farm: OPEN, change: away('worker-1') }, '7 Removed'), 'done'],
  ['it does not run, and the miner waits for its return', { farm: OPEN, left: ['PC1 7 -1 worker-1'], change: away('worker-1') }, 'lost PC1 7; never'],
  ['it does not run, and the miner still counts a job of it', { farm: OPEN, jobs: { 'worker-1': ['PC1 7'] }, change: (seen) => changeWorker(changeMiner(seen, { workers: disabled(seen, 'worker-1') }), 'worker-1', stopped) }, 'lost PC1 7; never'],
  ['it does not answer, and the miner has lost sight of its job', { farm: OPEN, jobs: { 'worker-1': ['PC1 7'] }, change: (seen) => silent(changeMiner(seen, { workers: disabled(seen, 'worker-1') })) }, 'job PC1 7; working'],
  ['it runs and does not answer', { farm: OPEN, change: silent }, 'silent; working'],
  ['it answers, and a restarted miner has lost it', { farm: OPEN, change: (seen) => changeMiner(seen, { workers: new Map() }) }, 'off AP PC1 PC2 C2; unregistered; working'],
  ['it does not answer, and the miner does not know it', { farm: OPEN, change: (seen) => silent(changeMiner(seen, { workers: new Map() })) }, 'done'],
  ['somebody else started it, and it does not answer', { farm: OPEN, change: (seen) => silent(changeMiner(changeWorker(seen, 'worker-1', changeProcess((process) => ({ ...process, manager: 'foreign' }))), { workers: new Map() })) }, 'silent; working'],
  ['it does not answer, and holds a sector', on({ farm: STUCK, change: silent }, '7 PreCommit2'), 'silent; 7 own-task PC2; working'],
  ['it runs elsewhere', { farm: OPEN, change: (seen) => changeWorker(seen, 'worker-1', stopped) }, 'elsewhere; never'],
  ['the only one to take over is away', on({ farm: farmOf([['PC1'], ONE], [['PC2'], ONE]), change: away('worker-2') }, '7 PreCommit2'), 'off PC1; 7 stranded PC2; never'],
  ['the miner has forgotten its path', { farm: LONELY, change: forgotten }, 'off AP PC1 PC2 C2; 7 unknown; working'],
  ['a post worker at work', { farm: POSTS, jobs: { 'worker-1': ['WDP 0'] } }, 'job WDP 0; working'],
  ['a post worker between two deadlines', { farm: POSTS }, 'done'],
]; // prettier-ignore

describe.each<[about: string, rows: readonly Situation[]]>([
  ['task mixes', TASKS],
  ['groups', GROUPS],
  ['paths', PATHS],
  ['jobs and locks', JOBS],
  ['states of the pipeline', STATES],
  ['who is away', AWAY],
])('the drain of a worker, by %s', (_, rows) => {
  it.each(rows)('%s', (_what, there, expected) => {
    const worker = there.holds?.['worker-2'] !== undefined && there.farm === SPLIT ? 'worker-2' : 'worker-1';
    expect(look(there, 'empty', worker)).toBe(expected);
  });
});
