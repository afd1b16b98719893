import type { Codes } from '../code-facts.js';

/** SF640–SF649: taking workers out of the sealing pipeline. */
export const DRAINING_CODES = {
  SF640: {
    title: 'stopped with sectors on it',
    severity: 'warning',
    why:
      'The worker had no job left and was stopped, but sectors lie on paths that only it serves. C1 and finalizing run where the data is and nowhere else: these sectors wait until the worker is back. ' +
      'The public guide stops workers so (`--mode guide`), and so does `--on-deadline stop` once the deadline has passed.',
    remedy:
      'Give the worker its work back with `sealfarm resume`, and drain it until it is empty, which is what `sealfarm drain` does by itself.',
  },
  SF641: {
    title: 'last worker that takes a task',
    severity: 'error',
    why:
      'After the drain nobody would take this task, or the last worker for a kind of post would be gone: the pipeline stands still at that stage, and missing window posts cost collateral. ' +
      "Workers that are drained already are nobody's reserve.",
    remedy: 'Give another worker the task first. Where it is meant so, say `--allow-last`.',
  },
  SF642: {
    title: 'only way to PC2 for a storage group',
    severity: 'error',
    why: 'Storage paths of other workers let their sectors go to the groups of these workers alone for PC2. Without them such a sector is stuck after PC1: nobody else may fetch it, although other workers take PC2.',
    remedy:
      'Add the group of another worker with PC2 to the `allowTo` of those paths and apply, which needs no restart. Where it is meant so, say `--allow-last`.',
  },
  SF643: {
    title: 'no such storage group',
    severity: 'error',
    why: '`--resolve allow-to=GROUP` opens the paths of a drained worker to a group in the index of the miner. A group that nobody has would change nothing.',
    remedy:
      'Name a group that the file declares under `storageGroups`. The verdict of the drain says which one would free its sectors.',
  },
  SF644: {
    title: 'renamed and not applied yet',
    severity: 'error',
    why: 'The file gives the worker another name, and it still runs under the old one. A drain by the new name would find nothing running, and nothing to wait for, while it works on.',
    remedy:
      'Apply first: the worker gets its new name when it is quiet. Or take `renamedFrom` and the new name back, and drain it under the old one.',
  },
  SF645: {
    title: 'drain not begun',
    severity: 'note',
    why: 'With `--max-parallel` no more hosts are on their way out of work than that. One whose drain is not through, because nobody waits (`--detach`), its deadline has passed or it can never end, keeps its place.',
    remedy:
      'Run the same command again, and look at what holds up the others with `sealfarm drain --status`.',
  },
} satisfies Codes;
