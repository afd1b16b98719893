import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { hostLayout, workerLayout } from '../../src/host/layout.js';
import type { SectorStoreSettings } from '../../src/lotus/sectorstore.js';
import type { TaskCode } from '../../src/lotus/task.js';
import type {
  Action,
  Expectation,
  FieldChange,
  HostPlan,
  Plan,
  RunningJob,
  Step,
} from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';

export const NOW = new Date('2026-03-01T12:00:06Z');
export const CANARY = 'canary-5f2e-token';
export const ID = '00000000-0000-4000-8000-000000000001';
const PATHS = { config: '/etc/sealfarm', state: '/var/lib/sealfarm' };

export const SETTINGS: SectorStoreSettings = {
  Weight: 10,
  CanSeal: true,
  CanStore: false,
  MaxStorage: 0,
  Groups: ['example-seal-group-1'],
  AllowTo: ['example-seal-group-1'],
  AllowTypes: [],
  DenyTypes: [],
  AllowMiners: [],
  DenyMiners: [],
};

export function expectation(
  tasks: readonly TaskCode[],
  limits: Partial<Record<TaskCode, number>> = {},
): Expectation {
  return {
    tasks,
    paths: ['/mnt/nvme0/seal'],
    limits: new Map(Object.entries(limits) as [TaskCode, number][]),
    sealProof: 8,
  };
}

export function layout(worker: string): ReturnType<typeof workerLayout> {
  return workerLayout(
    { paths: PATHS, serviceManager: 'process' },
    { name: worker, repo: `/var/lib/lotus-worker/${worker}` },
  );
}

export function step(
  host: string,
  worker: string | undefined,
  action: Action,
  more: Partial<Pick<Step, 'disruption' | 'reason' | 'changes' | 'cost'>> = {},
): Step {
  return {
    id: `${worker ?? host}/${action.kind}`,
    host,
    ...(worker === undefined ? {} : { worker }),
    action,
    disruption: 'none',
    reason: 'new',
    changes: [],
    ...more,
  };
}

export function write(path: string, replaces?: string): Action {
  return {
    kind: 'write-file',
    path,
    mode: path.endsWith('.env') ? '600' : 'keep',
    content: new Secret(`content with ${CANARY}`),
    backups: '/var/lib/sealfarm/backups',
    ...(replaces === undefined ? {} : { replaces }),
  };
}

export function hostPlan(host: string, steps: readonly Step[], reached = true): HostPlan {
  return { host, layout: hostLayout(PATHS), reached, steps };
}

export function planOf(
  hosts: readonly HostPlan[],
  more: Partial<Pick<Plan, 'diagnostics' | 'drained' | 'foreign' | 'waves' | 'heldBack'>> = {},
): Plan {
  return {
    formatVersion: 1,
    farm: 'example',
    hosts,
    waves: [],
    heldBack: [],
    diagnostics: [],
    drained: [],
    ...more,
  };
}

const TOKEN: FieldChange = {
  field: 'MINER_API_INFO',
  after: new Secret(`${CANARY}:/ip4/10.0.0.10/tcp/2345/http`),
};

/** A worker on a host that sealfarm never wrote to. */
export function firstSteps(host: string, worker: string, tasks: readonly TaskCode[]): readonly Step[] {
  const files = layout(worker);
  const path = '/mnt/nvme0/seal';
  return [
    step(host, undefined, write(`${PATHS.state}/manifest.json`), {
      changes: [{ field: 'workers', after: worker }],
    }),
    step(host, worker, { kind: 'create-sectorstore', path, settings: SETTINGS, backups: files.backups }),
    step(host, worker, write(files.storageJson), {
      changes: [{ field: 'StoragePaths', before: '(none)', after: path }],
    }),
    step(host, worker, write(files.envFile), {
      changes: [
        { field: 'LOTUS_WORKER_NAME', after: worker },
        { field: 'LOTUS_WORKER_NO_LOCAL_STORAGE', after: 'true' },
        { field: 'LOTUS_WORKER_PATH', after: `/var/lib/lotus-worker/${worker}` },
        TOKEN,
        { field: 'SEALFARM_VARIABLES', after: 'LOTUS_WORKER_NAME,MINER_API_INFO' },
      ],
    }),
    step(
      host,
      worker,
      { kind: 'start', service: files, expect: expectation(tasks, { PC1: 4 }) },
      { reason: 'not-running' },
    ),
  ];
}

/** Another AllowTo: Lotus takes it while the worker runs. */
export function allowToSteps(host: string, worker: string): readonly Step[] {
  const path = '/mnt/nvme0/seal';
  const changes = [{ field: 'AllowTo', before: 'example-seal-group-1', after: 'example-seal-group-2' }];
  const settings = { ...SETTINGS, AllowTo: ['example-seal-group-2'] };
  return [
    step(host, worker, write(`${path}/sectorstore.json`, 'abc'), { reason: 'config-changed', changes }),
    step(
      host,
      worker,
      { kind: 'redeclare', path, id: ID, settings },
      { disruption: 'live', reason: 'config-changed', changes },
    ),
  ];
}

/** Another limit: the environment is read once, so the worker starts anew. */
export function limitSteps(
  host: string,
  worker: string,
  jobs: readonly RunningJob[],
  sectorsHeld = jobs.length,
): readonly Step[] {
  const files = layout(worker);
  const changes = [{ field: 'PC1_32G_MAX_CONCURRENT', before: '4', after: '6' }];
  return [
    step(host, worker, write(files.envFile, 'abc'), { reason: 'config-changed', changes }),
    step(
      host,
      worker,
      { kind: 'restart', service: files, expect: expectation(['AP', 'PC1'], { PC1: 6 }) },
      { disruption: 'restart', reason: 'process-older-than-file', changes, cost: { jobs, sectorsHeld } },
    ),
  ];
}

export function job(task: TaskCode, number: number, since: string): RunningJob {
  return { task, sector: `s-t01000-${number}`, since };
}

export function unreached(host: string): Diagnostic {
  return {
    code: 'SF404',
    severity: 'error',
    message: `cannot connect to ${host}: connection refused`,
    place: { kind: 'host', host },
    help: 'Is the machine up, and does SSH listen on port 22?',
  };
}
