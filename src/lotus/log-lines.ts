/** What a line in the log of a worker that did not come up means. */
export interface LogMeaning {
  /** The line itself. */
  readonly line: string;
  /** In one clause. */
  readonly meaning: string;
  /** What to do, as an instruction. */
  readonly remedy: string;
}

interface KnownLine extends Omit<LogMeaning, 'line'> {
  readonly pattern: RegExp;
}

/** What Lotus and the shell before it say, most telling first. Lotus: cmd/lotus-worker/main.go, node/repo, storage/paths */
const KNOWN: readonly KnownLine[] = [
  {
    pattern: /soft file descriptor limit \(ulimit -n\) too low/,
    meaning: 'it may open too few files',
    remedy:
      'Lotus wants at least 100,000 (LimitNOFILE of the unit, `ulimit -n` of the user): raise the hard limit on the host.',
  },
  {
    pattern: /repo is already locked/,
    meaning: 'another process has its repo',
    remedy:
      'Find the other lotus-worker on the host that runs with this LOTUS_WORKER_PATH (`fuser repo.lock`), and stop it when it is quiet.',
  },
  {
    pattern: /address already in use|EADDRINUSE/,
    meaning: 'its port is taken',
    remedy: 'See on the host who listens there (`ss -ltnp`), or give the worker another port in `listen`.',
  },
  {
    pattern: /cannot assign requested address|EADDRNOTAVAIL/,
    meaning: 'its host has no such address as `listen` says',
    remedy: 'Write an address of the host in `listen` (`ip -br address` on the host shows them).',
  },
  {
    pattern: /API version doesn't match/,
    meaning: 'the worker and the miner are of different versions of Lotus',
    remedy: 'Install the same version on both: the miner first, then the workers.',
  },
  {
    pattern: /API not authenticated|missing permission to invoke|401 Unauthorized|invalid token/i,
    meaning: 'the miner does not take its token',
    remedy: 'Take a fresh one from `lotus-miner auth api-info --perm admin`.',
  },
  {
    pattern:
      /(get|fetching|getting|verifying|checksum.*) (proof )?param(eter)?s|\.params\b|parameter file|\.vk\b/i,
    meaning: 'its proof parameters are missing, or still on their way',
    remedy:
      'They are more than 100 GiB: fetch them before (`lotus-miner fetch-params 32GiB`) into FIL_PROOFS_PARAMETER_CACHE of the worker. While it fetches them, wait.',
  },
  {
    pattern: /parse sector id|not a valid sector/,
    meaning: 'a file in a sector folder has a name that is no sector',
    remedy: 'Move the file out of the storage path.',
  },
  {
    pattern: /unmarshalling storage metadata|reading storage metadata/,
    meaning: 'the sectorstore.json of a path cannot be read',
    remedy:
      'See whether its disk is mounted and the file is whole; sealfarm keeps the versions before in its backups.',
  },
  {
    pattern: /path with ID .* already opened|storage path ID changed/,
    meaning: 'two of its paths have the same storage ID',
    remedy: 'One is a copy of the other: give the copy up, or an `id` of its own before anything lies there.',
  },
  {
    pattern: /flag provided but not defined|flag needs an argument|No help topic for/,
    meaning: 'this lotus-worker does not know an option it was given',
    remedy:
      'Look which version is installed (`lotus-worker --version`) and whether the path of `binary` is right.',
  },
  {
    pattern: /No space left on device|ENOSPC/,
    meaning: 'a disk is full',
    remedy: 'See with `df -h` on the host which one, and make room.',
  },
  {
    pattern: /Read-only file system|EROFS/,
    meaning: 'a disk is mounted read-only',
    remedy: 'See in `dmesg` on the host whether it has errors.',
  },
  {
    pattern: /Permission denied|EACCES/,
    meaning: 'its user may not do what it has to',
    remedy: 'See that the repo and the storage paths belong to the `user` of the worker.',
  },
  {
    pattern: /Exec format error|cannot execute|error while loading shared libraries|Illegal instruction/,
    meaning: 'its program cannot run on this machine',
    remedy: 'Install a lotus-worker that was built for this machine, with the libraries it needs.',
  },
  {
    pattern: /exec: .*not found|No such file or directory|Failed to locate executable|status=203\/EXEC/,
    meaning: 'its program, or a file it needs, is not there',
    remedy: 'See that the path of `binary` and the mounts are right on this host.',
  },
];

/** It stands in every log, and says something only where nothing came after it. */
const TRIES_FOR_EVER: KnownLine = {
  pattern: /Connecting to miner API/,
  meaning: 'it cannot talk to the miner, or the miner does not take its token: Lotus tries for ever',
  remedy:
    'See that the miner listens where the file says (`miner.api`), that this host reaches it, and that the token is a fresh one.',
};

/** After these lines begins what belongs to a start. Lotus: cmd/lotus-worker/main.go */
const BEGINS = /Starting lotus worker|Graceful shutdown successful/;

/** What the last known line of a worker's last start means; undefined when none is known. */
export function explainLog(lines: readonly string[]): LogMeaning | undefined {
  const begun = lines.findLastIndex((line, index) => BEGINS.test(line) && index < lines.length - 1);
  const last = lines.length - 1;
  for (let at = last; at > begun; at -= 1) {
    const line = lines[at] ?? '';
    const candidates = at === last ? [...KNOWN, TRIES_FOR_EVER] : KNOWN;
    const known = candidates.find(({ pattern }) => pattern.test(line));
    if (known !== undefined) return { line, meaning: known.meaning, remedy: known.remedy };
  }
  return undefined;
}
