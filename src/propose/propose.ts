import type { WrittenFarm, WrittenHost } from '../config/written.gen.js';
import type { Hardware } from '../farm/farm.js';
import { HOST_ORDER, hostName, oncePerMachine } from '../import/import-farm.js';
import type { ImportedHost } from '../import/imported.js';
import { giversFor, isOneMachine, oncePerAddress, workerAddress } from './addresses.js';
import { sectorInPc1, type Place } from './disks.js';
import { groupsOf, type Groups } from './groups.js';
import { notesOn, type Notes } from './host-notes.js';
import { machineOf, type Machine } from './machine.js';
import { missingTasks } from './missing-tasks.js';
import type { Answers, Proposal, SeenHost, UnseenHost } from './proposal.js';
import { isBesideMiner, isMinersHost, proposeMiner, unnamedMiner } from './propose-miner.js';
import { rolesOf, type Role } from './roles.js';
import { noAddress, unreached, workersThere } from './without-workers.js';
import { workersOf } from './workers.js';

/**
 * A farm for hosts that have no workers yet: who does what, how much of it at once, and where sectors lie, by what the
 * machines have and by Lotus's own rules. What the file says is valid, whatever the machines have.
 */
export function propose(
  seen: readonly SeenHost[],
  unseen: readonly UnseenHost[],
  answers: Answers,
): Proposal {
  const once = oncePerAddress(seen, unseen);
  const { machines: hosts, diagnostics: twice } = oncePerMachine(once.seen);
  const names = new Set<string>();
  const named = hosts.map((host) => ({
    host,
    name: hostName(host.address, host.found.machine.hostname, names),
  }));
  const lost = once.unseen.map((host) => unreached(hostName(host.address, undefined, names), host));
  const loopback = isOneMachine([...seen, ...unseen], answers.miner);
  const able = named.filter(
    ({ host }) => host.found.workers.length === 0 && workerAddress(host, loopback) !== undefined,
  );
  const busy = named.filter(({ host }) => host.found.workers.length > 0).map(workersThere);
  const mute = named
    .filter(({ host }) => host.found.workers.length === 0 && workerAddress(host, loopback) === undefined)
    .map(noAddress);
  const machines = able.map(({ host, name }) =>
    machineOf(name, host, answers.sectorSize, isBesideMiner(answers.miner, name, host)),
  );
  const { roles, onGpus, balance } = rolesOf(machines);
  const groups = groupsOf(roles);
  const stores = storesOf(roles);
  const givers = giversFor(loopback);
  const made = roles.map((role) => {
    const store = stores.get(role) ?? [];
    const workers = workersOf(role, { groups, onGpus }, store, givers(role.machine));
    const miner = unnamedMiner(answers.miner, role.machine.name, role.machine.seen);
    return { role, workers, notes: notesOn(role, store.length > 0, miner) };
  });
  const written = [
    ...made.map(({ role, workers, notes }) => ({
      ...hostOf(role.machine),
      workers,
      comments: notes.comments,
      notes,
    })),
    ...[...busy, ...mute, ...lost],
  ].toSorted((a, b) => HOST_ORDER.compare(a.name, b.name));
  const minersHost = named.find(({ name, host }) => isMinersHost(answers.miner, name, host))?.name;
  const done = new Set(
    made.flatMap(({ workers }) => workers.flatMap((worker) => worker.written.tasks ?? [])),
  );
  const miner = proposeMiner(answers.miner, minersHost, done, loopback);
  const workers = made.reduce((sum, one) => sum + one.workers.length, 0);
  const missing = missingTasks(answers, done, workers > 0);
  return {
    farm: farmOf(answers, miner.written, groups, written),
    comments: {
      hosts: new Map(written.map(({ name, comments }) => [name, comments])),
      workers: new Map(
        written.map((host) => [
          host.name,
          new Map(host.workers.map(({ name, comments }) => [name, comments])),
        ]),
      ),
      parts: new Map([
        ['miner', miner.comments],
        ['hosts', [...missing.comments, ...(balance === undefined ? [] : [BALANCE[balance]])]],
      ]),
    },
    diagnostics: [
      ...once.diagnostics,
      ...twice,
      ...written.flatMap(({ notes }) => notes.diagnostics),
      ...missing.diagnostics,
      ...miner.diagnostics,
    ],
    hardware: new Map(named.map(({ name, host }) => [name, hardwareOf(host)])),
    workers,
  };
}

