/** Short code of a task, as the limit variables spell it. Lotus: storage/sealer/sealtasks/task.go */
export type TaskCode =
  | 'AP' | 'DC' | 'PC1' | 'PC2' | 'C1' | 'C2' | 'FIN' | 'FUS' | 'FRU' | 'GET' | 'UNS' | 'RU' | 'PR1' | 'PR2'
  | 'GSK' | 'DL' | 'WDP' | 'WNP'; // prettier-ignore

/** What kind of worker a task makes: Lotus refuses to start a worker of two kinds. */
export type WorkerKind = 'sealing' | 'windowpost' | 'winningpost';

export interface Task {
  readonly code: TaskCode;
  /** The name in `sealfarm.yaml`, after `lotus-worker run --NAME`; always-on tasks have none. */
  readonly name?: string;
  /** The task type in JSON-RPC. */
  readonly rpc: string;
  /** The variable that turns it on at start, where there is one. */
  readonly variable?: string;
  readonly kind: WorkerKind;
  /** Whether `TaskEnable` and `TaskDisable` work on it while the worker runs. */
  readonly switchable: boolean;
  /** Whether a worker without `--no-default` does it. */
  readonly onByDefault: boolean;
}

const sealing = { kind: 'sealing', switchable: true, onByDefault: true } as const;
const alwaysOn = { kind: 'sealing', switchable: false, onByDefault: true } as const;

/** Every task Lotus knows, most upstream first. Lotus: cmd/lotus-worker/main.go, storage/sealer/sealtasks/task.go */
export const TASKS: readonly Task[] = [
  { code: 'AP', name: 'addpiece', rpc: 'seal/v0/addpiece', variable: 'LOTUS_WORKER_ADDPIECE', ...sealing },
  { code: 'DC', name: 'datacid', rpc: 'seal/v0/datacid', ...sealing },
  {
    code: 'PC1',
    name: 'precommit1',
    rpc: 'seal/v0/precommit/1',
    variable: 'LOTUS_WORKER_PRECOMMIT1',
    ...sealing,
  },
  {
    code: 'PC2',
    name: 'precommit2',
    rpc: 'seal/v0/precommit/2',
    variable: 'LOTUS_WORKER_PRECOMMIT2',
    ...sealing,
  },
  { code: 'C1', rpc: 'seal/v0/commit/1', ...alwaysOn },
  { code: 'C2', name: 'commit', rpc: 'seal/v0/commit/2', variable: 'LOTUS_WORKER_COMMIT', ...sealing },
  { code: 'FIN', rpc: 'seal/v0/finalize', ...alwaysOn },
  { code: 'FUS', rpc: 'seal/v0/finalizeunsealed', ...alwaysOn },
  { code: 'FRU', rpc: 'seal/v0/finalize/replicaupdate', ...alwaysOn },
  { code: 'GET', rpc: 'seal/v0/fetch', ...alwaysOn },
  { code: 'UNS', name: 'unseal', rpc: 'seal/v0/unseal', variable: 'LOTUS_WORKER_UNSEAL', ...sealing },
  {
    code: 'RU',
    name: 'replica-update',
    rpc: 'seal/v0/replicaupdate',
    variable: 'LOTUS_WORKER_REPLICA_UPDATE',
    ...sealing,
  },
  { code: 'PR1', rpc: 'seal/v0/provereplicaupdate/1', ...alwaysOn },
  {
    code: 'PR2',
    name: 'prove-replica-update2',
    rpc: 'seal/v0/provereplicaupdate/2',
    variable: 'LOTUS_WORKER_PROVE_REPLICA_UPDATE2',
    ...sealing,
  },
  {
    code: 'GSK',
    name: 'regen-sector-key',
    rpc: 'seal/v0/regensectorkey',
    variable: 'LOTUS_WORKER_REGEN_SECTOR_KEY',
    ...sealing,
  },
  {
    code: 'DL',
    name: 'sector-download',
    rpc: 'seal/v0/download/sector',
    variable: 'LOTUS_WORKER_SECTOR_DOWNLOAD',
    kind: 'sealing',
    switchable: false,
    onByDefault: false,
  },
  {
    code: 'WDP',
    name: 'windowpost',
    rpc: 'post/v0/windowproof',
    variable: 'LOTUS_WORKER_WINDOWPOST',
    kind: 'windowpost',
    switchable: false,
    onByDefault: false,
  },
  {
    code: 'WNP',
    name: 'winningpost',
    rpc: 'post/v0/winningproof',
    variable: 'LOTUS_WORKER_WINNINGPOST',
    kind: 'winningpost',
    switchable: false,
    onByDefault: false,
  },
];

const BY_CODE = new Map(TASKS.map((task) => [task.code, task]));
const BY_RPC = new Map(TASKS.map((task) => [task.rpc, task]));
const BY_WRITTEN = new Map(
  TASKS.flatMap((task) => (task.name === undefined ? [] : [task.name, task.code])).map((key) => [
    key.toLowerCase(),
    key,
  ]),
);

export function task(code: TaskCode): Task {
  const found = BY_CODE.get(code);
  if (found === undefined) throw new Error(`no task ${code}`);
  return found;
}

export function taskByRpc(rpc: string): Task | undefined {
  return BY_RPC.get(rpc);
}

/**
 * The declarable task a person means by a name or a short code, in any case.
 * The public guide's `PRU2` is understood as PR2: Lotus ignores variables spelled PRU2.
 */
export function taskByWritten(written: string): Task | undefined {
  const key = written.toLowerCase() === 'pru2' ? 'pr2' : written.toLowerCase();
  const known = BY_WRITTEN.get(key);
  return TASKS.find((task) => known !== undefined && (task.name === known || task.code === known));
}

/** The tasks a worker may be told to do, with their names. */
export const DECLARABLE_TASKS: readonly (Task & { readonly name: string })[] = TASKS.filter(
  (task): task is Task & { readonly name: string } => task.name !== undefined,
);

/** Most urgent first. Lotus: storage/sealer/sealtasks/task.go */
export const TASK_PRIORITY: readonly TaskCode[] = [
  'WNP', 'WDP', 'FUS', 'FIN', 'DL', 'GET', 'FRU', 'UNS', 'C1', 'C2', 'PC2', 'PC1', 'PR1', 'PR2', 'RU', 'AP', 'DC', 'GSK',
]; // prettier-ignore
