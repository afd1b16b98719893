import type { Codes } from '../code-facts.js';

/** SF242–SF247, SF249 and SF275–SF299: where sectors can and cannot go. */
export const ROUTE_CODES = {
  SF242: {
    title: 'unknown variable',
    severity: 'warning',
    why: 'The name begins like the variables of Lotus, of the proofs or of their GPU code, and is none of them. Nobody complains of a variable that nobody reads: what it was meant to change stays as it is.',
    remedy:
      'Correct the name. If a newer version of the proofs knows the variable, let it be: it is passed on as it stands.',
  },
  SF244: {
    title: 'miner out of reach of its workers',
    severity: 'warning',
    why:
      'Every worker gets the address of the miner in `MINER_API_INFO`, and a loopback address means its own machine: of several machines at most one has the miner. ' +
      'The workers on the others do not fail: they log "Connecting to miner API…" once a second, for ever.',
    remedy:
      "Write the address under which all workers reach the miner. In the miner's config.toml `[API] ListenAddress` must allow it, and `RemoteListenAddress` must not be a loopback address either.",
    upstream: ['https://github.com/filecoin-project/lotus/issues/1465'],
  },
  SF245: {
    title: "miner's API on a public address",
    severity: 'warning',
    why:
      'The address is one that the internet carries. Whoever reaches the API and has one of its tokens can do there what the token allows, and every worker has the admin token; the calls go over plain HTTP, with the token in each. ' +
      'Scanners find such a port within hours. Only addresses of the file are looked at: what config.toml says beside it is not known here.',
    remedy:
      'Let the API listen on an address of the network of the farm. Where there is none, put a VPN between the machines, or let the firewall admit their addresses alone.',
  },
  SF247: {
    title: 'nobody makes the proofs',
    severity: 'error',
    why:
      'The miner is told not to make these proofs itself, and no worker of the file makes them. ' +
      'A WindowPoSt that is not sent is a fault of all sectors of its deadline, and a fee is paid for each; without WinningPoSt no block is won. The check goes by the file of the farm alone, not by a config.toml that says so without it.',
    remedy:
      'Give `windowpost` or `winningpost` to a worker of its own, best to two on different machines, or leave the key out.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/9854',
      'https://github.com/filecoin-project/lotus/issues/8608',
    ],
  },
  SF275: {
    title: 'PC1 output that no worker can take',
    severity: 'error',
    why:
      'PC2 is done by a worker whose paths hold the sector, or by one that may fetch it: onto a sealing path that takes sealed and cache files, and that is in a group of `allowTo`, where every path that holds the sector has such a list. ' +
      'Here no worker with `precommit2` is either, so a sector is stuck after hours of PC1, until its ticket expires.',
    remedy:
      'Add one of the groups to a sealing path of a worker that does `precommit2`, or allow a group that such a path has.',
  },
  SF276: {
    title: 'only one worker for the next task',
    severity: 'warning',
    why:
      'Sectors of other workers have one worker alone that can go on with them, because of the groups, or because there is no other with the task. ' +
      'While it is down, drained or broken they all wait, and a ticket that expires means PC1 again.',
    remedy: 'Give a second worker the task, best on another machine, and for PC2 the group.',
  },
  SF277: {
    title: 'sealing path outside of all groups',
    severity: 'warning',
    why:
      'The farm uses storage groups, but whatever lies on this path may be fetched by every worker with `precommit2`, since `groups` alone keep nothing back, only `allowTo` does. Lotus gives the task to the least used of them, even where the worker that did PC1 could go on. ' +
      'For a 32 GiB sector that are 448 GiB over the network.',
    remedy: 'Add `allowTo` with the groups that shall go on with the sectors of this worker.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/7453',
      'https://github.com/filecoin-project/lotus/issues/5213',
    ],
  },
  SF278: {
    title: 'sealing path of a post worker',
    severity: 'error',
    why:
      'A worker for WindowPoSt or WinningPoSt does no sealing task, not even C1, FIN and GET, which run only where the sector lies. ' +
      'Nothing new is sealed on such a path, and sectors that lie there from before are never finished.',
    remedy:
      'Give the path to a sealing worker on the same machine. A long-term path that the post worker shall read needs `store: true` alone.',
  },
  SF279: {
    title: 'no long-term storage among the workers',
    severity: 'note',
    why:
      'No sealing worker has a path with `store: true` and room for sealed and cache files, so finished sectors go to the long-term paths of the miner itself. ' +
      'If it has none either, FIN never ends, and the sectors stay on the sealing paths until these are full.',
    remedy:
      '`lotus-miner storage list` must show a path for storage; else declare one with `store: true` on a worker that the post can read from.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/9033'],
  },
  SF280: {
    title: 'finished sectors that must stay where they may not',
    severity: 'error',
    why:
      "With `DisallowRemoteFinalize` in the miner's config.toml a finished sector is given only to a worker that has it on a path that may itself keep it: one with `seal` and `store`. " +
      'That the worker has a long-term path beside its sealing path is not enough, though Lotus describes it so; it waits for ever, with the sector on the sealing path.',
    remedy:
      "Give the worker one path with `seal: true, store: true` in place of its sealing paths, or take `DisallowRemoteFinalize` out of the miner's config.toml and `disallowRemoteFinalize` out of the file.",
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/9033',
      'https://github.com/filecoin-project/lotus/issues/9946',
    ],
  },
  SF281: {
    title: 'task without a sealing path',
    severity: 'error',
    why:
      'AP, PC1 and RU are given only to a worker that has a path to write to: one with `seal: true`. ' +
      'This worker has none, so it never gets the task, and neither it nor the miner says why.',
    remedy: 'Give the worker a path with `seal: true`, or take the task from it.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/6216'],
  },
  SF282: {
    title: 'file types that no path takes',
    severity: 'error',
    why:
      '`allowTypes` and `denyTypes` leave no path of the worker for a file that its tasks write or fetch: AP the unsealed file, PC1 that one and sealed and cache, PC2 sealed and cache, RU update and update-cache. ' +
      'It never gets the task, or the fetch before it fails with "couldn\'t find a suitable path". ' +
      'A path whose lists leave nothing at all is of no use to anybody.',
    remedy: 'Allow the type on this path, or give the worker another sealing path that takes it.',
  },
  SF283: {
    title: 'weight of 0, which protects nothing',
    severity: 'warning',
    why:
      'Lotus documents a weight of 0 as read-only, and nothing in it looks at that: it only sorts the paths by room times weight. ' +
      'So the path is the last choice: as soon as no other one has room, and at once where there is no other, sectors are sealed or kept there.',
    remedy:
      'Take `seal` and `store` out of a path that shall be read only: what lies there is still found and read. A `maxStorage` below what is used keeps new files away, too. Where sectors may come last, a low weight such as 1 says so.',
  },
  SF284: {
    title: 'listen address that only its own machine reaches',
    severity: 'error',
    why:
      'A worker registers the address on which it listens, and the miner and the other workers go there for its sectors and to give it tasks. ' +
      'With a loopback address they come to themselves: "connection refused", and every fetch from this worker fails.',
    remedy:
      'Write the address under which the other machines reach this one: `listen: 10.0.0.11:3456`. Before you change it on a running worker, detach its paths: dead URLs stay in the index.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/6788',
      'https://github.com/filecoin-project/lotus/issues/4724',
      'https://github.com/filecoin-project/lotus/issues/2515',
    ],
  },
  SF285: {
    title: 'part of the pipeline that no worker does',
    severity: 'warning',
    why:
      'A sector goes through AP, PC1, PC2 and C2, and the workers of the farm do only some of them. ' +
      'The others are left to the miner, which does them unless its config.toml says `[Storage] AllowPreCommit2 = false` or the like; then sectors wait for ever. ' +
      'Where `miner.tasks` says what the miner does, this is known: a task that is missing there, too, is an error, and one that is there is fine. ' +
      'A miner that seals takes memory and GPU from its proofs.',
    remedy: 'Give the task to a worker, or see to it that the miner may and can do it.',
  },
  SF286: {
    title: 'half of a sector upgrade',
    severity: 'warning',
    why: 'To put deals into a sealed sector takes `replica-update`, which writes, and then `prove-replica-update2`, which proves. The workers do one of the two, and the other is left to the miner; if it does not do it either, upgrades stop half way.',
    remedy: 'Give both tasks to workers, or see to it that the miner does the other one.',
  },
  SF287: {
    title: 'only one machine for a post',
    severity: 'warning',
    why:
      'With `DisableBuiltinWindowPoSt` or `DisableBuiltinWinningPoSt` in the config.toml of the miner the proofs hang on the workers for them. ' +
      'While the only one, or the machine of all of them, is down or restarted no WindowPoSt is sent, and a missed deadline costs collateral; a missed WinningPoSt costs the block.',
    remedy:
      'Add a worker for it on another machine, and until then restart this one only outside of its deadlines.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/9854',
      'https://github.com/filecoin-project/lotus/issues/9372',
      'https://github.com/filecoin-project/lotus/issues/8608',
    ],
  },
  SF289: {
    title: 'every unsealed file is moved',
    severity: 'note',
    why: 'No worker does both AP and PC1, so the unsealed file of each sector, as large as the sector, goes from one worker to another before PC1. Groups change nothing: they do not steer AP and PC1.',
    remedy: 'Give `addpiece` to the workers that do `precommit1`, if their network is short of room.',
  },
  SF290: {
    title: 'limit on a very large path',
    severity: 'warning',
    why: 'To know what is used of `maxStorage` Lotus walks through all files of the path. On long-term storage, above all on a network file system, that takes minutes and slows down everything that reads there, proofs too.',
    remedy: 'Take `maxStorage` out and leave the path a file system of its own.',
  },
  SF291: {
    title: 'one long-term path on several machines',
    severity: 'warning',
    why:
      'If the path is one file system that several machines mount, each worker declares all its sectors, and under two IDs Lotus takes one file for two copies: when it removes the copy that is too much, the data is gone. ' +
      'Under one ID every worker still declares every sector.',
    remedy:
      'Give a shared file system to one worker alone; the others reach it over the network. Where these are disks of their own, give them paths of their own, or write the `id` of each.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/6121',
      'https://github.com/filecoin-project/lotus/issues/7545',
      'https://github.com/filecoin-project/lotus/issues/7484',
      'https://github.com/filecoin-project/lotus/issues/10454',
    ],
  },
  SF292: {
    title: 'worker with nothing to do',
    severity: 'note',
    why: 'The worker has neither tasks nor storage: it would run, register and wait. Tasks that are not written under the worker come from its profile or from `defaults.worker`.',
    remedy: 'Give it `tasks`, `storage` or a `profile`, or take it out.',
  },
  SF293: {
    title: 'PC2 without a path to fetch to',
    severity: 'warning',
    why: 'The worker does not do PC1, so everything it does PC2 on must be fetched, onto a path with `seal: true`. It has none and never gets the task, and its GPU stands idle.',
    remedy: 'Give the worker a path with `seal: true`, or take `precommit2` from it.',
  },
  SF294: {
    title: 'storage group that nobody uses',
    severity: 'warning',
    why: 'No storage path is in the group, and none lets its sectors go there. A group that is declared is usually meant for something: a path that should be in it is perhaps in another one.',
    remedy: 'Write it under `groups` or `allowTo` of a path, or take it out.',
  },
} as const satisfies Codes;
