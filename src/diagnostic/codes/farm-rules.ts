import type { Codes } from '../code-facts.js';

/** SF230–SF240: what does not fit together in the farm as a whole. */
export const FARM_RULE_CODES = {
  SF230: {
    title: 'undeclared storage group',
    severity: 'error',
    why:
      'To Lotus a misspelt group is one more group, and nothing complains. ' +
      'Where every path that holds a sector has an `AllowTo`, PC2 may be done only by a worker whose own paths hold the sector, or one with a sealing path in a group of that list. ' +
      'With a group that no path has, the sector waits between PC1 and PC2 for ever.',
    remedy: 'Correct the name, or declare the group under `storageGroups`.',
  },
  SF231: {
    title: 'worker name used twice',
    severity: 'error',
    why:
      'The miner shows workers by name, and jobs that wait to be returned (ret-wait) under nothing but the name. ' +
      'With two of one name nobody can tell whose job it is, so it would never be safe to stop either of them.',
    remedy:
      'Give each worker of the farm its own name. Below a range of hosts put the number into it, as in `pc1-{nn}`.',
  },
  SF232: {
    title: 'listen address used twice',
    severity: 'error',
    why:
      'The miner and the other workers know a worker by the URL it registers. ' +
      'On one machine the second worker finds the port taken and exits; on two machines sectors are asked for at the wrong one.',
    remedy: 'Give each worker its own address and port; several workers on one machine need several ports.',
  },
  SF233: {
    title: 'repo used twice on a host',
    severity: 'error',
    why: 'A worker locks its repo with `repo.lock`. The second one exits with "repo is already locked", and with status 0, so that a service manager sees no error.',
    remedy:
      'Give each worker its own `repo`, or leave the key out: the default has the name of the worker in it.',
  },
  SF234: {
    title: 'storage path used twice on a host',
    severity: 'error',
    why:
      'Both workers would read the same `sectorstore.json`, and the miner would merge them into one store with two URLs. ' +
      'A sector is then fetched at one URL and removed at the other, which are the same files: sealed sectors have been deleted that way.',
    remedy: 'Give the path to one worker. The others fetch from it over the network.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/7484',
      'https://github.com/filecoin-project/lotus/issues/7545',
    ],
  },
  SF235: {
    title: 'storage ID used twice',
    severity: 'error',
    why:
      'The ID in `sectorstore.json` is the identity of the data on a path. ' +
      'Two paths of one ID keep a worker from starting, and on two machines the miner merges them into one store with two URLs: sectors are then looked for where they are not.',
    remedy: 'Leave `id` out. The ID that a path has is kept, and a new path gets its own.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/9739'],
  },
  SF236: {
    title: 'storage path and repo in one another',
    severity: 'error',
    why:
      'Lotus takes every entry of the folders of a storage path (`sealed`, `cache` and so on) for a sector: one other name there, such as the file `api` of a repo, stops the start with "parse sector id". ' +
      'A repo within a storage path also fills up with it, and goes away with its disk. ' +
      'Only the repo itself as a storage path works, since Lotus makes one of it at a first start without `--no-local-storage`: that is a warning.',
    remedy:
      'Put them into folders of their own: the repo on a system disk, the storage path on its own mount.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/5797'],
  },
  SF237: {
    title: 'storage path neither seals nor stores',
    severity: 'warning',
    why: 'With both `CanSeal` and `CanStore` false Lotus puts no sector on the path: AP and PC1 need one that can seal, the last move of a finished sector one that can store.',
    remedy: 'Add `seal: true` or `store: true`, if sectors shall come here.',
  },
  SF238: {
    title: 'no workers',
    severity: 'warning',
    why: 'The farm has no hosts, or a host has no workers, so there is nothing that sealfarm would keep there. Workers that it keeps on the host are drained, stopped and removed by apply; those that others started are not touched.',
    remedy:
      'Declare the workers. A host that is to go is taken out of the file after that apply: without its entry nobody reaches it.',
  },
  SF239: {
    title: 'storage group without a path',
    severity: 'warning',
    why:
      'A path lets its sectors go only to the groups in its `allowTo`, and no path of the file belongs to this one. ' +
      'If it is the only group there, PC2 can be done by none but a worker whose own paths hold the sector; without such a worker the sector waits for ever.',
    remedy:
      'Add the group to the `groups` of the paths that shall receive the sectors, or take it out of `allowTo`.',
  },
  SF240: {
    title: 'one machine under two names',
    severity: 'error',
    why: 'Two hosts have the same address and SSH port, or both are this machine. They would share one manifest, one lock and one journal, and each apply would take the workers of the other for workers that the file has given up.',
    remedy:
      'Put all workers of a machine under one host. In a range such as `pc1-[01-24]` the address needs the number: `{n}`.',
  },
} as const satisfies Codes;
