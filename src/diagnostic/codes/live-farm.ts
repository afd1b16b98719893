import type { Codes } from '../code-facts.js';

const ISSUES = 'https://github.com/filecoin-project/lotus/issues';

/** SF525, SF531–SF532, SF537–SF543, SF547, SF549: what a look at the running farm shows of the miner, its index and shared storage. */
export const LIVE_FARM_CODES = {
  SF525: {
    title: 'somebody else takes sealing tasks',
    severity: 'warning',
    why:
      'A worker that the file does not name is registered with the miner and takes tasks. ' +
      'Often it is lotus-miner itself, which seals by default: all `Allow…` keys of `[Storage]` in its `config.toml` are true. ' +
      'On a machine that it shares with workers both count the whole memory and all CPUs, and a PC1 there can slow a WindowPoSt down until it is late.',
    remedy:
      'If it is the miner, set those keys to false; that needs its restart, so keep clear of an open deadline. Otherwise declare the worker.',
  },
  SF547: {
    title: 'task that never fits beside what else uses the memory',
    severity: 'error',
    why:
      'When a worker registers it says how much of its RAM and swap is in use, and Lotus takes that off what tasks may take, for as long as the worker runs. ' +
      'This task fits the machine, but not what was left of it then, so Lotus never gives it to the worker, and neither says why. ' +
      'That is so above all with C2 on a machine that has just about the 182 GiB which it wants for 32 GiB sectors.',
    remedy:
      'End what else uses the memory, or add swap, and restart the worker when it is quiet; `lotus-worker info` shows what it says then.',
  },
  SF531: {
    title: 'one folder attached twice',
    severity: 'error',
    why:
      'Two workers, or a worker and the miner, have one folder attached, usually over NFS. ' +
      'When a sector has been fetched, Lotus removes it where it came from; here that is the very copy it has just made. ' +
      'Finished sectors were lost that way, and penalties paid.',
    remedy:
      'Detach the folder everywhere but in one place, best on the machine whose disks it is; do so before the next sector is finalized.',
    upstream: [`${ISSUES}/6121`, `${ISSUES}/7545`, `${ISSUES}/7484`],
  },
  SF532: {
    title: 'network file system on several workers',
    severity: 'warning',
    why:
      'Several workers have storage paths on one network file system. ' +
      'Where it is the same path, each of them declares every sector of it to the miner again whenever it connects; where the paths differ, each counts the whole free room as its own, and together they overfill it. ' +
      'All sealing traffic goes through one server.',
    remedy:
      'Attach it on one worker, on the machine whose disks it is, and let the others hand their sectors over by Lotus.',
    upstream: [`${ISSUES}/10454`],
  },
  SF537: {
    title: 'stale URL in the index',
    severity: 'warning',
    why:
      'The index of the miner has an address for a path of the file, besides the right one or in its place, where neither a worker of the file nor the miner listens. ' +
      'When a worker comes back under another address, its paths get the new URL, and the old one stays until the miner restarts: a detach takes away only the URL that the worker has now. ' +
      'Fetching from there fails or waits for a timeout, and if another worker takes over the address, it is asked for sectors it never had.',
    remedy:
      'The entry goes with the next restart of the miner, which pauses proving: do not restart it for this alone. Before you change `listen` the next time, let the paths be detached first.',
    upstream: [`${ISSUES}/2812`, `${ISSUES}/7570`],
  },
  SF538: {
    title: 'loopback address in the index',
    severity: 'error',
    why:
      'A storage path is registered under an address such as 127.0.0.1, which on every other machine means that machine itself. ' +
      'Who wants to fetch a sector from it gets "connection refused", or asks the wrong worker. ' +
      'The miner and each worker announce what they are told to listen on; the miner by `[API] RemoteListenAddress`.',
    remedy:
      'Set `listen` of the worker, or `RemoteListenAddress` of the miner, to the address under which others reach it.',
    upstream: [`${ISSUES}/6788`, `${ISSUES}/4724`, `${ISSUES}/2515`, `${ISSUES}/1465`],
  },
  SF539: {
    title: 'worker registered but disabled',
    severity: 'warning',
    why:
      'The miner knows the worker and does not hand it tasks, because it does not answer or was disabled by hand. ' +
      'Its storage is not chosen any more and is hidden from the others: C1 and FIN of the sectors on it wait for as long.',
    remedy:
      'Look whether the worker runs and the miner reaches its `listen` address. If somebody disabled it, restart it when it is quiet.',
    upstream: [`${ISSUES}/7866`],
  },
  SF540: {
    title: 'no long-term storage',
    severity: 'error',
    why:
      'No path in the index of the miner has `CanStore`, neither of the miner nor of a worker. ' +
      'A sector that is sealed cannot leave its sealing path then: FIN never ends, and the disks of the workers fill up until no PC1 finds room.',
    remedy:
      'Attach long-term storage to the miner with `lotus-miner storage attach --init --store PATH`, or declare a path with `store: true` and apply.',
  },
  SF542: {
    title: 'result not given back for long',
    severity: 'warning',
    why:
      'For over 24 hours the miner has listed a job as ret-wait, under no live worker: it waits for the result of a process that it does not know any more. ' +
      'After a restart of the miner a busy worker comes back when its own tasks have ended; one that was killed never does. ' +
      'The sector stays where it is in the pipeline, and its ticket may expire.',
    remedy:
      'Look whether the worker still works at it. If not, see what the sector does with `lotus-miner sectors status --log`; the entry itself goes with a restart of the miner.',
    upstream: [`${ISSUES}/5014`, `${ISSUES}/5064`, `${ISSUES}/4679`],
  },
  SF543: {
    title: 'sealing path of nobody in the file',
    severity: 'warning',
    why:
      'The index of the miner has paths that may seal, at an address where neither a worker of the file nor the miner listens. ' +
      'AddPiece and PC1 go to any path that may seal, groups or not, so sectors can end up on a machine that nobody keeps here; or the worker is gone and its entry has stayed.',
    remedy:
      'Declare the worker if it belongs to the farm. If it is gone for good, its paths leave the index with a restart of the miner.',
  },
  SF549: {
    title: 'long-term storage is full',
    severity: 'warning',
    why:
      'No path with `CanStore` that answers the miner has the room that Lotus asks for to keep one more sector: once the sector size for the sealed file and a tenth of it for the cache. ' +
      'No sector is lost by it: they wait in FinalizeSector on their sealing paths, and when these are full no PC1 starts any more.',
    remedy:
      'Attach another path with `store: true` (on a worker of the file, or to the miner with `lotus-miner storage attach --init --store PATH`), raise `maxStorage` where that is what ends the room, or move sectors away. The sectors that wait go on by themselves.',
    upstream: [`${ISSUES}/1550`],
  },
} as const satisfies Codes;