const BALANCE = {
  'gpus-are-busy':
    'machines with GPUs do no PC1: the others make as many sectors as the GPUs keep up with (4 h of PC1, 55 min of PC2 and C2)',
  'gpus-have-time':
    'machines with GPUs do PC1, too: the others alone make fewer sectors than the GPUs keep up with (4 h of PC1, 55 min of PC2 and C2)',
} as const;

/** A host of the file, with what is said of it. */
export interface WrittenOne extends ImportedHost {
  readonly notes: Notes;
}

function hostOf({ name, seen: { address, ssh, found } }: Machine): Pick<WrittenOne, 'name' | 'written'> {
  return {
    name,
    written: {
      address,
      ...(Object.keys(ssh).length === 0 ? {} : { ssh }),
      ...(found.machine.serviceManager === 'systemd' ? {} : { serviceManager: 'process' as const }),
    },
  };
}

/** So often the room that sealing takes there is enough to keep finished sectors beside it. */
const MANY_TIMES = 10;

/**
 * What each machine keeps of finished sectors. The miner's own disks are the miner's; where no machine has any, those with
 * room many times over keep them beside the sectors that they seal.
 */
function storesOf(roles: readonly Role[]): ReadonlyMap<Role, readonly Place[]> {
  const free = roles.filter(({ machine }) => !machine.besideMiner);
  const apart = free.map((role) => [role, storeOf(role)] as const).filter(([, places]) => places.length > 0);
  if (apart.length > 0) return new Map(apart);
  return new Map(
    free.flatMap((role): [Role, readonly Place[]][] => {
      const [roomiest] = role.caches.seal.toSorted((a, b) => b.free - a.free);
      const sectors = (role.pc1?.count ?? 0) + 2;
      const large =
        roomiest !== undefined && roomiest.free >= MANY_TIMES * sectors * sectorInPc1(role.machine.size);
      // As the disks have it: what tells the place is the mount.
      const place = role.machine.disks.seal.find(({ mount }) => mount === roomiest?.mount);
      return large && place !== undefined ? [[role, [place]]] : [];
    }),
  );
}

/** Where nothing is sealed, what could be sealed on is free for it; a fast disk only where the machine has no task at all. */
function storeOf({ machine: { disks, besideMiner }, pc1, pc2, c2 }: Role): readonly Place[] {
  if (besideMiner || pc1 !== undefined || pc2) return disks.store;
  const unused = disks.seal.filter(({ mount, kind }) => mount !== '/' && (kind !== 'fast' || !c2));
  return [...unused, ...disks.store];
}

function farmOf(
  { name, sectorSize }: Answers,
  miner: WrittenFarm['miner'],
  { declared }: Groups,
  hosts: readonly WrittenOne[],
): WrittenFarm {
  const groups = [...declared].map(
    ([group, description]) => [group, description === '' ? {} : { description }] as const,
  );
  return {
    version: 1,
    farm: name,
    sectorSize,
    miner,
    ...(groups.length === 0 ? {} : { storageGroups: Object.fromEntries(groups) }),
    hosts: Object.fromEntries(hosts.map((host) => [host.name, withWorkers(host)])),
  };
}

function withWorkers({ written, workers }: WrittenOne): WrittenHost {
  if (workers.length === 0) return written;
  return { ...written, workers: Object.fromEntries(workers.map((worker) => [worker.name, worker.written])) };
}

/** All of the machine, whatever workers may have of it. */
function hardwareOf({ facts }: SeenHost): Hardware {
  const sizes = facts.mounts.flatMap(({ mount, size }): [string, number][] =>
    size === undefined ? [] : [[mount, size]],
  );
  return { ...facts.hardware, disk: new Map(sizes) };
}
