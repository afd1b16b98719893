import type { Codes } from '../code-facts.js';

/** SF215–SF224: tasks, limits and variables of a worker. */
export const WORKER_CODES = {
  SF215: {
    title: 'unknown task',
    severity: 'error',
    why: 'This is neither the name of a task (`precommit1`) nor its short code (`PC1`). Lotus ignores variables it does not know without a word: the limit would not exist, the task would not be on.',
    remedy:
      'Correct the word; the names are those of the flags of `lotus-worker run`, with `datacid` for `--data-cid`.',
  },
  SF216: {
    title: 'task is always on',
    severity: 'error',
    why: 'C1, PR1, FIN, FUS, FRU and GET are always on in a sealing worker, and Lotus has no flag to choose them. C1 and FIN run only where the files of the sector lie.',
    remedy: 'Leave the task out.',
  },
  SF217: {
    title: 'task known to Lotus by another code',
    severity: 'note',
    why: 'The public guide calls ProveReplicaUpdate2 PRU2, and the code of Lotus calls it PR2. Lotus ignores a variable `PRU2_32G_MAX_CONCURRENT` without a word, so sealfarm writes `PR2_32G_MAX_CONCURRENT`.',
    remedy: 'Nothing has to be done; write `PR2` and the note goes.',
  },
  SF218: {
    title: 'task written twice',
    severity: 'note',
    why: 'The worker has the task twice in its list, perhaps once by its name and once by its short code. It counts once.',
    remedy: 'Take one of the two out.',
  },
  SF219: {
    title: 'datacid without addpiece',
    severity: 'error',
    why: 'Lotus has no variable that turns `datacid` on at the start: it comes with `addpiece`, where not all defaults are off. Without `addpiece` the worker would start without it.',
    remedy: 'Add `addpiece`, or leave `datacid` out.',
  },
  SF220: {
    title: 'tasks of different kinds in one worker',
    severity: 'error',
    why:
      'A worker is of one kind: sealing, windowpost or winningpost. ' +
      'Mixed kinds make it exit at the start, with status 0, so that a service manager sees no error. ' +
      'A worker that is missing for WindowPoSt while the builtin one is disabled means proofs that are not sent.',
    remedy: 'Make a worker of its own for each kind, with its own repo and port.',
  },
  SF221: {
    title: 'limit on a task that Lotus does not limit',
    severity: 'error',
    why: 'FIN, FUS, FRU and DL are not in the table of resources of Lotus, so there is no variable that limits them. One that was written all the same would be ignored.',
    remedy: 'Leave the limit out.',
  },
  SF222: {
    title: 'limit written twice',
    severity: 'error',
    why: 'The same task has two limits, once by its name and once by its short code. Both become one variable, and one of the two numbers would be lost.',
    remedy: 'Keep one of the two.',
  },
  SF223: {
    title: 'variable that has its own key',
    severity: 'error',
    why:
      'sealfarm writes this variable itself, from a key of the file, so that the plan can compare what is declared with what runs. ' +
      'A second value under `env` would be overruled; a task switched on beside `tasks` could even mix kinds, as any sealing task beside `LOTUS_WORKER_WINDOWPOST=true` does, and the worker would exit at the start.',
    remedy: 'Use the key that the help names in place of the variable.',
  },
  SF224: {
    title: 'control character in a variable',
    severity: 'error',
    why: 'The value holds a control character other than a tab or a line end. systemd drops such a variable from an environment file without a word, and Lotus would take its default.',
    remedy: 'Remove the character; it has probably come in by a paste.',
  },
} as const satisfies Codes;
